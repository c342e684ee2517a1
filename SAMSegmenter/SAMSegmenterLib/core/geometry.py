"""A volume in patient space: voxels, where they lie, and what its axes are called.

Arrays are (K, J, I), colour (K, J, I, 3); spacing is in array order (k, j, i), in mm. World is RAS, in mm.
`ijk_to_ras` maps homogeneous (i, j, k, 1) to (r, a, s, 1), as in Slicer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError

PLANES = ("axial", "sagittal", "coronal")
_NORMAL_WORLD_AXIS = {"sagittal": 0, "coronal": 1, "axial": 2}  # the RAS axis that the plane's normal follows


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels with their place in the patient.

    Args:
        array: (K, J, I) or (K, J, I, 3); a single 2D image has K = 1.
        ijk_to_ras: (4, 4) float64, (i, j, k, 1) to RAS mm.
        has_spacing: False when the file did not say how large a pixel is; figures in mm are then undefined.
        name: shown to the user; carries no patient name.
    """

    array: np.ndarray
    ijk_to_ras: Matrix4 = field(default_factory=lambda: np.eye(4))
    has_spacing: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        colour = self.array.ndim == 4 and self.array.shape[3] == 3
        if self.array.ndim != 3 and not colour:
            raise InputError(f"A volume is (K, J, I) or (K, J, I, 3); this one has shape {self.array.shape}.")
        if 0 in self.array.shape:
            raise InputError(f"The volume is empty: its shape is {self.array.shape}.")
        matrix = np.asarray(self.ijk_to_ras, dtype=np.float64)
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:3, :3])) < 1e-12:
            raise InputError("The volume's position and directions are not usable (singular or not finite).")
        object.__setattr__(self, "ijk_to_ras", matrix)

    @property
    def is_rgb(self) -> bool:
        """True for colour images."""
        return self.array.ndim == 4

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Number of voxels along k, j, i."""
        k, j, i = self.array.shape[:3]
        return k, j, i

    @property
    def spacing_kji(self) -> tuple[float, float, float]:
        """Voxel size along k, j, i in mm; ones without meaning when `has_spacing` is False."""
        i, j, k = np.linalg.norm(self.ijk_to_ras[:3, :3], axis=0)
        return float(k), float(j), float(i)


def plane_axis(volume: Volume, plane: str) -> int:
    """Array axis (0 = k, 1 = j, 2 = i) along which slices of a plane are stacked.

    Args:
        plane: "axial", "sagittal", "coronal", or "auto": the axis of largest spacing, the axial one on ties; the axis
            of a single slice, whatever its spacing; k for an image without spacing.

    Raises:
        InputError: no such plane.
    """
    if plane == "auto":
        return _auto_axis(volume)
    if plane not in PLANES:
        raise InputError(f"There is no plane '{plane}'.", f"Choose one of: auto, {', '.join(PLANES)}.")
    return _axis_along(volume, _NORMAL_WORLD_AXIS[plane])


def plane_name(volume: Volume, axis: int) -> str:
    """Name of the anatomical plane that slices along an array axis lie closest to."""
    return next(plane for plane in PLANES if _axis_along(volume, _NORMAL_WORLD_AXIS[plane]) == axis)


def _auto_axis(volume: Volume) -> int:
    if 1 in volume.shape_kji:
        return volume.shape_kji.index(1)
    if not volume.has_spacing:
        return 0
    spacing = np.array(volume.spacing_kji)
    largest = np.flatnonzero(spacing > spacing.max() * 0.99)
    axial = _axis_along(volume, 2)
    return axial if axial in largest else int(largest[0])


def _axis_along(volume: Volume, world_axis: int) -> int:
    """The array axis assigned to a world axis; every world axis gets another one, also in oblique volumes."""
    directions = np.abs(volume.ijk_to_ras[:3, :3] / np.linalg.norm(volume.ijk_to_ras[:3, :3], axis=0))
    free_world, free_ijk = {0, 1, 2}, {0, 1, 2}
    while free_world:
        world, ijk = max(((w, a) for w in free_world for a in free_ijk), key=lambda pair: directions[pair])
        if world == world_axis:
            return 2 - ijk
        free_world.remove(world)
        free_ijk.remove(ijk)
    raise AssertionError("unreachable: world_axis is 0, 1 or 2")

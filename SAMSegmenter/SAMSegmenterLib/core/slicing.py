"""Step from volume to slice image: cut a plane out of a volume, and put a mask of it back.

A lattice plane is one layer of voxels, taken as it is; an oblique plane is sampled (linearly) on a grid of its own.
In-slice points are (x, y) = (column, row) of the slice's grid, pixel centres at integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4, as_mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.plane_sampling import PlaneSample, sample_plane
from SAMSegmenterLib.core.plane_voxels import Extent, SliceFrame, covered_voxels


@dataclass(frozen=True)
class SlicePlane:
    """Where a slice is cut: one layer of voxels, or a rectangle anywhere in the patient.

    Build one with `lattice` or `oblique`; `axis` is None for an oblique plane.
    """

    axis: int | None = None
    index: int = 0
    origin_ras: tuple[float, float, float] | None = None
    x_ras: tuple[float, float, float] | None = None
    y_ras: tuple[float, float, float] | None = None
    spacing_mm: tuple[float, float] | None = None
    size: tuple[int, int] | None = None

    @classmethod
    def lattice(cls, axis: int, index: int) -> SlicePlane:
        """One layer of voxels: `index` along array axis 0 = k, 1 = j, 2 = i."""
        if axis not in (0, 1, 2):
            raise InputError(f"A slice axis is 0, 1 or 2; got {axis}.")
        return cls(axis=axis, index=index)

    @classmethod
    def oblique(
        cls,
        origin_ras: Sequence[float],
        x_ras: Sequence[float],
        y_ras: Sequence[float],
        spacing_mm: Sequence[float],
        size: Sequence[int],
    ) -> SlicePlane:
        """A rectangle in space.

        Args:
            origin_ras: centre of pixel (0, 0), RAS mm.
            x_ras, y_ras: unit vectors along columns and rows.
            spacing_mm: pixel size along x and y.
            size: number of pixels along x and y (width, height).
        """
        if min(size) < 1 or min(spacing_mm) <= 0:
            raise InputError(f"An oblique plane needs a positive size and spacing; got {size} and {spacing_mm}.")
        vectors = (tuple(float(value) for value in vector) for vector in (origin_ras, x_ras, y_ras, spacing_mm))
        origin, x_axis, y_axis, spacing = vectors
        return cls(None, 0, origin, x_axis, y_axis, spacing, (int(size[0]), int(size[1])))  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """The plane as in a prompt file."""
        if self.axis is not None:
            return {"axis": self.axis, "index": self.index}
        names = ("origin_ras", "x_ras", "y_ras", "spacing_mm", "size")
        return {name: list(getattr(self, name)) for name in names}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SlicePlane:
        """Inverse of `to_json`."""
        if "axis" in data:
            return cls.lattice(int(data["axis"]), int(data["index"]))
        return cls.oblique(*(data[name] for name in ("origin_ras", "x_ras", "y_ras", "spacing_mm", "size")))


@dataclass(frozen=True, eq=False)
class SliceImage:
    """A slice cut out of a volume.

    Args:
        pixels: (H, W) or (H, W, 3), intensities as stored.
        plane: where it was cut.
        pixel_to_ijk: (4, 4), (x, y, 0, 1) to the volume's (i, j, k, 1).
        spacing_yx: pixel size along rows and columns in mm, or None when the volume has no spacing.
        volume_shape: (K, J, I) of the volume.
    """

    pixels: np.ndarray
    plane: SlicePlane
    pixel_to_ijk: Matrix4
    spacing_yx: tuple[float, float] | None
    volume_shape: tuple[int, int, int]

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.pixels.shape[0], self.pixels.shape[1]


@dataclass(frozen=True, eq=False)
class SliceCut:
    """What a slice image is made of, copied from the volume.

    Args:
        grid: the slice image without its intensities: `pixels` are zeros of the right shape.
        part: the voxels themselves where they are taken as they are, else what is to be interpolated.
    """

    grid: SliceImage
    part: np.ndarray | PlaneSample

    def image(self) -> SliceImage:
        """The slice image. Any thread: the volume is not needed any more."""
        return replace(self.grid, pixels=self.part.pixels() if isinstance(self.part, PlaneSample) else self.part)


def extract(volume: Volume, plane: SlicePlane, square_pixels: bool = True) -> SliceImage:
    """Cut a slice out of a volume.

    Args:
        square_pixels: resample a lattice slice of unequal pixel sides to square pixels of the smaller side, as SAM
            expects; False takes the voxels as they are.

    Raises:
        InputError: the slice lies outside the volume.
    """
    return cut(volume, plane, square_pixels).image()


def cut(volume: Volume, plane: SlicePlane, square_pixels: bool = True) -> SliceCut:
    """Copy what a slice needs of a volume, which is quick; `SliceCut.image` then is what `extract` gives.

    Args:
        square_pixels: as for `extract`.

    Raises:
        InputError: the slice lies outside the volume.
    """
    grid = slice_grid(volume, plane, square_pixels)
    if plane.axis is not None and np.array_equal(grid.pixel_to_ijk, _lattice_to_ijk(plane.axis, plane.index)):
        return SliceCut(grid, np.take(volume.array, plane.index, axis=plane.axis))
    return SliceCut(grid, sample_plane(volume.array, grid.pixel_to_ijk, grid.shape))


def slice_grid(volume: Volume, plane: SlicePlane, square_pixels: bool = True) -> SliceImage:
    """Where the pixels of a slice lie: the slice image with zeros in place of intensities; looks at no voxel.

    Args:
        square_pixels: as for `extract`.

    Raises:
        InputError: the slice lies outside the volume.
    """
    if plane.axis is None:
        spacing_yx = (plane.spacing_mm[1], plane.spacing_mm[0])
        return _grid(volume, plane, _plane_to_ijk(volume, plane), plane.size, spacing_yx)
    _check_index(volume, plane)
    to_ijk, spacing_yx = _lattice_to_ijk(plane.axis, plane.index), _lattice_spacing(volume, plane.axis)
    height, width = (n for axis, n in enumerate(volume.shape_kji) if axis != plane.axis)
    if square_pixels and spacing_yx is not None and abs(spacing_yx[0] / spacing_yx[1] - 1) > 1e-3:
        return _square_grid(volume, plane, to_ijk, spacing_yx)
    return _grid(volume, plane, to_ijk, (width, height), spacing_yx)


def paste(mask: Mask, image: SliceImage) -> tuple[Extent, np.ndarray] | None:
    """Voxels of a slice mask, as a block no larger than the mask itself.

    Args:
        mask: (H, W) on the slice's own grid.

    Returns:
        The block's extent in the volume and its voxels (k, j, i) uint8, 1 inside; None when the mask covers no voxel.
    """
    mask = as_mask(mask)
    if mask.shape != image.shape:
        raise InputError(f"The mask has shape {mask.shape}, its slice {image.shape}.")
    i, j, k = (count - 1 for count in image.volume_shape[::-1])
    return covered_voxels(mask, frame_of(image), np.linalg.inv(image.pixel_to_ijk), (0, i, 0, j, 0, k))


def frame_of(image: SliceImage) -> SliceFrame:
    """Where a slice's pixels lie in its volume, for `plane_voxels`."""
    return SliceFrame(image.pixel_to_ijk, image.volume_shape, image.plane.axis is not None)


def _check_index(volume: Volume, plane: SlicePlane) -> None:
    count = volume.shape_kji[plane.axis or 0]
    if not 0 <= plane.index < count:
        raise InputError(f"Slice {plane.index} lies outside the volume, which has {count} slices (0 to {count - 1}).")


def _lattice_to_ijk(axis: int, index: int) -> Matrix4:
    matrix = np.zeros((4, 4))
    row_axis, column_axis = (other for other in (0, 1, 2) if other != axis)
    matrix[2 - column_axis, 0] = 1  # x runs along the later array axis
    matrix[2 - row_axis, 1] = 1
    matrix[2 - axis, 2] = 1
    matrix[2 - axis, 3] = index
    matrix[3, 3] = 1
    return matrix


def _lattice_spacing(volume: Volume, axis: int) -> tuple[float, float] | None:
    if not volume.has_spacing:
        return None
    row, column = (spacing for other, spacing in enumerate(volume.spacing_kji) if other != axis)
    return row, column


def _square_grid(volume: Volume, plane: SlicePlane, to_ijk: Matrix4, spacing_yx: tuple[float, float]) -> SliceImage:
    height, width = (n for axis, n in enumerate(volume.shape_kji) if axis != plane.axis)
    side = min(spacing_yx)
    scale_y, scale_x = side / spacing_yx[0], side / spacing_yx[1]
    size = (
        max(1, int(np.floor((width - 1) / scale_x + 1e-6)) + 1),
        max(1, int(np.floor((height - 1) / scale_y + 1e-6)) + 1),
    )
    return _grid(volume, plane, to_ijk @ np.diag([scale_x, scale_y, 1, 1]), size, (side, side))


def _grid(
    volume: Volume,
    plane: SlicePlane,
    to_ijk: Matrix4,
    size: tuple[int, int],
    spacing_yx: tuple[float, float] | None,
) -> SliceImage:
    channels = volume.array.shape[3:]
    blank = np.broadcast_to(np.zeros((), volume.array.dtype), (size[1], size[0], *channels))
    spacing = (float(spacing_yx[0]), float(spacing_yx[1])) if spacing_yx is not None and volume.has_spacing else None
    return SliceImage(blank, plane, to_ijk, spacing, volume.shape_kji)


def _plane_to_ijk(volume: Volume, plane: SlicePlane) -> Matrix4:
    x_axis, y_axis = np.array(plane.x_ras), np.array(plane.y_ras)
    to_ras = np.eye(4)
    to_ras[:3, 0], to_ras[:3, 1] = x_axis * plane.spacing_mm[0], y_axis * plane.spacing_mm[1]
    to_ras[:3, 2], to_ras[:3, 3] = np.cross(x_axis, y_axis), plane.origin_ras
    return np.linalg.inv(volume.ijk_to_ras) @ to_ras

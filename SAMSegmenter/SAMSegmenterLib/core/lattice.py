"""Step from a slice's mask to the voxels of a segmentation, whose lattice need not be the volume's.

The question is asked from the voxels: a voxel is written when its centre, taken back to the slice, lies on a pixel of
the mask and near enough to the slice (see `plane_voxels`). So no voxel is skipped and none is written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4, as_mask
from SAMSegmenterLib.core.curved_voxels import covered_by_curved
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import extent_shape
from SAMSegmenterLib.core.plane_voxels import TIE, Extent, covered_voxels, nearest
from SAMSegmenterLib.core.slicing import SliceImage, frame_of

RasToRas = Callable[[np.ndarray], np.ndarray]
"""(N, 3) RAS mm to (N, 3) RAS mm."""

_PIXELS_AT_ONCE = 1_000_000
_FAR = 1e9


@dataclass(frozen=True, eq=False)
class Lattice:
    """The voxels of a segmentation.

    Args:
        ijk_to_ras: (4, 4), (i, j, k, 1) to RAS mm of the segmentation node, without its parent transform.
        extent: (i0, i1, j0, j1, k0, k1) that may be written, both ends inclusive; it may begin anywhere.
    """

    ijk_to_ras: Matrix4
    extent: Extent

    def __post_init__(self) -> None:
        matrix = np.asarray(self.ijk_to_ras, np.float64)
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:3, :3])) < 1e-12:
            raise InputError("The segmentation's position and directions are not usable (singular or not finite).")
        object.__setattr__(self, "ijk_to_ras", matrix)
        object.__setattr__(self, "extent", tuple(int(value) for value in self.extent))

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Number of voxels along k, j, i; zeros when there is none."""
        return extent_shape(self.extent)


def rasterise(
    mask: Mask,
    image: SliceImage,
    volume_ijk_to_ras: Matrix4,
    lattice: Lattice,
    ras_to_ras: Matrix4 | RasToRas | None = None,
) -> tuple[Extent, np.ndarray] | None:
    """Voxels of a segmentation's lattice that a slice mask covers.

    Args:
        mask: (H, W) on the slice's own grid.
        image: the slice.
        volume_ijk_to_ras: (4, 4) of the volume that the slice was cut from.
        lattice: of the segmentation.
        ras_to_ras: from the *segmentation's* RAS to the *volume's* RAS, where parent transforms make them differ: a
            (4, 4) matrix, or a function of (N, 3) points for a transform that is not linear.

    Returns:
        The block's extent in the lattice and its voxels (k, j, i) uint8, 1 inside, no larger than what is covered;
        None when no voxel is.

    Raises:
        InputError: the mask is not of the slice's shape, or a transform flattens space.
    """
    mask = as_mask(mask)
    if mask.shape != image.shape:
        raise InputError(f"The mask has shape {mask.shape}, its slice {image.shape}.")
    from_volume = np.linalg.inv(image.pixel_to_ijk) @ np.linalg.inv(volume_ijk_to_ras)  # volume's RAS to x, y, z
    if not callable(ras_to_ras):
        to_volume = np.eye(4) if ras_to_ras is None else np.asarray(ras_to_ras, np.float64)
        if not np.isfinite(to_volume).all() or abs(np.linalg.det(to_volume[:3, :3])) < 1e-12:
            raise InputError(
                "The transform of the volume or of the segmentation cannot be inverted.",
                "Check the transforms that they are under; one of them flattens space.",
            )
        to_pixel = from_volume @ to_volume @ lattice.ijk_to_ras
        return covered_voxels(mask, frame_of(image), to_pixel, lattice.extent)

    def voxels_to_pixels(ijk: np.ndarray) -> np.ndarray:
        return mapped(from_volume, transformed(ras_to_ras, mapped(lattice.ijk_to_ras, ijk)))

    return covered_by_curved(mask, frame_of(image), voxels_to_pixels, lattice.extent)


def mask_on_slice(
    voxels: np.ndarray,
    extent: Extent,
    lattice: Lattice,
    image: SliceImage,
    volume_ijk_to_ras: Matrix4,
    ras_to_ras: Matrix4 | RasToRas | None = None,
) -> Mask:
    """What of a segment a slice shows: the voxel that each pixel's centre lies in.

    Args:
        voxels: (k, j, i) block of the segment, non-zero inside.
        extent: of the block in the lattice.
        lattice: of the segmentation.
        image: the slice.
        volume_ijk_to_ras: (4, 4) of the volume that the slice was cut from.
        ras_to_ras: from the *volume's* RAS to the *segmentation's* RAS, the opposite of what `rasterise` takes.

    Returns:
        (H, W) bool, False outside the block.
    """
    if voxels.shape != extent_shape(extent):
        raise InputError(f"A block of shape {voxels.shape} does not fill the extent {tuple(extent)}.")
    height, width = image.shape
    shown = np.zeros((height, width), np.bool_)
    if not voxels.size:
        return shown
    from_ras = np.linalg.inv(lattice.ijk_to_ras)
    pixels_to_ras = volume_ijk_to_ras @ image.pixel_to_ijk
    if not callable(ras_to_ras):
        places = _places_along(
            from_ras @ (np.eye(4) if ras_to_ras is None else ras_to_ras) @ pixels_to_ras, image.shape
        )
        if places is not None:
            return _values_along(voxels, extent, places)
    rows_at_once = max(1, _PIXELS_AT_ONCE // width)
    for start in range(0, height, rows_at_once):
        rows = np.arange(start, min(height, start + rows_at_once))
        x, y = np.meshgrid(np.arange(width), rows)
        ras = mapped(pixels_to_ras, np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3))
        ijk = mapped(from_ras, transformed(ras_to_ras, ras))
        shown[rows] = _values_at(voxels, extent, ijk).reshape(len(rows), width)
    return shown


def transformed(way: Matrix4 | RasToRas | None, points: np.ndarray) -> np.ndarray:
    """Points (N, 3) through a matrix or a function; None leaves them as they are."""
    if way is None:
        return points
    return np.asarray(way(points), np.float64) if callable(way) else mapped(way, points)


def mapped(matrix: Matrix4, points: np.ndarray) -> np.ndarray:
    """Points (N, 3) through a (4, 4) matrix."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def _places_along(to_ijk: Matrix4, shape: tuple[int, int]) -> list[np.ndarray] | None:
    """i, j, k of the pixels of a slice along the lattice's axes, each (1, W), (H, 1) or (1, 1); None of another slice.

    Args:
        to_ijk: (4, 4), (x, y, 0, 1) of the slice to (i, j, k, 1) of the lattice.
    """
    height, width = shape
    x, y, found = np.arange(width)[None], np.arange(height)[:, None], []
    for by_x, by_y, _by_z, start in to_ijk[:3]:
        moves_x, moves_y = abs(by_x) * (width - 1) >= TIE / 10, abs(by_y) * (height - 1) >= TIE / 10
        if (moves_x and moves_y) or not np.isfinite((by_x, by_y, start)).all():
            return None
        found.append(by_x * x + start if moves_x else by_y * y + start if moves_y else np.full((1, 1), start))
    return found


def _values_along(voxels: np.ndarray, extent: Extent, places: list[np.ndarray]) -> Mask:
    """(H, W) bool: what `_values_at` says of the places i, j, k that broadcast to a slice."""
    i, j, k = (nearest(np.clip(one, -_FAR, _FAR)) - low for one, low in zip(places, extent[::2], strict=True))
    held = np.True_
    for index, count in zip((i, j, k), voxels.shape[::-1], strict=True):
        held = held & (index >= 0) & (index < count)
    i, j, k = (np.clip(index, 0, n - 1) for index, n in zip((i, j, k), voxels.shape[::-1], strict=True))
    return np.asarray(held & (voxels[k, j, i] != 0))


def _values_at(voxels: np.ndarray, extent: Extent, ijk: np.ndarray) -> np.ndarray:
    """(N,) bool: whether the voxel that each place (N, 3) lies in is inside the segment."""
    finite = np.isfinite(ijk).all(axis=1)
    index = nearest(np.clip(np.where(finite[:, None], ijk, 0), -_FAR, _FAR)) - np.array(extent[::2])
    held = finite & ((index >= 0) & (index < voxels.shape[::-1])).all(axis=1)
    values = np.zeros(len(ijk), np.bool_)
    values[held] = voxels[tuple(index[held].T[::-1])] != 0
    return values

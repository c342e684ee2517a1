"""Step from numbers on a slice's pixels to the voxels of a lattice that the slice owns."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.lattice import Lattice, RasToRas, mapped, rasterise, transformed
from SAMSegmenterLib.core.plane_voxels import Extent, nearest
from SAMSegmenterLib.core.slicing import SliceImage

_VOXELS_AT_ONCE = 1_000_000


def values_on_lattice(
    values: np.ndarray,
    image: SliceImage,
    volume_ijk_to_ras: Matrix4,
    lattice: Lattice,
    ras_to_ras: Matrix4 | RasToRas | None = None,
) -> tuple[Extent, np.ndarray, np.ndarray] | None:
    """Numbers of the pixels that the voxels of a slice lie on.

    The voxels are those that `rasterise` gives for the slice as a whole: one layer for a slice of the volume, a closed
    sheet for a plane laid freely.

    Args:
        values: (H, W) on the slice's own grid.
        image: the slice.
        volume_ijk_to_ras: (4, 4) of the volume that the slice was cut from.
        lattice: the voxels that get the numbers.
        ras_to_ras: from the lattice's RAS to the volume's RAS, where they differ.

    Returns:
        Extent in the lattice, numbers (k, j, i) of the values' type, and which of them lie on the slice (k, j, i) bool;
        None when no voxel does.

    Raises:
        InputError: the values are not of the slice's shape.
    """
    if values.shape != image.shape:
        raise InputError(f"The values have shape {values.shape}, their slice {image.shape}.")
    covered = rasterise(np.ones(image.shape, bool), image, volume_ijk_to_ras, lattice, ras_to_ras)
    if covered is None:
        return None
    extent, block = covered
    from_ras, last = np.linalg.inv(volume_ijk_to_ras @ image.pixel_to_ijk), np.array(image.shape[::-1]) - 1
    inside, result = (block != 0).reshape(-1), np.zeros(block.size, values.dtype)
    for start in range(0, block.size, _VOXELS_AT_ONCE):
        index = start + np.flatnonzero(inside[start : start + _VOXELS_AT_ONCE])
        ijk = np.stack(np.unravel_index(index, block.shape)[::-1], axis=-1) + np.array(extent[::2])
        ras = transformed(ras_to_ras, mapped(lattice.ijk_to_ras, ijk))
        columns, rows = np.clip(nearest(mapped(from_ras, ras)[:, :2]), 0, last).T
        result[index] = values[rows, columns]
    return extent, result.reshape(block.shape), inside.reshape(block.shape)

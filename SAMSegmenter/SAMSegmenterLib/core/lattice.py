"""Step from a slice's mask to the voxels of a segmentation, whose lattice need not be the volume's.

The question is asked from the voxels: a voxel is written when its centre, taken back to the slice, lies on a pixel of
the mask and near enough to the slice. So no voxel is skipped and none is written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4
from SAMSegmenterLib.core.slicing import Extent, SliceImage

RasToRas = Callable[[np.ndarray], np.ndarray]
"""(N, 3) RAS mm to (N, 3) RAS mm."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """The voxels of a segmentation.

    Args:
        ijk_to_ras: (4, 4), (i, j, k, 1) to RAS mm of the segmentation node, without its parent transform.
        extent: (i0, i1, j0, j1, k0, k1) that may be written, both ends inclusive; it may begin anywhere.
    """

    ijk_to_ras: Matrix4
    extent: Extent


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
    """
    raise NotImplementedError


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
    raise NotImplementedError

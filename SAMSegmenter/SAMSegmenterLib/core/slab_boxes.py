"""A box in space, or six extreme points, as one box per slice that it spans.

Source: Lei et al. 2023, MedLSAM, arXiv:2306.14752 (extreme points to a 3D box to boxes of slices).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.slicing import SliceImage


def roi_boxes(
    corners_ras: np.ndarray, ijk_to_ras: Matrix4, shape_kji: tuple[int, int, int], axis: int
) -> dict[int, np.ndarray]:
    """Box of each slice around its section through a convex body, such as a region of interest turned anyhow.

    Args:
        corners_ras: (N, 3) corners in the volume's RAS, mm; 8 for a region of interest.
        ijk_to_ras: (4, 4) of the volume.
        shape_kji: (K, J, I) of the volume.
        axis: array axis that slices are stacked along (0 = k, 1 = j, 2 = i).

    Returns:
        Slice index -> (4,) float64 [x0, y0, x1, y1] on the slice's voxels, clipped to them; `box_on_image` takes it to
        the pixels of a slice image.

    Raises:
        InputError: the body does not meet the volume.
    """
    raise NotImplementedError


def extreme_point_boxes(
    points_ras: np.ndarray, ijk_to_ras: Matrix4, shape_kji: tuple[int, int, int], axis: int, margin: float = 0.0
) -> dict[int, np.ndarray]:
    """Box of each slice from extreme points: the smallest box along the volume's axes that holds all of them.

    Args:
        points_ras: (N, 3), usually six: leftmost, rightmost, foremost, hindmost, top and bottom of the structure.
        ijk_to_ras, shape_kji, axis: as for `roi_boxes`.
        margin: voxels added to every side in the slice.

    Raises:
        InputError: fewer than two points, or none of their box lies in the volume.
    """
    raise NotImplementedError


def box_on_image(box: Sequence[float], image: SliceImage) -> np.ndarray:
    """A box on a slice's voxels, on the pixels of its image (which are square where voxels need not be): (4,)."""
    raise NotImplementedError

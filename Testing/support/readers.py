"""Two readers in memory, for tests."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.reference import Segmentation

LATTICE = np.diag([1.0, 2.0, 3.0, 1.0])


def a_reader(width: int, slices: tuple[int, ...] = (1, 2, 3), name: str = "liver") -> Segmentation:
    """In each slice 8 rows of `width` columns and as many more as the slice's number; voxels of 3 x 2 x 1 mm."""
    labels = np.zeros((5, 20, 20), np.uint8)
    for index in slices:
        labels[index, 4:12, 4 : 4 + width + index] = 1
    return Segmentation.from_labels(labels, LATTICE, {1: name})

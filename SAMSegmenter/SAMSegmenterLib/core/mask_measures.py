"""Small measures of masks that need no metric library: overlap, and the point farthest from the outside."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Mask


def innermost_point(mask: Mask) -> tuple[int, int]:
    """(x, y) of the pixel farthest from the outside, the first in row order among equals; the edge is outside."""
    from scipy import ndimage  # slow to import: windows open at once without it

    depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    y, x = np.unravel_index(int(np.argmax(depth)), mask.shape)
    return int(x), int(y)


def intersection_over_union(first: Mask, second: Mask) -> float:
    """Overlap of two masks, 0 to 1; 0 when both are empty."""
    union = np.count_nonzero(first | second)
    return float(np.count_nonzero(first & second) / union) if union else 0.0

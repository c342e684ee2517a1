"""Where a mask lies in its array: the smallest block of pixels that holds it."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask


def as_boolean(values: Any) -> Mask:
    """Boolean array of any dimension; any non-zero value is inside."""
    array = np.asarray(values)
    return array if array.dtype == np.bool_ else array != 0


def bounding_region(mask: Mask) -> tuple[slice, ...] | None:
    """Smallest block that holds every pixel of a mask.

    Args:
        mask: boolean array of any dimension.

    Returns:
        One slice per axis, so that `mask[region]` is the block; None when the mask is empty.
    """
    region = []
    for axis in range(mask.ndim):
        others = tuple(other for other in range(mask.ndim) if other != axis)
        occupied = np.flatnonzero(mask.any(axis=others))
        if not len(occupied):
            return None
        region.append(slice(int(occupied[0]), int(occupied[-1]) + 1))
    return tuple(region)

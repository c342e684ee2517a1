"""Arithmetic of voxel ranges (i0, i1, j0, j1, k0, k1), both ends inclusive, as VTK counts them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from SAMSegmenterLib.core.mask_box import filled_span
from SAMSegmenterLib.core.slicing import Extent

EMPTY_EXTENT: Extent = (0, -1, 0, -1, 0, -1)


def extent_shape(extent: Extent) -> tuple[int, int, int]:
    """(K, J, I) of an array that fills an extent; (0, 0, 0) when it is empty."""
    if is_empty(extent):
        return 0, 0, 0
    i0, i1, j0, j1, k0, k1 = extent
    return k1 - k0 + 1, j1 - j0 + 1, i1 - i0 + 1


def extent_of_shape(shape_kji: tuple[int, int, int]) -> Extent:
    """Extent of an array that begins at voxel (0, 0, 0)."""
    k, j, i = shape_kji
    return 0, i - 1, 0, j - 1, 0, k - 1


def is_empty(extent: Extent) -> bool:
    """True when there is no voxel in it."""
    return any(low > high for low, high in zip(extent[::2], extent[1::2], strict=True))


def intersection(first: Extent, second: Extent) -> Extent:
    """Voxels in both; `EMPTY_EXTENT` when there is none."""
    lows = [max(a, b) for a, b in zip(first[::2], second[::2], strict=True)]
    highs = [min(a, b) for a, b in zip(first[1::2], second[1::2], strict=True)]
    found = (lows[0], highs[0], lows[1], highs[1], lows[2], highs[2])
    return EMPTY_EXTENT if is_empty(found) else found


def bounding_extent(extents: Iterable[Extent]) -> Extent:
    """Smallest extent around all that are not empty; `EMPTY_EXTENT` when all are."""
    filled = [extent for extent in extents if not is_empty(extent)]
    if not filled:
        return EMPTY_EXTENT
    lows, highs = np.array(filled)[:, ::2].min(axis=0), np.array(filled)[:, 1::2].max(axis=0)
    i0, j0, k0, i1, j1, k1 = (int(value) for value in (*lows, *highs))
    return i0, i1, j0, j1, k0, k1


def window(inner: Extent, outer: Extent) -> tuple[slice, slice, slice]:
    """Where an extent lies in an array that fills another one, which must hold it whole: indices along k, j, i."""
    starts = [inner[2 * axis] - outer[2 * axis] for axis in (2, 1, 0)]
    k, j, i = (slice(start, start + n) for start, n in zip(starts, extent_shape(inner), strict=True))
    return k, j, i


def placed(block: np.ndarray, extent: Extent, onto: Extent) -> np.ndarray:
    """A block as an array that fills another extent: zero where it does not reach, without what lies outside."""
    result = np.zeros(extent_shape(onto), block.dtype)
    common = intersection(extent, onto)
    if not is_empty(common):
        result[window(common, onto)] = block[window(common, extent)]
    return result


def filled_extent(cells: np.ndarray, extent: Extent) -> Extent:
    """Smallest extent around the cells (k, j, i) that are not 0, of an array that fills `extent`."""
    spans = []
    for axis in (2, 1, 0):
        span = filled_span(cells, axis)
        if span is None:
            return EMPTY_EXTENT
        start = extent[2 * (2 - axis)]
        spans += [start + span[0], start + span[1]]
    i0, i1, j0, j1, k0, k1 = spans
    return i0, i1, j0, j1, k0, k1

"""Pixels that a closed line winds round."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Mask

ON_LINE = 1e-9
"""A pixel centre this close to the line, in pixels, lies on it."""

_CROSSINGS_AT_ONCE = 4_000_000


def polygon_mask(polygon: np.ndarray, shape: tuple[int, int]) -> Mask:
    """Pixels whose centre a polygon winds round or passes through.

    The rule is the non-zero one: where the line crosses itself, every loop is inside, whichever way it runs. A polygon
    that holds no pixel centre at all gives the pixel at the mean of its corners.

    Args:
        polygon: (N, 2) corners (x, y), finite; closed without repeating the first.
        shape: (H, W) of the slice; what lies outside is left out.

    Returns:
        (H, W) bool; empty when the polygon lies outside the slice.
    """
    height, width = shape
    low = np.clip(np.ceil(polygon.min(axis=0) - ON_LINE), 0, (width, height)).astype(np.int64)
    high = np.clip(np.floor(polygon.max(axis=0) + ON_LINE), -1, (width - 1, height - 1)).astype(np.int64)
    mask = np.zeros(shape, np.bool_)
    if (high >= low).all():
        window = mask[low[1] : high[1] + 1, low[0] : high[0] + 1]
        window[...] = _inside(polygon - low, window.shape)
    if not mask.any():
        x, y = np.floor(polygon.mean(axis=0) + 0.5)
        if 0 <= x < width and 0 <= y < height:
            mask[int(y), int(x)] = True
    return mask


def _inside(polygon: np.ndarray, shape: tuple[int, ...]) -> Mask:
    """Winding number other than 0, and the outline."""
    height, width = shape
    start, end = polygon, np.roll(polygon, -1, axis=0)
    first = np.clip(np.ceil(np.minimum(start[:, 1], end[:, 1])), 0, height).astype(np.int64)
    stop = np.clip(np.ceil(np.maximum(start[:, 1], end[:, 1])), 0, height).astype(np.int64)  # rows low <= y < high
    steps = np.zeros((height, width + 1), np.int32)
    outline = _corners_and_levels(start, end, shape)
    for part in _parts(stop - first):
        _add_crossings(start[part], end[part], first[part], stop[part], steps, outline)
    return (np.cumsum(steps[:, :width], axis=1, dtype=np.int32) != 0) | outline


def _parts(counts: np.ndarray) -> list[slice]:
    """Runs of edges that cross a bounded number of rows together."""
    group = np.cumsum(counts) // _CROSSINGS_AT_ONCE
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], len(counts)], strict=True)]


def _add_crossings(
    start: np.ndarray, end: np.ndarray, first: np.ndarray, stop: np.ndarray, steps: np.ndarray, outline: Mask
) -> None:
    """Where edges cross rows of pixel centres: the winding number changes by one from there to the right."""
    width = outline.shape[1]
    counts = stop - first
    edge = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    (x0, y0), (x1, y1) = start[edge].T, end[edge].T
    x = x0 + (row - y0) * ((x1 - x0) / (y1 - y0))
    column = np.clip(np.ceil(x - ON_LINE), 0, width).astype(np.int64)
    np.add.at(steps, (row, column), np.where(y1 > y0, 1, -1).astype(np.int32))
    on_line = (np.abs(x - np.rint(x)) <= ON_LINE) & (np.rint(x) >= 0) & (np.rint(x) < width)
    outline[row[on_line], np.rint(x[on_line]).astype(np.int64)] = True


def _corners_and_levels(start: np.ndarray, end: np.ndarray, shape: tuple[int, ...]) -> Mask:
    """Pixel centres at corners and on level edges, which no row is crossed by."""
    height, width = shape
    outline = np.zeros(shape, np.bool_)
    nearest = np.rint(start)
    at_corner = (np.abs(start - nearest) <= ON_LINE).all(axis=1) & (nearest >= 0).all(axis=1)
    at_corner &= (nearest[:, 0] < width) & (nearest[:, 1] < height)
    outline[nearest[at_corner, 1].astype(np.int64), nearest[at_corner, 0].astype(np.int64)] = True
    level = (start[:, 1] == end[:, 1]) & (np.abs(start[:, 1] - nearest[:, 1]) <= ON_LINE)
    level &= (nearest[:, 1] >= 0) & (nearest[:, 1] < height)
    for (x0, y), (x1, _) in zip(start[level], end[level], strict=True):
        left, right = sorted((x0, x1))
        left, right = max(0, int(np.ceil(left - ON_LINE))), min(width - 1, int(np.floor(right + ON_LINE)))
        outline[round(y), left : right + 1] = True
    return outline

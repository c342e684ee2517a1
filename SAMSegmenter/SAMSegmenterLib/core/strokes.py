"""Lines that a user draws: their length on a slice, points along them, and how far away they are."""

from __future__ import annotations

import numpy as np

_INSIDE = 1e-6
"""Points on the right or lower border of a slice are moved in by this much, pixels, so that they round to a pixel."""


def on_slice(xy: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(N,) bool: which points (N, 2) lie on a slice (H, W) or on its border."""
    height, width = shape
    return ((xy >= -0.5) & (xy <= (width - 0.5, height - 0.5))).all(axis=1)


def moved_in(xy: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Points (N, 2) of a slice, those on its right and lower border a trifle inside it."""
    height, width = shape
    return np.clip(xy, -0.5, (width - 0.5 - _INSIDE, height - 0.5 - _INSIDE))


def length_on_slice(xy: np.ndarray, shape: tuple[int, int]) -> float:
    """Length in pixels of the parts of a line (N, 2) that lie on a slice (H, W)."""
    starts, ends = _parts_on_slice(xy, shape)
    return float(np.linalg.norm(ends - starts, axis=1).sum())


def points_along(xy: np.ndarray, shape: tuple[int, int], count: int) -> np.ndarray:
    """Points evenly along the parts of a line that lie on a slice, in the middle of equal lengths.

    Args:
        xy: (N, 2), N >= 1.
        shape: (H, W) of the slice.
        count: how many, 1 or more.

    Returns:
        (count, 2); one point for a line without length, none (0, 2) when no part lies on the slice.
    """
    starts, ends = _parts_on_slice(xy, shape)
    lengths = np.linalg.norm(ends - starts, axis=1)
    until = np.cumsum(lengths)
    if not len(until) or not until[-1] > 0:
        return moved_in(xy[on_slice(xy, shape)][:1], shape)
    wanted = (np.arange(count) + 0.5) / count * until[-1]
    part = np.minimum(np.searchsorted(until, wanted), len(until) - 1)
    share = (wanted - (until[part] - lengths[part])) / lengths[part]
    return moved_in(starts[part] + share[:, None] * (ends[part] - starts[part]), shape)


def distance_to_line(place: np.ndarray, xy: np.ndarray, closed: bool = False) -> float:
    """Shortest distance in pixels of a place (2,) from a line (N, 2), N >= 1."""
    starts, ends = (xy, np.roll(xy, -1, axis=0)) if closed else (xy[:-1], xy[1:])
    if len(xy) == 1:
        starts = ends = xy
    along = ends - starts
    squared = (along**2).sum(axis=1)
    share = ((place - starts) * along).sum(axis=1) / np.where(squared > 0, squared, 1)
    nearest = starts + np.clip(share, 0, 1)[:, None] * along
    return float(np.linalg.norm(place - nearest, axis=1).min())


def _parts_on_slice(xy: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends (M, 2) of what the slice's rectangle leaves of each segment.

    Source: Liang and Barsky 1984, doi:10.1145/357332.357333.
    """
    starts, along = xy[:-1], np.diff(xy, axis=0)
    low, high = np.array([-0.5, -0.5]), np.array([shape[1] - 0.5, shape[0] - 0.5])
    with np.errstate(divide="ignore", invalid="ignore"):
        to_low, to_high = (low - starts) / along, (high - starts) / along
    still = along == 0
    outside = still & ((starts < low) | (starts > high))
    enter = np.where(still, 0, np.minimum(to_low, to_high)).max(axis=1, initial=0)
    leave = np.where(still, 1, np.maximum(to_low, to_high)).min(axis=1, initial=1)
    kept = (enter <= leave) & ~outside.any(axis=1)
    enter, leave = enter[kept, None], leave[kept, None]
    return starts[kept] + enter * along[kept], starts[kept] + leave * along[kept]

"""Two masks of a slice become one: between keyframes, and where a slice is filled in from both sides."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.propagation.shape import signed_distance

_HARDLY_ANYTHING = 0.5
"""Share of the smaller mask's area below which what lies between two masks is no shape of either."""


def fused(first: Mask, second: Mask, share: float) -> Mask:
    """Where the signed distances, weighted, are above 0; the heavier mask where the two hardly meet.

    Args:
        first, second: (H, W) bool; an empty one is left out.
        share: weight of the second, 0 to 1: how far the slice lies on the way to where the second came from.
    """
    if not first.any() or not second.any():
        return first | second
    both = first | second
    rows, columns = np.flatnonzero(both.any(axis=1)), np.flatnonzero(both.any(axis=0))
    part = (
        slice(max(0, rows[0] - 1), rows[-1] + 2),
        slice(max(0, columns[0] - 1), columns[-1] + 2),
    )
    mask = np.zeros(first.shape, bool)
    mask[part] = (1 - share) * signed_distance(first[part]) + share * signed_distance(second[part]) > 0
    if np.count_nonzero(mask) < _HARDLY_ANYTHING * min(np.count_nonzero(first), np.count_nonzero(second)):
        return second if share > 0.5 else first
    return mask


def dice_of(first: Mask, second: Mask) -> float:
    """Agreement of two masks, 0 to 1; 1 when both are empty."""
    total = np.count_nonzero(first) + np.count_nonzero(second)
    return float(2 * np.count_nonzero(first & second) / total) if total else 1.0

"""Masks thinned to lines one pixel wide."""

from __future__ import annotations

import numpy as np

from SAMBenchmarkLib.core.regions import bounding_region
from SAMSegmenterLib.core.arrays import Mask


def thinned(mask: Mask) -> Mask:
    """The skeleton of a mask; its parts stay connected.

    Args:
        mask: (H, W) boolean.

    Returns:
        (H, W) boolean; empty when the mask is empty.

    Source: Zhang and Suen 1984, doi:10.1145/357994.358023.
    """
    skeleton = np.zeros_like(mask)
    block = bounding_region(mask)
    if block is None:
        return skeleton
    padded = np.pad(mask[block], 1)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            removed = _removable(padded, first)
            padded[1:-1, 1:-1] &= ~removed
            changed |= bool(removed.any())
    skeleton[block] = padded[1:-1, 1:-1]
    return skeleton


def _removable(padded: Mask, first: bool) -> Mask:
    """Border pixels that one half of a pass takes away: to the south-east first, then to the north-west."""
    north, south = padded[:-2, 1:-1], padded[2:, 1:-1]
    west, east = padded[1:-1, :-2], padded[1:-1, 2:]
    around = [north, padded[:-2, 2:], east, padded[2:, 2:], south, padded[2:, :-2], west, padded[:-2, :-2]]
    count = sum(part.astype(np.int8) for part in around)
    turns = sum((~here & there).astype(np.int8) for here, there in zip(around, [*around[1:], around[0]], strict=True))
    if first:
        open_side = ~(north & east & south) & ~(east & south & west)
    else:
        open_side = ~(north & east & west) & ~(north & south & west)
    return padded[1:-1, 1:-1] & (count >= 2) & (count <= 6) & (turns == 1) & open_side

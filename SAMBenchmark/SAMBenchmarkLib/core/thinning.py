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

    Source: Guo and Hall 1989, doi:10.1145/62065.62074, algorithm A1. (That of Zhang and Suen lets disks of even width
        and thick diagonals vanish.)
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
    """Border pixels that one half of a pass takes away: to the east first, then to the west."""
    north, south = padded[:-2, 1:-1], padded[2:, 1:-1]
    west, east = padded[1:-1, :-2], padded[1:-1, 2:]
    north_west, north_east = padded[:-2, :-2], padded[:-2, 2:]
    south_west, south_east = padded[2:, :-2], padded[2:, 2:]
    branches = _count(
        ~north & (north_east | east),
        ~east & (south_east | south),
        ~south & (south_west | west),
        ~west & (north_west | north),
    )
    one_way = _count(north_west | north, north_east | east, south_east | south, south_west | west)
    other_way = _count(north | north_east, east | south_east, south | south_west, west | north_west)
    neighbours = np.minimum(one_way, other_way)
    kept = (north | north_east | ~south_east) & east if first else (south | south_west | ~north_west) & west
    return padded[1:-1, 1:-1] & (branches == 1) & (neighbours >= 2) & (neighbours <= 3) & ~kept


def _count(*of: Mask) -> np.ndarray:
    """How many of the masks hold each pixel."""
    return np.sum(of, axis=0, dtype=np.int8)

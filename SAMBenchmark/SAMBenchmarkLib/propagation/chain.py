"""A chain of masks: each comes from its neighbour on the side of the seed."""

from __future__ import annotations

from collections.abc import Callable

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.mask_measures import intersection_over_union

Carry = Callable[[int, Mask], Mask]
"""Number of a slice and the neighbour's mask to the slice's mask."""


class Chain:
    """Masks on both sides of a seed, made when they are asked for, and once.

    Because a mask depends only on those between it and the seed, one chain answers for every range and every stop.

    Args:
        start: number of the seed's slice.
        seed: (H, W) bool.
        carry: makes a slice's mask from its neighbour's.
    """

    def __init__(self, start: int, seed: Mask, carry: Carry) -> None:
        self._start, self._carry = start, carry
        self._masks = {start: seed}

    def mask(self, index: int) -> Mask:
        """The mask of a slice."""
        step = 1 if index >= self._start else -1
        known = index
        while known not in self._masks:
            known -= step
        for place in range(known + step, index + step, step):
            self._masks[place] = self._carry(place, self._masks[place - step])
        return self._masks[index]

    def within(self, first: int, last: int) -> dict[int, Mask]:
        """The masks of a range, both ends included."""
        return {index: self.mask(index) for index in range(first, last + 1)}

    def until_overlap_below(self, threshold: float, first: int, last: int) -> dict[int, Mask]:
        """The masks up to the first, on each side, that overlaps too little with its neighbour; it does not count.

        Args:
            threshold: least intersection over union of neighbours.
            first, last: never beyond.
        """
        found = {self._start: self.mask(self._start)}
        for step, end in ((-1, first), (1, last)):
            for index in range(self._start + step, end + step, step):
                mask = self.mask(index)
                if intersection_over_union(mask, self.mask(index - step)) < threshold:
                    break
                found[index] = mask
        return dict(sorted(found.items()))

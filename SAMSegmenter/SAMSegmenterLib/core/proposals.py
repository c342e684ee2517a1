"""The masks that everything mode found on a slice, ready to be pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates


@dataclass(frozen=True, eq=False)
class Proposals:
    """Masks to choose from; where they overlap, the smallest is the one pointed at.

    Args:
        masks: (N, H, W) bool, largest first.
        scores: (N,) float32 predicted IoU.
        labels: (H, W) int32, 0 for nothing, n + 1 for the smallest mask n at the pixel; it can be shown as it is.
    """

    masks: np.ndarray
    scores: np.ndarray
    labels: np.ndarray

    @classmethod
    def of(cls, candidates: Candidates, minimum_px: int = 1) -> Proposals:
        """From everything mode; empty masks, those below `minimum_px` and repeated ones are left out."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.masks)

    def under(self, xy: Sequence[float]) -> int | None:
        """Index of the smallest mask at a place, None where there is none or outside the slice."""
        raise NotImplementedError

    def all_under(self, xy: Sequence[float]) -> tuple[int, ...]:
        """Indices of every mask at a place, the smallest first."""
        raise NotImplementedError

    def mask(self, index: int) -> Mask:
        """(H, W) bool of one proposal."""
        return self.masks[index]

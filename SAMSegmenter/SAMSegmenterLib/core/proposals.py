"""The masks that everything mode found on a slice, ready to be pointed at.

Source: Mazurowski et al. 2023, doi:10.1016/j.media.2023.102918 (choosing among the masks of the whole image).
"""

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
        """From everything mode; empty masks, those below `minimum_px` and repeated ones are left out.

        Of equal masks the better-scored one stays; of equally large ones it lies on top.
        """
        areas = np.count_nonzero(candidates.masks, axis=(1, 2))
        order = np.lexsort((candidates.scores, -areas))
        kept: dict[bytes, int] = {}
        for index in order[areas[order] >= max(1, minimum_px)]:  # a better-scored repetition comes later, and replaces
            kept[np.packbits(candidates.masks[index]).tobytes()] = int(index)
        stay = set(kept.values())
        chosen = [int(index) for index in order if int(index) in stay]
        masks = candidates.masks[chosen]
        labels = np.zeros(candidates.masks.shape[1:], np.int32)
        for number, mask in enumerate(masks, start=1):
            labels[mask] = number
        return cls(masks, candidates.scores[chosen], labels)

    def __len__(self) -> int:
        return len(self.masks)

    def under(self, xy: Sequence[float]) -> int | None:
        """Index of the smallest mask at a place, None where there is none or outside the slice."""
        pixel = self._pixel(xy)
        return int(self.labels[pixel]) - 1 if pixel is not None and self.labels[pixel] else None

    def mask(self, index: int) -> Mask:
        """(H, W) bool of one proposal."""
        return self.masks[index]

    def _pixel(self, xy: Sequence[float]) -> tuple[int, int] | None:
        """(row, column) of a place, None outside the slice."""
        column, row = np.floor(np.asarray(xy, np.float64) + 0.5)
        height, width = self.labels.shape
        return (int(row), int(column)) if 0 <= row < height and 0 <= column < width else None

"""Figures of one method on one structure: volume and slice Dice, slices beyond the ends, slices missed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.propagation.structures import StructurePart
from SAMSegmenterLib.core.arrays import Mask

Masks = Mapping[int, Mask]
"""(H, W) bool by number of the slice; slices that are not there are empty."""


@dataclass(frozen=True)
class EndFigures:
    """Where a method stopped.

    Args:
        overrun_low, overrun_high: slices with a mask before the structure's first and after its last slice; NaN where
            the structure reaches the volume's end.
        missed: slices of the structure without a mask.
    """

    overrun_low: float
    overrun_high: float
    missed: int


def volume_dice(masks: Masks, reference: Mask) -> float:
    """Dice of all slices together.

    Args:
        reference: (slices, H, W) bool, not empty.

    Returns:
        0 to 1.
    """
    common = sum(int(np.count_nonzero(mask & reference[index])) for index, mask in masks.items())
    total = sum(int(np.count_nonzero(mask)) for mask in masks.values()) + int(np.count_nonzero(reference))
    return 2.0 * common / total


def slice_dice(masks: Masks, reference: Mask, index: int) -> float:
    """Dice of one slice; 0 where only one of the two has a mask, NaN where neither has."""
    found = masks.get(index)
    return dice(np.zeros_like(reference[index]) if found is None else found, reference[index])


def end_figures(masks: Masks, part: StructurePart) -> EndFigures:
    """Count slices beyond the structure's ends and slices missed within."""
    held = {index for index, mask in masks.items() if mask.any()}
    low = math.nan if part.touches_first else float(sum(index < part.first for index in held))
    high = math.nan if part.touches_last else float(sum(index > part.last for index in held))
    return EndFigures(low, high, sum(index not in held for index in range(part.first, part.last + 1)))


def worst_slices(masks: Masks, reference: Mask, part: StructurePart, count: int) -> list[int]:
    """The structure's slices of lowest Dice, worst first, apart from its start; the lower number first on ties."""
    numbers = [index for index in range(part.first, part.last + 1) if index != part.start]
    return sorted(numbers, key=lambda index: (slice_dice(masks, reference, index), index))[:count]


def rank_correlation(first: list[float], second: list[float]) -> float:
    """Spearman's coefficient, -1 to 1; NaN below three values, or where all values of one are equal."""
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return math.nan
    return float(stats.spearmanr(first, second).statistic)


def flagged_is_among_worst(confidence: list[float], quality: list[float], share: float = 0.2) -> float:
    """Whether the slice of lowest confidence is among the worst slices.

    Args:
        confidence, quality: of the same slices.
        share: how much of the slices counts as worst, rounded up; slices as bad as the best of these count, too.

    Returns:
        1 or 0; NaN without slices.
    """
    if not quality:
        return math.nan
    limit = sorted(quality)[math.ceil(share * len(quality)) - 1]
    return float(quality[int(np.argmin(confidence))] <= limit)

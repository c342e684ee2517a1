"""How well a figure tells two groups apart."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.statistics.ranks import mean_ranks
from SAMSegmenterLib.core.errors import InputError


def roc_auc(values: npt.ArrayLike, positive: npt.ArrayLike) -> float:
    """Area under the receiver operating characteristic: the chance that a positive has the larger value.

    Args:
        values: (N,) or of any shape, no NaN; large ones speak for a positive.
        positive: booleans of the same shape.

    Returns:
        0 to 1, 0.5 for values that say nothing; equal values count half. NaN when one of the groups is empty.

    Raises:
        InputError: the shapes differ.

    Source: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747 (as the Mann-Whitney statistic).
    """
    numbers, chosen = np.asarray(values, np.float64).ravel(), np.asarray(positive, bool).ravel()
    if numbers.shape != chosen.shape:
        raise InputError(f"Every value needs its group; got {numbers.size} values and {chosen.size} groups.")
    count = int(np.count_nonzero(chosen))
    others = len(chosen) - count
    if not count or not others:
        return math.nan
    ranks = mean_ranks(numbers)[chosen].sum()
    return float((ranks - count * (count + 1) / 2) / (count * others))

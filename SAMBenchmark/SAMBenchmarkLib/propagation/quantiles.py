"""Quantiles in which every dataset weighs the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np


def even_quantile(values: Iterable[tuple[str, float]], share: float) -> float:
    """The smallest value that at least a share of the weight does not exceed.

    Args:
        values: (dataset, value); undefined ones are left out. The values of a dataset share a weight of 1.
        share: 0 to 1; 0.5 is the median.

    Returns:
        NaN when there is no value.
    """
    known = sorted((value, dataset) for dataset, value in values if not math.isnan(value))
    if not known:
        return math.nan
    counts = Counter(dataset for _, dataset in known)
    weights = np.cumsum([1 / counts[dataset] for _, dataset in known])
    place = int(np.searchsorted(weights, share * weights[-1] * (1 - 1e-12)))
    return known[min(place, len(known) - 1)][0]

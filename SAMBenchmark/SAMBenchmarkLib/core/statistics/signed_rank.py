"""The signed-rank test of paired differences, exact for small samples also where values are tied."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from SAMBenchmarkLib.core.statistics.ranks import mean_ranks

MOST_EXACT = 50
"""With more pairs than this the normal approximation is as good."""

_ROUNDING = 12
"""Decimals that count: differences that agree to so many are ties, what is 0 to so many is no difference."""


@dataclass(frozen=True)
class SignedRank:
    """Result of the test, or in words why there is none.

    Args:
        statistic: the smaller of the sums of ranks of positive and of negative differences; NaN when there is none.
        p: two-sided; NaN when there is none.
        n: pairs that were compared, those without a difference included.
        zeros: pairs without a difference; they are dropped from the ranks.
        note: why there is no test, or what to know about it; may be empty.
    """

    statistic: float
    p: float
    n: int
    zeros: int = 0
    note: str = ""


def signed_rank(differences: Sequence[float] | npt.NDArray[np.float64]) -> SignedRank:
    """Wilcoxon's signed-rank test that paired differences are symmetric about 0, two-sided.

    Up to `MOST_EXACT` pairs p counts all choices of signs, with mean ranks for ties; above it is the normal
    approximation with the variance corrected for ties.

    Args:
        differences: (N,) one per pair; NaN is left out.

    Returns:
        NaN with a note when there are fewer than two pairs, or no pair differs.

    Source: Wilcoxon 1945, doi:10.2307/3001968; Streitberg and Roehmel 1986, Statistical Software Newsletter 12, 10-17
        (exact distribution with ties).
    """
    values = np.asarray(differences, np.float64)
    values = np.round(values[np.isfinite(values)], _ROUNDING)
    n, different = len(values), values[values != 0]
    zeros = n - len(different)
    if n < 2:
        return SignedRank(math.nan, math.nan, n, zeros, "no pair" if n == 0 else "one pair only: no test")
    if not len(different):
        return SignedRank(math.nan, math.nan, n, zeros, "no pair differs: no test")
    ranks = mean_ranks(np.abs(different))
    positive = float(ranks[different > 0].sum())
    statistic = min(positive, float(ranks.sum()) - positive)
    if len(different) > MOST_EXACT:
        return SignedRank(statistic, _approximate(statistic, ranks), n, zeros)
    return SignedRank(statistic, _exact(statistic, ranks), n, zeros, _smallest_possible(len(different)))


def _exact(statistic: float, ranks: npt.NDArray[np.float64]) -> float:
    """Share of all choices of signs whose smaller sum is at most this one; doubled ranks are whole numbers."""
    doubled = np.rint(2 * ranks).astype(np.int64)
    ways = np.zeros(int(doubled.sum()) + 1)
    ways[0] = 1
    for rank in doubled:
        ways[rank:] = ways[rank:] + ways[:-rank]
    share = ways[: round(2 * statistic) + 1].sum() / ways.sum()
    return min(1.0, 2 * float(share))


def _approximate(statistic: float, ranks: npt.NDArray[np.float64]) -> float:
    z = (statistic - ranks.sum() / 2) / math.sqrt(float((ranks**2).sum()) / 4)
    return min(1.0, 2 * float(ndtr(z)))


def _smallest_possible(n: int) -> str:
    """Small samples cannot reach the usual level, whatever they show."""
    least = 2.0 ** (1 - n)
    return f"{n} pairs that differ: p cannot be below {least:.3g}" if least > 0.05 else ""

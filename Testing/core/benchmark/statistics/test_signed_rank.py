"""The test against SciPy, against all choices of signs counted one by one, and in words where there is none."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import rankdata, wilcoxon

from SAMBenchmarkLib.core.statistics.signed_rank import signed_rank


@pytest.mark.parametrize("n", [2, 7, 12, 50])
def test_small_samples_without_ties_have_scipys_exact_p(n):
    values = np.random.default_rng(n).normal(0.4, 1, n)
    found, oracle = signed_rank(values), wilcoxon(values, method="exact")
    assert (found.statistic, found.p) == pytest.approx((oracle.statistic, oracle.pvalue), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_ties_are_counted_exactly(seed):
    values = np.random.default_rng(seed).integers(-3, 6, 9) / 10
    different = values[values != 0]
    ranks = rankdata(np.abs(different).round(9))
    sums = [
        sum(r for r, sign in zip(ranks, signs, strict=True) if sign)
        for signs in itertools.product((0, 1), repeat=len(ranks))
    ]
    observed = ranks[different > 0].sum()
    smaller = min(observed, ranks.sum() - observed)
    p = min(1, 2 * np.mean([total <= smaller for total in sums]))
    found = signed_rank(values)
    assert (found.statistic, found.p) == pytest.approx((smaller, p))
    assert (found.n, found.zeros) == (9, int((values == 0).sum()))


def test_large_samples_have_scipys_approximation_with_ties():
    values = np.random.default_rng(1).integers(-4, 7, 300) / 10
    found = signed_rank(values)
    oracle = wilcoxon(values.round(9), method="asymptotic", zero_method="wilcox", correction=False)
    assert (found.statistic, found.p) == pytest.approx((oracle.statistic, oracle.pvalue), rel=1e-9)


def test_rounding_makes_neither_ties_apart_nor_differences():
    assert 0.3 - 0.1 != 0.2
    assert signed_rank([0.3 - 0.1, -0.2, 0.5]) == signed_rank([0.2, -0.2, 0.5])
    assert signed_rank([0.1 + 0.2 - 0.3, 0.0]).note == "no pair differs: no test"


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([], "no pair"),
        ([0.2], "one pair only: no test"),
        ([0.2, math.nan], "one pair only: no test"),
        ([0.0] * 8, "no pair differs: no test"),
    ],
)
def test_where_there_is_no_test_words_say_why(values, note):
    found = signed_rank(values)
    assert found.note == note and math.isnan(found.p) and math.isnan(found.statistic)


def test_samples_too_small_for_any_finding_say_so():
    found = signed_rank([0.1, 0.2, 0.3, 0.4])
    assert found.p == pytest.approx(0.125) and found.note == "4 pairs that differ: p cannot be below 0.125"
    assert signed_rank([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]).note == ""

import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics.roc import roc_auc
from SAMSegmenterLib.core.errors import InputError


def test_a_worked_case_with_a_tie():
    # pairs (positive, other): (3, 1) won, (3, 2) won, (2, 1) won, (2, 2) half
    assert roc_auc([3, 2, 1, 2], [True, True, False, False]) == 3.5 / 4


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_share_of_pairs_that_are_in_order(seed):
    rng = np.random.default_rng(seed)
    values, positive = rng.integers(0, 6, 60).astype(float), rng.random(60) < 0.3
    gaps = values[positive][:, None] - values[~positive][None]
    assert roc_auc(values, positive) == pytest.approx(((gaps > 0) + 0.5 * (gaps == 0)).mean())


def test_extremes_and_what_says_nothing():
    assert roc_auc([0, 1, 2, 3], [False, False, True, True]) == 1
    assert roc_auc([3, 2, 1, 0], [False, False, True, True]) == 0
    assert roc_auc(np.full((2, 3), 7.0), np.eye(2, 3, dtype=bool)) == 0.5


@pytest.mark.parametrize("positive", [[True, True], [False, False]])
def test_one_group_alone_has_no_area(positive):
    assert math.isnan(roc_auc([1.0, 2.0], positive))


def test_values_without_groups_are_refused():
    with pytest.raises(InputError, match="2 values and 1 groups"):
        roc_auc([1.0, 2.0], [True])

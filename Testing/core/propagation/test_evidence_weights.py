"""The fitted regressions."""

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation.evidence import NAMES
from SAMSegmenterLib.core.propagation.evidence_weights import CONFIDENCE, PRESENCE, Regression


def test_a_regression_by_hand():
    one = Regression(means=(1.0, 0.0), scales=(2.0, 1.0), weights=(3.0, -1.0), offset=0.5)
    values = np.array([3.0, 2.0])
    assert one.contributions(values).tolist() == [3.0, -2.0]
    assert one.probability(values) == pytest.approx(1 / (1 + np.exp(-1.5)))


def test_values_far_from_the_usual_count_no_more_than_four_deviations():
    one = Regression(means=(0.0,), scales=(1.0,), weights=(1.0,), offset=0.0)
    assert one.contributions(np.array([1e9])).tolist() == [4.0]
    assert one.probability(np.array([-1e9])) == pytest.approx(1 / (1 + np.exp(4)))


@pytest.mark.parametrize("regression", [PRESENCE, CONFIDENCE])
def test_each_measure_has_its_coefficients(regression):
    assert len(regression.means) == len(regression.scales) == len(regression.weights) == len(NAMES)
    assert min(regression.scales) > 0 and np.isfinite([*regression.means, *regression.weights]).all()


@pytest.mark.parametrize("regression", [PRESENCE, CONFIDENCE])
@pytest.mark.parametrize("value", [-1e12, 0.0, 1e12])
def test_probabilities_stay_between_none_and_one_without_warnings(regression, value):
    with np.errstate(all="raise"):
        assert 0 <= regression.probability(np.full(len(NAMES), value)) <= 1


@pytest.mark.parametrize("more", [-1e6, 1e6])
def test_what_is_added_to_the_logit_may_be_as_large_as_it_likes(more):
    with np.errstate(over="raise", invalid="raise"):
        found = PRESENCE.probability(np.array(PRESENCE.means), more)
    assert found == pytest.approx(float(more > 0), abs=1e-100)

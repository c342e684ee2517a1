import math

import pytest

from SAMBenchmarkLib.core.undefined import undefined_distance, undefined_reason
from SAMSegmenterLib.core.errors import InputError


@pytest.mark.parametrize(
    ("n_reference", "n_prediction", "reason"),
    [
        (10, 10, ""),
        (10, 0, "empty prediction"),
        (0, 10, "empty reference"),
        (0, 0, "both empty"),
        (10, None, "no candidate"),
    ],
)
def test_the_reason_names_what_is_missing(n_reference, n_prediction, reason):
    assert undefined_reason(n_reference, n_prediction) == reason


def test_each_policy_gives_its_value():
    assert math.isnan(undefined_distance("nan", (30, 40), (1, 1)))
    assert undefined_distance("zero", (30, 40), (1, 1)) == 0.0
    assert undefined_distance("diagonal", (30, 40), (1, 1)) == 50.0
    assert undefined_distance("diagonal", (30, 40), (2.0, 2.0)) == 100.0


def test_a_diagonal_without_spacing_is_undefined():
    assert math.isnan(undefined_distance("diagonal", (30, 40), None))


def test_an_unknown_policy_is_refused():
    with pytest.raises(InputError, match="nan, zero, diagonal"):
        undefined_distance("worst", (3, 4), (1, 1))

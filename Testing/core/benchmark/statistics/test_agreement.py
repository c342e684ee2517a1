import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics.agreement import agreement
from SAMSegmenterLib.core.errors import InputError

FIRST = [4.1, 5.0, 6.2, 7.9, 5.5, 6.6, 8.0, 4.9]
SECOND = [4.0, 5.4, 6.1, 8.3, 5.2, 6.9, 8.4, 5.0]


def test_the_intraclass_correlation_is_that_of_another_program():
    """From pingouin 0.7.0, intraclass_corr, ICC(A,1)."""
    assert agreement(FIRST, SECOND).icc == pytest.approx(0.9810134046149611, rel=1e-9)


def test_a_constant_difference_lowers_absolute_agreement():
    # objects 1 to 4, the second reader 1 more: mean squares 2 * 5 / 3, 2, 0 -> (10/3) / (10/3 + 2 * 2 / 4)
    found = agreement([1, 2, 3, 4], [2, 3, 4, 5])
    assert (found.bias, found.limits, found.icc) == (1, pytest.approx((1, 1)), pytest.approx(10 / 13))


def test_limits_hold_1_96_standard_deviations_of_the_differences():
    found, differences = agreement(FIRST, SECOND), np.subtract(SECOND, FIRST)
    half = 1.96 * differences.std(ddof=1)
    assert found.limits == pytest.approx((found.bias - half, found.bias + half), rel=1e-3)
    assert (found.n, found.bias, found.note) == (8, pytest.approx(differences.mean()), "")


@pytest.mark.parametrize(
    ("first", "second", "note"),
    [
        ([], [], "no object was measured twice"),
        ([1], [math.nan], "no object was measured twice"),
        ([1], [2], "1 object only: no limits, no correlation"),
        ([3, 3, 3], [3, 3, 3], "all measurements are the same: no correlation"),
    ],
)
def test_what_cannot_be_said_is_said_in_words(first, second, note):
    found = agreement(first, second)
    assert found.note == note and math.isnan(found.icc)


def test_readers_measure_the_same_objects():
    with pytest.raises(InputError, match="2 and 1 values"):
        agreement([1, 2], [1])

"""Quantiles in which every dataset weighs the same."""

import math

import pytest

from SAMBenchmarkLib.propagation.quantiles import even_quantile


@pytest.fixture
def quantile(a_record):
    """`quantile([(dataset, value), ...], share)`; every value is of another subject."""

    def of(values, share):
        return even_quantile([(a_record(name, str(n)).about, value) for n, (name, value) in enumerate(values)], share)

    return of


def test_one_dataset_has_the_usual_quantiles(quantile):
    values = [("a", value) for value in (5, 1, 4, 2, 3)]
    assert [quantile(values, share).value for share in (0.2, 0.5, 0.9)] == [1, 3, 5]


def test_many_values_of_one_dataset_do_not_outweigh_another(quantile):
    values = [("large", 0.0)] * 90 + [("small", 7.0)] * 2
    assert quantile(values, 0.5).value == 0 and quantile(values, 0.51).value == 7


def test_undefined_values_are_left_out(quantile):
    assert quantile([("a", math.nan), ("a", 2.0)], 0.5).value == 2
    assert math.isnan(quantile([("a", math.nan)], 0.5).value) and math.isnan(quantile([], 0.5).value)


def test_the_interval_tells_what_other_subjects_would_have_given(quantile, a_record):
    found = quantile([("a", value) for value in range(9)], 0.5)
    assert found.value == 4 and found.interval == pytest.approx((2, 6), abs=1) and found.subjects == 9
    one = even_quantile([(a_record("a", "same").about, value) for value in (1.0, 2.0, 3.0)], 0.5)
    assert one.value == 2 and math.isnan(one.interval[0])  # nothing varies with a single subject

from __future__ import annotations

import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.moments import Moments, joined, moments_by_group


def moments_of(values) -> Moments:
    moments = Moments()
    for value in values:
        moments.add(float(value))
    return moments


def test_mean_and_population_deviation_are_those_of_numpy():
    values = np.random.default_rng(3).normal(1e6, 0.01, 5000)  # naive sums of squares lose everything here
    moments = moments_of(values)
    assert moments.mean == pytest.approx(values.mean(), rel=1e-14)
    assert moments.std == pytest.approx(values.std(), rel=1e-6)


def test_undefined_values_are_counted_and_change_nothing():
    moments = moments_of([1.0, math.nan, 3.0, math.nan])
    assert (moments.defined, moments.undefined, moments.mean, moments.std) == (2, 2, 2.0, 1.0)


def test_a_single_value_does_not_deviate():
    assert moments_of([4.5]).std == 0.0


def test_nothing_has_no_mean():
    moments = moments_of([math.nan])
    assert math.isnan(moments.mean) and math.isnan(moments.std)


def test_moments_of_parts_are_those_of_the_whole():
    values = np.random.default_rng(4).normal(1e6, 0.01, 900)
    values[::7] = math.nan
    whole = moments_of(values)
    found = joined(moments_of(part) for part in (values[:0], values[:100], values[100:101], values[101:]))
    assert (found.defined, found.undefined) == (whole.defined, whole.undefined)
    assert found.mean == pytest.approx(whole.mean, rel=1e-14) and found.std == pytest.approx(whole.std, rel=1e-6)


def test_every_group_has_its_own_moments():
    values, group = np.array([1.0, 5.0, math.nan, 3.0, 0.1, 0.1, 0.1]), np.array([0, 2, 0, 0, 3, 3, 3])
    found = moments_by_group(values, group, 4)
    assert [(one.defined, one.undefined) for one in found] == [(2, 1), (0, 0), (1, 0), (3, 0)]
    assert (found[0].mean, found[0].std, found[2].mean) == (2.0, 1.0, 5.0)
    assert (found[3].mean, found[3].std) == (0.1, 0.0) and math.isnan(found[1].mean)

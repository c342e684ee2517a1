from __future__ import annotations

import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.moments import Moments


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

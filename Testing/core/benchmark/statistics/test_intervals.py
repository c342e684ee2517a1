"""Intervals against SciPy's bootstrap and worked cases."""

import math

import numpy as np
import pytest
from scipy import stats

from SAMBenchmarkLib.core.statistics.bootstrap import Estimate
from SAMBenchmarkLib.core.statistics.intervals import bca_ends, mean_interval, means_without_one

SKEWED = np.random.default_rng(5).beta(6, 1.5, 40)


def test_both_intervals_are_scipys_when_each_patient_has_one_object():
    found = mean_interval(SKEWED, [f"p{k}" for k in range(40)], resamples=20000)
    width = found.bca[1] - found.bca[0]
    for method, ends in (("percentile", found.percentile), ("BCa", found.bca)):
        oracle = stats.bootstrap((SKEWED,), np.mean, method=method, n_resamples=20000, rng=np.random.default_rng(0))
        interval = oracle.confidence_interval
        assert ends == pytest.approx((interval.low, interval.high), abs=0.02 * width)
    assert found.mean == pytest.approx(SKEWED.mean()) and (found.objects, found.patients, found.note) == (40, 40, "")


def test_given_the_same_draws_the_ends_are_scipys():
    oracle = stats.bootstrap((SKEWED,), np.mean, method="BCa", n_resamples=999, rng=np.random.default_rng(1))
    estimate = Estimate(float(SKEWED.mean()), oracle.bootstrap_distribution, 40, 40)
    ends = bca_ends(estimate, means_without_one(SKEWED, np.array([f"p{k:02}" for k in range(40)])))
    assert ends == pytest.approx(oracle.confidence_interval, rel=1e-9)


def test_patients_with_alike_objects_give_wider_intervals_than_objects_would():
    patients = np.repeat([f"p{k}" for k in range(20)], 10)
    values = np.repeat(np.random.default_rng(0).random(20), 10)
    of_patients = mean_interval(values, patients)
    of_objects = mean_interval(values, [f"o{k}" for k in range(200)])
    assert np.ptp(of_patients.bca) > 2.5 * np.ptp(of_objects.bca)
    assert (of_patients.objects, of_patients.patients) == (200, 20)


def test_the_mean_without_one_patient_weighs_objects():
    values, patients = np.array([0.2, 0.4, 0.9, 0.1]), np.array(["p", "p", "q", "r"])
    assert means_without_one(values, patients) == pytest.approx([0.5, 0.7 / 3, 0.5])


@pytest.mark.parametrize(
    ("values", "patients", "note"),
    [
        ([0.4], ["p"], "1 patient only: no interval"),
        ([0.4, 0.5, 0.6], ["p", "q", "q"], "2 patients only: no interval"),
        ([0.0] * 12, [f"p{k}" for k in range(12)], "the same in every patient: no interval"),
        ([math.nan], ["p"], "no value is defined"),
        ([], [], "no value is defined"),
    ],
)
def test_where_there_is_no_interval_words_say_why(values, patients, note):
    found = mean_interval(values, patients)
    assert found.note == note
    assert all(math.isnan(end) for end in (*found.percentile, *found.bca))


def test_few_patients_have_a_rough_interval_and_undefined_objects_do_not_count():
    found = mean_interval([0.2, 0.5, 0.9, math.nan], ["a", "b", "c", "d"])
    assert found.note == "3 patients: the interval is rough" and found.objects == 3
    assert 0.2 <= found.bca[0] < found.mean < found.bca[1] <= 0.9


def test_there_is_no_accelerated_interval_when_all_draws_lie_on_one_side():
    estimate = Estimate(0.5, np.array([0.1, 0.2, 0.3]), 3, 3)
    assert all(math.isnan(end) for end in bca_ends(estimate, np.array([0.1, 0.2, 0.4])))

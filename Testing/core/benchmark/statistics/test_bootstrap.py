"""Means and intervals against worked numbers."""

import itertools
import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics import bootstrap
from SAMBenchmarkLib.core.statistics.bootstrap import Estimate, mean_of_sources, numbered, subject_bootstrap


def test_the_mean_counts_objects_and_the_draws_are_those_of_subjects():
    estimate = subject_bootstrap([0.2, 0.4, 0.9], ["p", "p", "q"], "source")
    assert estimate.value == pytest.approx(0.5)
    assert (estimate.objects, estimate.subjects) == (3, 2)
    # both p: 0.3; p and q: (0.2 + 0.4 + 0.9) / 3; both q: 0.9 - with chances 1/4, 1/2, 1/4
    values, counts = np.unique(np.round(estimate.draws, 9), return_counts=True)
    assert values == pytest.approx([0.3, 0.5, 0.9])
    assert counts / len(estimate.draws) == pytest.approx([0.25, 0.5, 0.25], abs=0.03)
    assert estimate.interval == pytest.approx((0.3, 0.9))


def test_the_interval_of_many_subjects_is_that_of_the_standard_error():
    values = np.random.default_rng(3).normal(0.6, 0.1, 400)
    low, high = subject_bootstrap(values, [str(k) for k in range(400)], "source").interval
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.08)
    assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.002)


def test_the_draws_are_those_of_all_resamples_for_three_subjects():
    values = [0.1, 0.4, 1.0]
    estimate = subject_bootstrap(values, ["a", "b", "c"], "source", resamples=20000)
    exact = sorted(np.mean(drawn) for drawn in itertools.product(values, repeat=3))
    assert estimate.draws.mean() == pytest.approx(np.mean(exact), abs=0.005)
    assert estimate.draws.std() == pytest.approx(np.std(exact), rel=0.03)


def test_undefined_values_are_left_out():
    estimate = subject_bootstrap([0.2, math.nan, 0.6], ["p", "q", "r"], "source")
    assert estimate.value == pytest.approx(0.4) and (estimate.objects, estimate.subjects) == (2, 2)
    assert np.nanmin(estimate.draws) == pytest.approx(0.2) and np.nanmax(estimate.draws) == pytest.approx(0.6)
    assert math.isnan(subject_bootstrap([math.nan], ["p"], "source").value)
    assert math.isnan(subject_bootstrap([], [], "source").interval[0])


def test_a_single_subject_has_no_interval():
    estimate = subject_bootstrap([0.2, 0.4], ["p", "p"], "source")
    assert estimate.value == pytest.approx(0.3)
    assert all(math.isnan(end) for end in estimate.interval)


def test_figures_of_the_same_subjects_are_drawn_together():
    subjects = [f"p{k}" for k in range(12)]
    low = np.random.default_rng(0).random(12)
    difference = subject_bootstrap(low + 0.1, subjects, "s") - subject_bootstrap(low, subjects, "s")
    assert difference.value == pytest.approx(0.1)
    assert difference.draws == pytest.approx(np.full(len(difference.draws), 0.1))


def test_sources_vary_independently_and_seeds_differ():
    values, subjects = np.arange(10) / 10, [f"p{k}" for k in range(10)]
    one, other = (subject_bootstrap(values, subjects, name).draws for name in ("one", "other"))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1
    assert not np.array_equal(one, subject_bootstrap(values, subjects, "one", seed=2).draws)
    assert np.array_equal(one, subject_bootstrap(values, subjects, "one").draws)


def test_sources_count_alike_and_their_errors_add_up():
    values, subjects = np.random.default_rng(1).random(200), [str(k) for k in range(200)]
    one = subject_bootstrap(values, subjects, "one")
    other = subject_bootstrap([0.9, 0.9], ["p", "q"], "other")
    mean = mean_of_sources([one, other])
    assert mean.value == pytest.approx((values.mean() + 0.9) / 2)
    assert mean.draws.std() == pytest.approx(one.draws.std() / 2)
    assert (mean.objects, mean.subjects) == (202, 202)
    assert math.isnan(mean_of_sources([]).value)


def test_the_negative_of_an_estimate_turns_its_interval_round():
    estimate = Estimate(0.2, np.array([0.1, 0.2, 0.4]), 3, 2)
    assert (-estimate).value == -0.2 and (-estimate).interval == pytest.approx(
        [-end for end in estimate.interval[::-1]]
    )


def test_draws_in_parts_are_those_at_once(monkeypatch):
    values, subjects = np.random.default_rng(2).random(30), [f"p{k % 7}" for k in range(30)]
    at_once = subject_bootstrap(values, subjects, "source", resamples=100)
    monkeypatch.setattr(bootstrap, "_DRAWN_AT_ONCE", 60)
    in_parts = subject_bootstrap(values, subjects, "source", resamples=100)
    assert np.array_equal(in_parts.draws, at_once.draws) and len(in_parts.draws) == 100


def test_subjects_may_be_numbers_which_give_the_same_as_names_in_that_order():
    values, names = [0.2, 0.9, 0.4, 0.1], ["b", "a", "b", "d"]
    by_name, by_number = (subject_bootstrap(values, given, "source") for given in (names, np.array([4, 1, 4, 7])))
    assert np.array_equal(by_name.draws, by_number.draws) and by_number.subjects == 3
    count, place = numbered(np.array([4, 1, 4, 7]))
    assert (count, place.tolist()) == (3, [1, 0, 1, 2])


def test_many_subjects_are_drawn_in_groups_with_the_same_mean_and_spread(monkeypatch):
    values = np.random.default_rng(5).normal(0.5, 0.1, 600)
    each = subject_bootstrap(values, np.arange(600), "source")
    monkeypatch.setattr(bootstrap, "MOST_SUBJECTS", 200)
    in_groups = subject_bootstrap(values, np.arange(600), "source")
    assert (in_groups.value, in_groups.subjects) == (pytest.approx(each.value), 600)
    assert in_groups.draws.std() == pytest.approx(each.draws.std(), rel=0.15)

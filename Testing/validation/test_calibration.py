"""Calibration of predicted IoU, worked by hand."""

import math

import pytest

from SAMBenchmarkLib.validation.calibration import calibrate


def test_the_error_is_the_distance_of_the_bins_means(a_score):
    pairs = [(0.95, 0.85), (0.95, 0.75), (0.15, 0.15), (0.12, 0.12)]
    scores = [a_score(predicted=predicted, true=true) for predicted, true in pairs]
    found = calibrate(scores)
    assert found.expected_error == pytest.approx((0.1 + 0.2) / 4)
    assert found.spearman == pytest.approx(0.9487, abs=1e-3)
    assert found.counts.tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 0, 2] and found.objects == 4
    assert found.true[9] == pytest.approx(0.8) and found.predicted[1] == pytest.approx(0.135)
    assert math.isnan(found.true[5])


def test_errors_of_opposite_sign_in_one_bin_cancel(a_score):
    scores = [a_score(predicted=0.55, true=true) for true in (0.45, 0.65, 0.55)]
    assert calibrate(scores).expected_error == pytest.approx(0.0, abs=1e-9)


def test_predictions_beyond_0_and_1_are_in_the_end_bins(a_score):
    found = calibrate([a_score(predicted=1.2, true=1.0), a_score(predicted=-0.1, true=0.0)])
    assert found.counts[[0, -1]].tolist() == [1, 1] and found.expected_error == pytest.approx(0.15)


def test_too_little_to_correlate_is_undefined(a_score):
    assert math.isnan(calibrate([a_score(), a_score()]).spearman)
    assert math.isnan(calibrate([a_score()] * 5).spearman)
    assert math.isnan(calibrate([]).expected_error)

"""Figures of propagation over many structures."""

import math

import pytest

from SAMBenchmarkLib.propagation import figures
from SAMBenchmarkLib.propagation.record import CostFigures, TrustFigures


def test_ends_at_the_volumes_end_do_not_count(a_record):
    records = [a_record(low=math.nan, high=2.0), a_record(low=0.0, high=0.0)]
    assert figures.overrun(records, figures.MEDIAN).value == 0 and figures.overrun(records, figures.P90).value == 2
    assert math.isnan(figures.overrun(records, 0.5, "box chain").value)


def test_missed_slices_have_a_median(a_record):
    assert figures.missed([a_record(missed=float(count)) for count in (0, 3, 1)]).value == 1


def test_the_median_correlation_leaves_out_undefined_ones(a_record):
    records = [a_record(trust=TrustFigures(value, 1.0)) for value in (0.2, math.nan, 0.8, 0.6)]
    assert figures.median_spearman(records).value == 0.6


def test_gains_and_costs_are_differences_and_ratios(a_record):
    record = a_record(cost=CostFigures(10, 9, 25, 2.2, 2.0))
    assert figures.keyframe_gain(record) == pytest.approx(0.02)
    assert figures.gain_over_interpolation(record) == pytest.approx(0.2)
    assert figures.encodes_per_slice(record) == 0.9 and figures.decodes_per_slice(record) == 2.5
    assert figures.time_ratio(record) == pytest.approx(1.1)


def test_failures_are_left_out(a_record):
    assert len(figures.measured([a_record(), a_record(failure="empty")])) == 1
    assert math.isnan(figures.encodes_per_slice(a_record(failure="empty")))

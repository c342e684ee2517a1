import math

import numpy as np
import pytest
from matplotlib.cbook import boxplot_stats

from SAMBenchmarkLib.core.statistics.box_numbers import box_numbers


@pytest.mark.parametrize(
    "values", [[1, 2, 3, 4, 100], [0.0] * 7, [5], [1, 9], list(np.random.default_rng(0).normal(0, 1, 200))]
)
def test_numbers_are_those_that_matplotlib_draws(values):
    found, oracle = box_numbers(values), boxplot_stats(np.array(values, float))[0]
    names = {"low": "whislo", "q1": "q1", "median": "med", "q3": "q3", "high": "whishi", "mean": "mean"}
    assert [getattr(found, name) for name in names] == pytest.approx([oracle[name] for name in names.values()])
    assert found.outliers == len(oracle["fliers"]) and found.n == len(values)


def test_undefined_values_are_left_out_and_few_are_named():
    found = box_numbers([0.2, math.nan, 0.4, math.inf])
    assert (found.n, found.median, found.note) == (2, pytest.approx(0.3), "2 values only")
    assert box_numbers([0.2]).note == "1 value only" and box_numbers([0.1] * 5).note == ""


def test_without_values_there_is_no_box():
    found = box_numbers([])
    assert (found.n, found.note) == (0, "no value") and math.isnan(found.median)

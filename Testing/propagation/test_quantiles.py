"""Quantiles in which every dataset weighs the same."""

import math

from SAMBenchmarkLib.propagation.quantiles import even_quantile


def test_one_dataset_has_the_usual_quantiles():
    values = [("a", value) for value in (5, 1, 4, 2, 3)]
    assert even_quantile(values, 0.5) == 3 and even_quantile(values, 0.9) == 5 and even_quantile(values, 0.2) == 1


def test_many_values_of_one_dataset_do_not_outweigh_another():
    values = [("large", 0.0)] * 90 + [("small", 7.0)] * 2
    assert even_quantile(values, 0.5) == 0 and even_quantile(values, 0.51) == 7


def test_undefined_values_are_left_out():
    assert even_quantile([("a", math.nan), ("a", 2.0)], 0.5) == 2
    assert math.isnan(even_quantile([("a", math.nan)], 0.5)) and math.isnan(even_quantile([], 0.5))

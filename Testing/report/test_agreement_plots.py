import math

from SAMBenchmarkLib.core.statistics.agreement import agreement
from SAMBenchmarkLib.report.agreement_plots import bland_altman_panel


def test_the_plot_says_bias_and_limits_to_those_who_do_not_see_it():
    first, second = [10.0, 20.0, 30.0], [12.0, 21.0, 33.0]
    plot = bland_altman_panel("a", first, second, agreement(first, second), "ml")
    assert 'aria-label="3 pairs, bias 2.00 ml, limits of agreement 0.04 to 3.96"' in plot
    assert plot.count("stroke-dasharray: 4") == 2


def test_two_pairs_have_no_limits():
    found = agreement([1.0, 2.0], [2.0, 2.0])
    assert math.isnan(found.limits[0])
    plot = bland_altman_panel("a", [1.0, 2.0], [2.0, 2.0], found, "px")
    assert "no limits" in plot and "stroke-dasharray: 4" not in plot

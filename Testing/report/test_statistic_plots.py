import math

from SAMBenchmarkLib.core.statistics.box_numbers import box_numbers
from SAMBenchmarkLib.report.statistic_plots import boxes_panel, correlation_panel


def numbers(values):
    box = box_numbers(values)
    return {
        "n": box.n,
        "whisker_low": box.low,
        "q1": box.q1,
        "median": box.median,
        "q3": box.q3,
        "whisker_high": box.high,
    }


def test_boxes_are_told_in_words_and_drawn_in_groups():
    groups = [("CT", {"S2": numbers([1, 2, 3]), "S5": numbers([4, 5, 9])}), ("MRI", {"S5": numbers([7])})]
    html = boxes_panel("m-1", groups, "DICE (%)", (0, 100))
    assert 'aria-label="Medians of DICE (%). CT: S2 2.0, S5 5.0; MRI: S5 7.0"' in html
    assert ">CT</text>" in html and ">MRI</text>" in html and 'id="m-1-' in html


def test_empty_boxes_are_left_out():
    html = boxes_panel("m-2", [("CT", {"S2": numbers([]), "S5": numbers([3, 4])})], "size")
    assert "CT: S5 3.5" in html and "nan" not in html


def test_long_names_are_cut():
    assert ">Histopatho..." not in boxes_panel("a", [("Histopathology", {})], "x")
    assert ">a modality ...<" in boxes_panel("a", [("a modality with a long name", {})], "x")


def test_a_strategy_without_correlation_has_no_bar():
    html = correlation_panel("r", {"S2": 0.5, "S5": math.nan}, "rho")
    assert 'aria-label="rho: S2 0.50, S5 none"' in html and "nan" not in html


def test_the_same_figures_give_the_same_bytes():
    boxes = [("CT", {"S2": numbers([1, 2, 3])})]
    assert boxes_panel("a", boxes, "x") == boxes_panel("a", boxes, "x")

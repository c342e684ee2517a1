from __future__ import annotations

import math

from SAMBenchmarkLib.core.options import STRATEGIES
from SAMBenchmarkLib.core.rows import TimingRow
from SAMBenchmarkLib.core.summary import summary_tables
from SAMBenchmarkLib.core.summary_text import _width, aligned, terminal_summary
from support.outcomes import HASH, a_row


def test_columns_line_up():
    assert aligned([["a", "S1"], ["longer", "5"]]) == "  a       S1\n  longer   5"


def test_wide_and_combining_signs_line_up_too():
    assert aligned([["肝", "1"], ["abcd", "2"], ["e\u0301", "3"]]) == "  肝    1\n  abcd  2\n  e\u0301     3"


def block_of(text: str, heading: str) -> list[list[str]]:
    """The cells of the first block with a heading, row by row."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if heading in line)
    return [line.rsplit(maxsplit=1) for line in lines[start : start + 4]]


def test_the_summary_shows_dice_first_and_the_times():
    timing = TimingRow(HASH, "case a", 0, "axial", 3, "S5", 20, 0.012345)
    rows = [a_row(dice=0.875, hd_px=2.0), a_row(dice=0.5, selection="predicted_iou")]
    text = terminal_summary(summary_tables(rows, [timing]))
    assert text.splitlines()[0] == "Masks selected by oracle (best Dice against the reference): mean±SD"
    assert block_of(text, "DICE [%]") == [
        ["  DICE [%]", "S5"],
        ["  liver", "87.5±0.0"],
        ["  mean of structures", "87.5±0.0"],
        ["  mean of objects", "87.5±0.0"],
    ]
    assert "  S5 box  0.0123  one object, median of 20 repetitions" in text
    assert "Jaccard" not in text


def test_six_strategies_fit_into_80_columns_whatever_the_figures_and_names():
    names = ("lung_upper_lobe_left_segment_7", "lung_upper_lobe_right_segment_7", "Leber und Milz, \u809d\u810f" * 4)
    rows = [
        a_row(slice=n, label_value=value, structure=name, strategy=strategy, dice=n / 3, hd_px=hd_px)
        for value, name in enumerate(names, 1)
        for strategy in STRATEGIES
        for n, hd_px in enumerate((12.5, 1234.5, math.nan), 1)
    ]
    timings = [TimingRow(HASH, "case a", 0, "axial", 3, stage, 1, 1234.5) for stage in ("embedding", *STRATEGIES)]
    text = terminal_summary(summary_tables(rows, timings))
    assert max(map(_width, text.splitlines())) <= 80
    assert text.count("lung_upp...gment_7") == 4  # two structures, two metrics


def test_names_are_whole_where_there_is_room():
    rows = [a_row(structure="lung_upper_lobe_left_segment_7", strategy=strategy) for strategy in STRATEGIES]
    assert "lung_upper_lobe_left_segment_7" in terminal_summary(summary_tables(rows), columns=100)


def test_figures_without_their_undefined_values_are_marked_and_the_mark_is_explained():
    rows = [a_row(slice=n, hd_px=hd_px) for n, hd_px in enumerate((2.0, 4.0, math.nan))]
    text = terminal_summary(summary_tables(rows))
    assert block_of(text, "Hausdorff")[1:] == [
        ["  liver", "3.0±1.0*"],
        ["  mean of structures", "3.0±0.0"],
        ["  mean of objects", "3.0±1.0*"],
    ]
    assert text.splitlines()[-1].startswith("  * of the objects for which it is defined")
    everywhere = terminal_summary(summary_tables(rows[:1]))
    assert "*" not in everywhere


def test_what_is_nowhere_defined_is_a_dash():
    assert block_of(terminal_summary(summary_tables([a_row()])), "Hausdorff")[1] == ["  liver", "-*"]


def test_a_name_with_line_breaks_and_tabs_stays_on_its_line():
    text = terminal_summary(summary_tables([a_row(structure="left\tkidney\nlower pole")]))
    assert text.count("  left kidney lower pole  ") == 2


def test_nothing_to_show_is_an_empty_text():
    assert terminal_summary([]) == ""


def test_of_many_structures_the_first_and_the_averages_are_shown():
    rows = [a_row(label_value=n, structure=f"vertebra {n}") for n in range(1, 25)]
    lines = terminal_summary(summary_tables(rows)).split("Hausdorff")[0].splitlines()
    assert [line.split()[:2] for line in lines[2:14]] == [["vertebra", str(n)] for n in range(1, 13)]
    assert lines[14] == "  (12 more in tables)"
    assert [line.split()[2] for line in lines[15:17]] == ["structures", "objects"]

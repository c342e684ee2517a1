from __future__ import annotations

from SAMBenchmarkLib.core.rows import TimingRow
from SAMBenchmarkLib.core.summary import summary_tables
from SAMBenchmarkLib.core.summary_text import aligned, terminal_summary
from support.outcomes import HASH, a_row


def test_columns_line_up():
    assert aligned([["a", "S1"], ["longer", "5"]]) == "  a       S1\n  longer   5"


def test_wide_and_combining_signs_line_up_too():
    assert aligned([["肝", "1"], ["abcd", "2"], ["e\u0301", "3"]]) == "  肝    1\n  abcd  2\n  e\u0301     3"


def test_the_summary_shows_dice_first_and_the_times():
    timing = TimingRow(HASH, "case a", 0, "axial", 3, "S5", 20, 0.012345)
    rows = [a_row(dice=0.875, hd_px=2.0), a_row(dice=0.5, selection="predicted_iou")]
    text = terminal_summary(summary_tables(rows, [timing]))
    lines = text.splitlines()
    assert lines[0].startswith("DICE [%]")
    assert next(line.split() for line in lines if "liver" in line) == ["liver", "1", "87.50", "(0.00)"]
    assert "box: prompt encoding and mask decoding" in text
    assert "0.0123" in text
    assert "Jaccard" not in text


def test_nothing_to_show_is_an_empty_text():
    assert terminal_summary([]) == ""

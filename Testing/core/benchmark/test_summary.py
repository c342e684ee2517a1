from __future__ import annotations

import math

import pytest

from SAMBenchmarkLib.core.rows import TimingRow
from SAMBenchmarkLib.core.summary import MACRO, MICRO, summary_tables, timing_table
from SAMBenchmarkLib.core.tables import Table
from support.outcomes import HASH, a_row


def table_named(name: str, tables: list[Table]) -> Table:
    return next(table for table in tables if table.name == name)


def liver_and_kidneys():
    """Two livers with DICE 0.8 and 0.6; kidneys 0.5 (right, left) under one name and 0.9; kidney HD once undefined."""
    return [
        a_row(slice=1, label_value=5, structure="liver", dice=0.8, hd_px=2.0),
        a_row(slice=2, label_value=5, structure="liver", dice=0.6, hd_px=4.0),
        a_row(slice=1, label_value=2, structure="kidney", dice=0.5, hd_px=math.nan),
        a_row(slice=1, label_value=3, structure="kidney", dice=0.5, hd_px=6.0),
        a_row(slice=2, label_value=3, structure="kidney", dice=0.8, hd_px=8.0),
    ]


def test_the_long_table_has_mean_deviation_and_undefined_counts():
    table = table_named("summary_oracle", summary_tables(liver_and_kidneys()))
    rows = {(row[0], row[1]): dict(zip(table.header, row, strict=True)) for row in table.rows}
    assert list(rows) == [("kidney", "S5"), ("liver", "S5")]
    liver, kidney = rows["liver", "S5"], rows["kidney", "S5"]
    assert (liver["n"], kidney["n"]) == (2, 3)
    assert liver["dice_percent_mean"] == pytest.approx(70.0)
    assert liver["dice_percent_std"] == pytest.approx(10.0)
    assert kidney["dice_percent_mean"] == pytest.approx(60.0)
    assert kidney["dice_percent_std"] == pytest.approx(math.sqrt(200.0))
    assert (kidney["hd_px_mean"], kidney["hd_px_std"], kidney["hd_px_undefined"]) == (7.0, 1.0, 1)
    assert (liver["hd_px_undefined"], liver["hd_mm_undefined"]) == (0, 2)
    assert math.isnan(liver["hd_mm_mean"])


def test_the_long_table_has_every_metric_of_the_protocol():
    table = table_named("summary_oracle", summary_tables(liver_and_kidneys()))
    means = [name.removesuffix("_mean") for name in table.header if name.endswith("_mean")]
    assert means == [
        "dice_percent", "jac_percent", "hd_px", "hd_mm", "hd95_px", "hd95_mm", "assd_px", "assd_mm",
        "surface_dice_percent",
    ]  # fmt: skip


def test_the_matrix_shows_mean_and_deviation_and_both_averages():
    table = table_named("dice_oracle", summary_tables(liver_and_kidneys()))
    assert table.header == ["structure", "n", "S5"]
    assert table.rows == [
        ("kidney", 3, "60.00 (14.14)"),
        ("liver", 2, "70.00 (10.00)"),
        (MACRO, 2, "65.00 (5.00)"),  # (60 + 70) / 2, and how far the two are from it
        (MICRO, 5, "64.00 (13.56)"),  # (80 + 60 + 50 + 50 + 80) / 5
    ]


def test_a_figure_that_is_nowhere_defined_is_called_undefined():
    table = table_named("hd_mm_oracle", summary_tables(liver_and_kidneys()))
    assert set(table.columns["S5"]) == {"undefined"}


def test_a_structure_without_a_defined_figure_does_not_enter_the_average_over_structures():
    rows = [a_row(structure="a", hd_px=3.0), a_row(label_value=2, structure="b", hd_px=math.nan)]
    table = table_named("hd_px_oracle", summary_tables(rows))
    average = "3.00 (0.00), 1 undefined"
    assert table.columns["S5"] == ["3.00 (0.00)", "undefined", average, average]


def test_the_matrix_counts_undefined_values_beside_the_mean_of_the_others():
    table = table_named("hd_px_oracle", summary_tables(liver_and_kidneys()))
    assert table.rows[:2] == [("kidney", 3, "7.00 (1.00), 1 undefined"), ("liver", 2, "3.00 (1.00)")]
    assert table.rows[3] == (MICRO, 5, "5.00 (2.24), 1 undefined")  # 2, 4, 6 and 8


def test_strategies_and_selections_stand_in_their_own_columns_and_tables():
    rows = [
        a_row(strategy="S6", selection="predicted_iou", dice=0.25),
        a_row(strategy="S2", selection="predicted_iou", dice=0.5),
        a_row(strategy="S6", selection="oracle", dice=0.75),
    ]
    tables = summary_tables(rows)
    assert table_named("dice_predicted_iou", tables).header == ["structure", "n", "S2", "S6"]
    assert table_named("dice_predicted_iou", tables).rows[0] == ("liver", 1, "50.00 (0.00)", "25.00 (0.00)")
    assert table_named("dice_oracle", tables).header == ["structure", "n", "S6"]
    assert [table.name for table in tables if table.name.startswith("summary_")] == [
        "summary_oracle",
        "summary_predicted_iou",
    ]


def test_a_strategy_that_lacks_a_structure_leaves_its_cell_empty():
    rows = [a_row(strategy="S2"), a_row(strategy="S5"), a_row(strategy="S5", label_value=2, structure="spleen")]
    table = table_named("dice_oracle", summary_tables(rows))
    assert table.rows[1] == ("spleen", 1, "", "50.00 (0.00)")


def test_rows_of_other_protocols_do_not_enter():
    rows = [a_row(dice=1.0), a_row(dice=0.0, variant="shifted"), a_row(dice=0.0, round=2), a_row(dice=0.0, repeat=1)]
    assert table_named("dice_oracle", summary_tables(rows)).rows[0] == ("liver", 1, "100.00 (0.00)")


def test_rows_may_come_one_at_a_time():
    streamed = summary_tables(row for row in liver_and_kidneys())
    assert [table.to_tsv() for table in streamed] == [table.to_tsv() for table in summary_tables(liver_and_kidneys())]


def test_nothing_gives_no_tables():
    assert summary_tables([]) == []


def timing(stage: str, seconds: float, repeats: int = 1, index: int = 1) -> TimingRow:
    return TimingRow(HASH, "case a", 0, "axial", index, stage, repeats, seconds)


def test_repeated_timings_are_preferred_and_the_table_says_so():
    timings = [timing("S5", 9.0), timing("S5", 8.0, index=2), timing("S5", 0.02, repeats=20), timing("embedding", 1.0)]
    table = timing_table(timings)
    assert table.columns["stage"] == ["embedding", "S5"]
    assert table.columns["seconds"] == [1.0, 0.02]
    assert table.columns["repeats"] == [1, 20]
    assert "median of 20 repetitions" in table.columns["measured"][1]
    assert "during the run" in table.columns["measured"][0]


def test_timings_of_a_run_are_the_median_over_its_slices():
    table = timing_table([timing("S1", seconds, index=index) for index, seconds in enumerate((1.0, 9.0, 2.0))])
    assert (table.columns["seconds"], table.columns["slices"]) == ([2.0], [3])


def test_without_a_prompt_there_is_nothing_to_encode_of_it():
    table = timing_table([timing("S0", 0.01, repeats=20), timing("embedding", 1.0)])
    assert table.columns["stage"] == ["embedding", "S0"]
    assert table.columns["step"][1] == "no prompt: mask decoding"
    assert table.columns["measured"][1] == "one slice, median of 20 repetitions"
    (during,) = timing_table([timing("S0", 0.01)]).columns["measured"]
    assert during == "during the run, once per slice, median over slices"


def test_rows_without_a_prompt_are_a_column_of_their_own():
    table = table_named("dice_oracle", summary_tables([a_row(strategy="S0", dice=0.75)]))
    assert table.header == ["structure", "n", "S0"] and table.rows[0] == ("liver", 1, "75.00 (0.00)")


def test_the_timing_table_comes_last_and_only_when_something_was_timed():
    assert summary_tables([a_row()], [timing("S5", 1.0)])[-1].name == "timing"
    assert "timing" not in [table.name for table in summary_tables([a_row()])]


def test_the_time_of_a_classical_method_is_named_as_such():
    timing = TimingRow(HASH, "case a", 0, "axial", 3, "GrabCut", 1, 0.5)
    table = timing_table([timing])
    assert table.columns["step"] == ["box: GrabCut, a classical method"]

from __future__ import annotations

import math

from SAMBenchmarkLib.core.object_tables import RANK, dice_by_object, worst_results, worst_table
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME, ResultRow


def _row(slice_number, dice, strategy="S5", selection="predicted_iou", **more):
    about = {"structure": "liver", "jac": dice, "size": 60 + slice_number, "hd95_mm": 1.234}
    return ResultRow("h", "case", 0, "axial", slice_number, 1, strategy, selection, dice=dice, **{**about, **more})


def test_the_lowest_dice_comes_first_and_undefined_ones_last():
    rows = [_row(1, 0.9), _row(2, math.nan), _row(3, 0.1), _row(4, 0.5, selection="oracle")]
    assert [row.slice for row in worst_results(rows, "predicted_iou")] == [3, 1, 2]


def test_no_more_than_asked_for_and_no_whole_volumes():
    rows = [_row(WHOLE_VOLUME, 0.0), *(_row(n, n / 10) for n in range(8))]
    assert [row.slice for row in worst_results(rows, "predicted_iou", most=3)] == [0, 1, 2]


def test_equal_results_keep_the_order_of_their_keys():
    rows = [_row(5, 0.5), _row(3, 0.5), _row(4, 0.5)]
    assert [row.slice for row in worst_results(rows, "predicted_iou")] == [3, 4, 5]


def test_the_table_numbers_the_objects_and_leaves_out_what_no_row_uses():
    table = worst_table([_row(3, 0.123456), _row(1, math.nan)])
    assert table.columns[RANK] == [1, 2]
    assert table.columns["dice_percent"][0] == 12.35
    assert math.isnan(table.columns["dice_percent"][1])
    assert (table.columns["hd95_mm"], table.columns["pixels"]) == ([1.23, 1.23], [63, 61])
    assert not {"protocol", "round", "repeat", "frame"} & set(table.header)


def test_protocols_are_named_where_there_are_any():
    table = worst_table([_row(1, 0.2, variant="huang-shift:0-10", repeat=2), _row(2, 0.3)])
    assert table.columns["protocol"] == ["huang-shift 0-10", ""]
    assert table.columns["repeat"] == [2, 0]


def test_without_results_the_table_is_empty():
    assert worst_table([]).rows == []


def test_an_object_has_one_row_with_its_dice_under_each_strategy():
    rows = [_row(1, 0.5), _row(1, 0.25, strategy="S2"), _row(2, 1.0), _row(1, 0.7, variant="roi-crop:0.5")]
    table = dice_by_object(rows, "predicted_iou")
    assert table.columns["slice"] == [1, 2]
    assert table.columns["pixels"] == [61.0, 62.0]
    assert table.columns["S5"] == [50.0, 100.0]
    assert table.columns["S2"][0] == 25.0 and math.isnan(table.columns["S2"][1])
    assert table.header[-2:] == ["S2", "S5"]


def test_many_objects_are_thinned_out_evenly():
    table = dice_by_object([_row(n, 0.5) for n in range(10)], "predicted_iou", most=4)
    assert table.columns["slice"] == [0, 3, 6, 9]

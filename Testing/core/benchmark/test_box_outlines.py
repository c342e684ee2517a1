from __future__ import annotations

import math

from SAMBenchmarkLib.core.box_outlines import HALF_WIDTH, box_table, positions, whole_range


def test_the_path_goes_through_whiskers_quartiles_and_median():
    columns = box_table({"S5": [10.0, 20.0, 30.0, 40.0, 50.0]}, "oracle").columns
    assert set(columns) == {"S5_x", "S5_y"}
    assert set(columns["S5_y"]) == {10.0, 20.0, 30.0, 40.0, 50.0}
    edge = [y for x, y in zip(columns["S5_x"], columns["S5_y"], strict=True) if x == 5 - HALF_WIDTH]
    assert edge == [20.0, 30.0, 30.0, 40.0]  # up the left side, the median there and back
    assert (columns["S5_x"][-1], columns["S5_y"][-1]) == (5.0, 20.0)  # the box is closed


def test_values_beyond_the_whiskers_stand_by_themselves_and_columns_are_equally_long():
    columns = box_table({"S2": [50.0, 51.0, 52.0, 53.0, 54.0, 0.0]}, "oracle").columns
    assert set(columns["S2_beyond_y"]) == {0.0}
    assert set(columns["S2_beyond_x"]) == {2.0}
    assert len({len(values) for values in columns.values()}) == 1
    assert min(columns["S2_y"]) == 50.0


def test_a_strategy_without_a_value_has_no_box():
    columns = box_table({"S2": [math.nan], "S5": [1.0, math.nan]}, "oracle").columns
    assert set(columns) == {"S5_x", "S5_y"}
    assert set(columns["S5_y"]) == {1.0}


def test_without_strategies_the_table_is_empty():
    assert box_table({}, "oracle").columns == {}


def test_a_box_stands_at_the_number_of_its_strategy_and_methods_without_one_beside_them():
    found = positions(["S3", "S4", "S5", "GrabCut", "Otsu", "S"])
    assert found == {"S3": 3.0, "S4": 4.0, "S5": 5.0, "GrabCut": 6.0, "Otsu": 7.0, "S": 8.0}
    assert positions(["S0"]) == {"S0": 0.0}
    assert positions(["Otsu"]) == {"Otsu": 1.0}


def test_the_axis_shows_all_boxes_whole():
    assert whole_range([2.0, 6.0]) == (1.4, 6.6)
    assert whole_range([]) == (-0.6, 0.6)

from __future__ import annotations

import math

import pytest

from SAMBenchmarkLib.core.plot_tables import MEAN_OF_STRUCTURES, MOST_SERIES, dice_by_strategy
from SAMBenchmarkLib.core.tables import Table
from SAMSegmenterLib.core.errors import InputError

HEADER = ("structure", "strategy", "dice_percent_mean")


def test_rows_are_strategies_and_columns_structures():
    rows = [("liver", "S5", 90.0), ("liver", "S1", 10.0), ("spleen", "S1", 20.0)]
    table = dice_by_strategy(Table.from_rows("summary_oracle", "", HEADER, rows))
    assert table.name == "dice_plot_oracle"
    assert table.columns["strategy"] == ["S1 everything", "S5 box"]
    assert table.columns["liver"] == [10.0, 90.0]
    assert table.columns["spleen"][0] == 20.0
    assert math.isnan(table.columns["spleen"][1])


def test_too_many_structures_are_averaged_over_what_is_defined():
    rows = [(f"s{n}", "S5", float(n)) for n in range(MOST_SERIES + 1)] + [("undefined", "S5", float("nan"))]
    table = dice_by_strategy(Table.from_rows("summary_oracle", "", HEADER, rows))
    assert table.columns[MEAN_OF_STRUCTURES] == [MOST_SERIES / 2]


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="dice_percent_mean"):
        dice_by_strategy(Table("t", "", {"structure": [], "strategy": []}))


@pytest.mark.parametrize(
    ("structure", "column"),
    [('left\t"big"\nkidney', "left 'big' kidney"), ("strategy", "strategy (structure)"), (" ", "(no name)")],
)
def test_a_column_has_a_name_that_slicer_finds_again(structure, column):
    table = dice_by_strategy(Table.from_rows("summary_oracle", "", HEADER, [(structure, "S5", 90.0)]))
    assert table.columns == {"strategy": ["S5 box"], column: [90.0]}

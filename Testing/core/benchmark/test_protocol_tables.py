import math

import pytest

from SAMBenchmarkLib.core.protocol_tables import TABLE_NAMES, protocol_tables
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from support.outcomes import a_row
from support.slice_models import protocol_options


def row(variant, number=0, repeat=0, dice=0.5, strategy="S5", **more):
    return a_row(
        variant=variant, round=number, repeat=repeat, dice=dice, jac=dice / (2 - dice), strategy=strategy, **more
    )


def records(table):
    return [dict(zip(table.columns, values, strict=True)) for values in table.rows]


def test_the_worked_case_of_shifted_boxes_gives_the_drop_of_three_repeats_and_their_mean():
    rows = [row("", dice=0.9)] + [row("huang-shift:0-10", repeat=r, dice=d) for r, d in ((1, 0.8), (2, 0.7), (3, 0.9))]
    [table] = protocol_tables(rows, protocol_options("huang-shift"))
    assert table.name == "huang-shift_oracle"
    own = [record for record in records(table) if record["structure"] == MICRO]
    assert [record["repeat"] for record in own] == ["1", "2", "3", "all"]
    assert [record["dice_drop_mean"] for record in own] == pytest.approx([10, 20, 0, 10])
    assert "clicks" not in table.columns and "ended_early" not in table.columns


def test_macro_weighs_structures_and_micro_objects_equally():
    rows = [row("mazurowski-modes", dice=d, slice=n, strategy="mode 5") for n, d in enumerate((0.2, 0.4))]
    rows += [row("mazurowski-modes", dice=0.9, strategy="mode 5", structure="spleen", label_value=2)]
    [table] = protocol_tables(rows, protocol_options("mazurowski-modes"))
    found = {record["structure"]: (record["n"], record["dice_percent_mean"]) for record in records(table)}
    assert found == {
        "liver": (2, pytest.approx(30)),
        "spleen": (1, pytest.approx(90)),
        MACRO: (2, pytest.approx(60)),
        MICRO: (3, pytest.approx(50)),
    }
    assert {"repeat", "setting", "dice_drop_mean"}.isdisjoint(table.columns)


def test_the_curve_over_clicks_has_a_column_for_every_course():
    rows = [row("huang-rounds", n, dice=n / 10, strategy="clicks") for n in (1, 2, 3)]
    rows += [row("mazurowski-points", n, dice=0.5, strategy="clicks", selection="first") for n in (1, 2)]
    options = protocol_options("huang-rounds", "mazurowski-points", click_rounds=3, point_rounds=2)
    curve = protocol_tables(rows, options)[-1]
    assert (curve.name, curve.columns["clicks"]) == ("dice_by_clicks", [1, 2, 3])
    assert curve.columns["huang-rounds oracle"] == pytest.approx([10, 20, 30])
    assert curve.columns["mazurowski-points first"][:2] == [50, 50]
    assert math.isnan(curve.columns["mazurowski-points first"][2])


def test_without_protocols_there_are_no_tables_and_every_name_is_known():
    assert protocol_tables([row("")], protocol_options()) == []
    tables = protocol_tables([row("roi-crop:0.5")], protocol_options("roi-crop"))
    assert {table.name for table in tables} <= set(TABLE_NAMES)

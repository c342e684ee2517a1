import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.core.reader_agreement import reader_rows, reader_volumes
from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME
from SAMBenchmarkLib.core.summary import summary_tables
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation
from support.readers import a_reader


def test_every_slice_that_either_reader_outlined_is_a_row():
    rows = list(reader_rows("a", a_reader(5), a_reader(7, (2, 3, 4))))
    assert [(row.slice, row.n_gt, row.n_pred) for row in rows] == [(1, 48, 0), (2, 56, 72), (3, 64, 80), (4, 0, 88)]
    assert [row.dice for row in rows] == pytest.approx([0, 112 / 128, 128 / 144, 0])
    assert rows[0].undefined_reason == "empty prediction" and math.isnan(rows[0].hd_mm)
    assert (rows[1].hd_px, rows[1].hd_mm) == pytest.approx((2, 2))


def test_the_figures_are_those_of_a_run():
    tables = {table.name: table for table in summary_tables(reader_rows("a", a_reader(5), a_reader(7)))}
    rows = list(reader_rows("a", a_reader(5), a_reader(7)))
    assert tables["summary_oracle"].columns["strategy"] == ["readers"]
    assert tables["summary_oracle"].columns["dice_percent_mean"] == pytest.approx(
        [100 * np.mean([r.dice for r in rows])]
    )
    assert rows[0].dice == dice(a_reader(7).layers[0][1] > 0, a_reader(5).layers[0][1] > 0)


def test_readers_need_the_same_grid_and_names():
    with pytest.raises(InputError, match="no structure of the same name"):
        list(reader_rows("a", a_reader(5), a_reader(5, name="spleen")))
    moved = Segmentation.from_labels(a_reader(5).layers[0], np.diag([1.0, 1.0, 3.0, 1.0]), {1: "liver"})
    with pytest.raises(InputError, match="different grids"):
        list(reader_rows("a", a_reader(5), moved))


def test_a_structure_that_one_reader_missed_counts_when_it_is_named():
    first, second = a_reader(5, (1, 2)), a_reader(5, (2,), name="spleen")
    rows = list(reader_rows("a", first, second, names=["liver", "Spleen"]))
    assert [(row.structure, row.slice, row.n_gt, row.n_pred, row.dice) for row in rows] == [
        ("liver", 1, 48, 0, 0), ("liver", 2, 56, 0, 0), ("Spleen", 2, 0, 56, 0),
    ]  # fmt: skip
    assert len({row.label_value for row in rows}) == 2  # both readers call it 1


def test_whole_volumes_are_compared_in_three_dimensions():
    [row] = reader_volumes("a", a_reader(5), a_reader(7, (2, 3, 4)))
    assert (row.slice, row.variant, row.n_gt, row.n_pred) == (WHOLE_VOLUME, VOLUME, 48 + 56 + 64, 72 + 80 + 88)
    assert row.dice == pytest.approx(2 * (56 + 64) / (168 + 240))
    slices = [row.hd_mm for row in reader_rows("a", a_reader(5), a_reader(7, (2, 3, 4)))]
    assert row.hd_mm == pytest.approx(np.hypot(3, 3))  # a slice further and three columns: spacing 3, 2, 1 mm
    assert row.hd_mm > np.nanmax(slices)


def test_names_are_told_apart_without_regard_to_capital_letters():
    assert len(list(reader_rows("a", a_reader(5, (2,)), a_reader(5, (2,), name="LIVER")))) == 1

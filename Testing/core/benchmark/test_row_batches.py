from __future__ import annotations

import math

import numpy as np

from SAMBenchmarkLib.core import row_batches, store
from SAMBenchmarkLib.core.row_batches import batches_of_rows, changes, grouped
from SAMBenchmarkLib.core.store import ResultStore
from support.outcomes import HASH, a_row, an_outcome

NAMES = ("case_id", "slice", "strategy", "dice", "hd_mm", "n_gt")


def test_texts_become_numbers_that_stay_the_same_from_batch_to_batch(monkeypatch):
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 2)
    rows = [a_row(case_id=name, slice=n) for n, name in enumerate("abbca")]
    batches = list(batches_of_rows(rows, NAMES))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [batch["case_id"].tolist() for batch in batches] == [[0, 1], [1, 2], [0]]
    assert batches[-1].texts["case_id"].names == ["a", "b", "c"]


def test_numbers_keep_their_kind_and_undefined_figures_are_nan():
    (batch,) = batches_of_rows([a_row(n_gt=7), a_row(dice=math.nan, hd_mm=2.5)], NAMES)
    assert batch["n_gt"].dtype == np.int64 and batch["dice"].dtype == np.float64
    assert np.isnan(batch["dice"]).tolist() == [False, True] and np.isnan(batch["hd_mm"]).tolist() == [True, False]


def test_rows_of_other_protocols_can_be_left_out():
    rows = [a_row(), a_row(variant="shift"), a_row(round=1), a_row(repeat=1)]
    assert [len(batch) for batch in batches_of_rows(rows, NAMES, plain=True)] == [1]
    assert [len(batch) for batch in batches_of_rows(rows, NAMES)] == [4]


def test_a_store_gives_the_same_batches_as_its_rows(tmp_path, monkeypatch):
    for module in (row_batches, store):
        monkeypatch.setattr(module, "BATCH_ROWS", 3)
    with ResultStore(tmp_path / "results.sqlite") as a_store:
        for index, case in ((4, "b"), (1, "b"), (9, "a")):
            a_store.save(an_outcome(case, index))
        stored = list(a_store.columns(HASH, NAMES, plain=True))
        expected = list(batches_of_rows(a_store.rows(HASH), NAMES, plain=True))
    assert [len(batch) for batch in stored] == [3, 3, 3, 3]
    for one, other in zip(stored, expected, strict=True):
        assert one.texts["case_id"].names == other.texts["case_id"].names
        for name in NAMES:
            np.testing.assert_array_equal(one[name], other[name])


def test_rows_are_grouped_by_several_columns():
    (batch,) = batches_of_rows([a_row(slice=n, strategy=s) for n, s in ((2, "S5"), (1, "S2"), (2, "S5"))], NAMES)
    keys, group = grouped(batch, ("slice", "strategy"))
    assert keys == [(1, 1), (2, 0)] and group.tolist() == [1, 0, 1]


def test_a_change_is_told_from_the_row_before_also_from_that_of_another_batch():
    columns = [np.array([1, 1, 2]), np.array([5, 6, 6])]
    assert changes(columns, None).tolist() == [True, True, True]
    assert changes(columns, (1, 5)).tolist() == [False, True, True]

from __future__ import annotations

import io
import math
import multiprocessing
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME, PredictedMask, SliceOutcome, TimingRow
from SAMBenchmarkLib.core.store import FAILED, FINISHED, RUNNING, CaseRecord, ResultStore
from SAMSegmenterLib.core.errors import InputError, StoreError
from support.outcomes import HASH, a_row, an_outcome


@pytest.fixture
def a_store(tmp_path):
    with ResultStore(tmp_path / "results.sqlite") as store:
        yield store


def one_row_outcome(row) -> SliceOutcome:
    timing = TimingRow(row.option_hash, row.case_id, row.frame, row.plane, row.slice, "embedding", 1, 0.25)
    return SliceOutcome(
        row.case_id, row.frame, row.plane, row.slice, (PredictedMask(row, np.eye(4, dtype=bool)),), (timing,)
    )


def test_rows_and_masks_come_back_as_they_were_saved(a_store):
    outcome = an_outcome()
    a_store.save(outcome)
    rows = list(a_store.rows(HASH))
    assert {row.key for row in rows} == {row.key for row in outcome.rows}
    saved = {prediction.row.key: prediction for prediction in outcome.predictions}
    for row in rows:
        expected = saved[row.key].row
        assert (row.dice, row.jac, row.hd_px, row.assd_mm) == (
            expected.dice,
            expected.jac,
            expected.hd_px,
            expected.assd_mm,
        )
        assert (row.structure, row.prompts_json, row.size) == ("liver", '{"points":[]}', 0)
        np.testing.assert_array_equal(a_store.mask(row), saved[row.key].mask)


def test_undefined_figures_are_null_in_the_file_and_nan_when_read(a_store):
    a_store.save(one_row_outcome(a_row(hd_mm=math.nan, hd_px=2.5)))
    connection = sqlite3.connect(a_store.path)
    assert connection.execute("SELECT hd_mm, hd_px, typeof(hd_mm) FROM results").fetchone() == (None, 2.5, "null")
    connection.close()
    (row,) = a_store.rows(HASH)
    assert math.isnan(row.hd_mm)
    assert row.hd_px == 2.5


def test_numbers_of_numpy_are_stored_as_numbers(a_store):
    row = a_row(label_value=np.int64(7), slice=np.int32(3), dice=np.float32(0.5), n_gt=np.uint16(80))
    a_store.save(one_row_outcome(row))
    connection = sqlite3.connect(a_store.path)
    kinds = connection.execute("SELECT typeof(label_value), typeof(slice), typeof(dice), n_gt FROM results").fetchone()
    connection.close()
    assert kinds == ("integer", "integer", "real", 80)
    (read,) = a_store.rows(HASH, label_value=np.int64(7))
    np.testing.assert_array_equal(a_store.mask(read), np.eye(4, dtype=bool))


def test_rows_are_read_in_the_order_of_their_key_whatever_the_order_of_writing(a_store):
    for index in (12, 3, 100, 7):
        a_store.save(an_outcome(index=index, strategies=("S6", "S1")))
    keys = [row.key for row in a_store.rows(HASH)]
    assert keys == sorted(keys)
    assert [row.slice for row in a_store.rows(HASH, strategy="S1", selection="oracle")] == [3, 7, 12, 100]


def test_filters_leave_out_other_rows_and_refuse_unknown_columns(a_store):
    a_store.save(an_outcome())
    found = list(a_store.rows(HASH, strategy="S5", selection="predicted_iou"))
    assert [(row.strategy, row.selection) for row in found] == [("S5", "predicted_iou")]
    with pytest.raises(InputError, match="colour"):
        list(a_store.rows(HASH, colour="red"))


def test_saving_a_slice_again_replaces_its_rows_and_masks(a_store):
    a_store.save(an_outcome(strategies=("S2", "S5", "S6"), seed=1))
    second = an_outcome(strategies=("S2", "S5"), seed=2)
    a_store.save(second)
    a_store.save(second)
    rows = list(a_store.rows(HASH))
    assert {(row.strategy, row.selection, row.dice) for row in rows} == {
        (row.strategy, row.selection, row.dice) for row in second.rows
    }
    with pytest.raises(StoreError, match="S6"):
        a_store.mask(a_row(strategy="S6"))


def test_a_slice_is_marked_finished_with_its_rows(a_store):
    assert a_store.finished_slices(HASH, "case a") == set()
    a_store.save(an_outcome(index=3))
    a_store.save(an_outcome(index=4))
    a_store.save(an_outcome(case_id="case b", index=9))
    assert a_store.finished_slices(HASH, "case a") == {(0, "axial", 3), (0, "axial", 4)}
    assert a_store.count_finished_slices(HASH) == {"case a": 2, "case b": 1}


def test_rows_of_other_options_are_never_read_together(a_store):
    a_store.save(an_outcome())
    a_store.save(an_outcome(option_hash="f" * 16, seed=5))
    assert {row.option_hash for row in a_store.rows(HASH)} == {HASH}
    assert a_store.finished_slices("f" * 16, "case a") == {(0, "axial", 3)}
    assert len(a_store.timings(HASH)) == 1


def test_a_slice_under_two_hashes_is_refused(a_store):
    outcome = an_outcome()
    mixed = replace(outcome, timings=(replace(outcome.timings[0], option_hash="f" * 16),))
    with pytest.raises(InputError, match="2"):
        a_store.save(mixed)


def test_a_case_is_forgotten_with_everything_and_others_stay(a_store):
    a_store.save(an_outcome())
    a_store.save(an_outcome(case_id="case b"))
    for name in ("case a", "case b"):
        a_store.begin_case(CaseRecord(HASH, name))
        a_store.save_picture(a_row(case_id=name), {"grey": np.zeros((2, 2), np.uint8)})
    a_store.forget_case(HASH, "case a")
    assert {row.case_id for row in a_store.rows(HASH)} == {"case b"}
    assert a_store.finished_slices(HASH, "case a") == set()
    assert [case.case_id for case in a_store.cases(HASH)] == ["case b"]
    assert [timing.case_id for timing in a_store.timings(HASH)] == ["case b"]
    assert a_store.picture(a_row(case_id="case a")) is None
    assert a_store.picture(a_row(case_id="case b")) is not None
    connection = sqlite3.connect(a_store.path)
    assert connection.execute("SELECT DISTINCT case_id FROM masks").fetchall() == [("case b",)]
    connection.close()


def test_a_copy_keeps_the_chosen_runs_and_cases_only_and_the_others_cannot_be_read_from_the_file(a_store):
    for key, case in ((HASH, "kept"), (HASH, "secret"), ("other", "kept")):
        a_store.register_run(key, {}, {})
        a_store.begin_case(CaseRecord(key, case))
        a_store.save(one_row_outcome(a_row(option_hash=key, case_id=case)))
    a_store.keep_only({HASH}, ["kept"])
    assert [run.option_hash for run in a_store.runs()] == [HASH]
    assert [row.case_id for row in a_store.rows(HASH)] == ["kept"]
    assert list(a_store.rows("other")) == []
    a_store.close()
    assert b"secret" not in a_store.path.read_bytes()


def test_a_case_keeps_what_is_known_about_it_through_its_states(a_store):
    begun = CaseRecord(HASH, "case a", "p1", "Bern", "CT", RUNNING, "", "abc", 12, ("resampled", "gantry tilt"))
    a_store.begin_case(begun)
    assert a_store.case(HASH, "case a") == begun
    failed = replace(begun, status=FAILED, reason="The file is truncated.")
    a_store.finish_case(failed)
    assert a_store.cases(HASH) == [failed]
    a_store.finish_case(replace(begun, status=FINISHED))
    assert a_store.case(HASH, "case a").status == "finished"
    assert a_store.case(HASH, "case z") is None


def test_a_case_does_not_end_running(a_store):
    with pytest.raises(InputError, match="running"):
        a_store.finish_case(CaseRecord(HASH, "case a"))


def test_a_run_keeps_its_options_and_the_latest_versions(a_store):
    a_store.register_run(HASH, {"stride": 2}, {"torch": "1"})
    a_store.register_run(HASH, {"stride": 2}, {"torch": "2"})
    (run,) = a_store.runs()
    assert (run.option_hash, run.options, run.versions) == (HASH, {"stride": 2}, {"torch": "2"})


def test_timings_stand_apart_and_equal_keys_are_replaced(a_store):
    a_store.save(an_outcome())
    repeated = TimingRow(HASH, "case a", 0, "axial", 3, "embedding", 20, 0.5)
    a_store.save_timings([repeated])
    a_store.save_timings([replace(repeated, seconds=0.75)])
    assert [(timing.repeats, timing.seconds) for timing in a_store.timings(HASH)][1] == (20, 0.75)
    assert len(a_store.timings(HASH)) == 2


def test_a_picture_comes_back_as_it_was_for_all_rows_of_the_object(a_store):
    arrays = {
        "rgb8": np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8),
        "spacing_yx": np.array([0.5, 2.0]),
    }
    a_store.save_picture(a_row(strategy="S5"), arrays)
    kept = a_store.picture(a_row(strategy="S2"))
    assert kept is not None and set(kept) == set(arrays)
    for name, values in arrays.items():
        np.testing.assert_array_equal(kept[name], values)
    assert a_store.picture(a_row(label_value=2)) is None


def test_a_picture_never_brings_code_with_it(a_store):
    file = io.BytesIO()
    np.savez(file, rgb8=np.array([print], dtype=object))
    a_store.save_picture(a_row(), {"rgb8": np.zeros(1)})
    a_store._connection.execute("UPDATE pictures SET arrays = ?", (file.getvalue(),))
    with pytest.raises(StoreError, match="damaged"):
        a_store.picture(a_row())


def test_everything_is_there_after_closing_and_the_file_stands_alone(tmp_path):
    path = tmp_path / "results.sqlite"
    with ResultStore(path) as store:
        store.save(an_outcome())
    assert [file.name for file in tmp_path.iterdir()] == ["results.sqlite"]
    with ResultStore(path, read_only=True) as store:
        assert len(list(store.rows(HASH))) == 4


def write_slices(path: str, case_id: str, count: int) -> None:
    with ResultStore(path) as store:
        for index in range(count):
            store.save(an_outcome(case_id=case_id, index=index))


def test_several_processes_write_to_a_new_file_at_the_same_time(tmp_path):
    path = tmp_path / "results.sqlite"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_slices, args=(str(path), f"case {n}", 12)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with ResultStore(path, read_only=True) as store:
        assert store.count_finished_slices(HASH) == {"case 0": 12, "case 1": 12, "case 2": 12}
        assert len(list(store.rows(HASH))) == 3 * 12 * 4


def test_reading_goes_on_while_another_connection_writes(tmp_path):
    path = tmp_path / "results.sqlite"
    with ResultStore(path) as writer, ResultStore(path, read_only=True) as reader:
        writer.save(an_outcome(index=1))
        rows = reader.rows(HASH)
        first = next(rows)
        writer.save(an_outcome(index=2))
        assert len([first, *rows]) == 4
        assert reader.count_finished_slices(HASH) == {"case a": 2}


def test_a_read_only_store_refuses_to_write(tmp_path):
    path = tmp_path / "results.sqlite"
    ResultStore(path).close()
    with ResultStore(path, read_only=True) as store, pytest.raises(StoreError):
        store.save(an_outcome())


def test_reading_where_there_is_no_store_is_an_error_and_creates_nothing(tmp_path):
    with pytest.raises(StoreError, match="no results"):
        ResultStore(tmp_path / "results.sqlite", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_names_with_quotes_and_unicode_are_only_names(a_store):
    name = "M'alheur \"; DROP TABLE results; -- 肝"
    a_store.save(an_outcome(case_id=name))
    assert {row.case_id for row in a_store.rows(HASH, case_id=name)} == {name}


def test_an_error_in_the_middle_of_a_slice_leaves_nothing_of_it(a_store):
    outcome = an_outcome()
    broken = replace(
        outcome, predictions=(*outcome.predictions, PredictedMask(a_row(strategy="S6"), np.zeros(3, bool)))
    )
    with pytest.raises(InputError):
        a_store.save(broken)
    assert list(a_store.rows(HASH)) == []
    a_store.save(outcome)
    assert len(list(a_store.rows(HASH))) == 4


def test_the_store_path_may_be_text(tmp_path):
    with ResultStore(str(tmp_path / "a.sqlite")) as store:
        assert store.path == Path(tmp_path / "a.sqlite")


def test_rows_of_whole_volumes_have_no_mask_and_are_no_slice(a_store):
    a_store.save(an_outcome())
    row = a_row(variant=VOLUME, slice=WHOLE_VOLUME, dice=0.75)
    a_store.save(SliceOutcome("case a", 0, "axial", WHOLE_VOLUME, (), (), (row,)))
    assert a_store.count_finished_slices(HASH) == {"case a": 1}
    assert [found.dice for found in a_store.rows(HASH, variant=VOLUME)] == [0.75]
    assert a_store.finished_slices(HASH, "case a") == {(0, "axial", 3), (0, "axial", WHOLE_VOLUME)}
    with pytest.raises(StoreError, match="No mask"):
        a_store.mask(row)

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.rows import WHOLE_VOLUME, SliceOutcome, TimingRow
from SAMBenchmarkLib.core.store import FAILED, FINISHED, RUNNING, CaseRecord, ResultStore
from SAMBenchmarkLib.session.parquet.layout import part_of_case
from SAMSegmenterLib.core.errors import InputError, StoreError
from support.outcomes import HASH, a_row, an_outcome

parquet = pytest.importorskip("SAMBenchmarkLib.session.parquet.store", reason="pyarrow and DuckDB are not installed")
KEEP_EVERY_S, ParquetStore, remove_store = parquet.KEEP_EVERY_S, parquet.ParquetStore, parquet.remove_store

COLUMNS = ("case_id", "slice", "strategy", "dice", "hd_mm", "fragmented")


@pytest.fixture
def a_store(tmp_path):
    with ParquetStore(tmp_path / "results.parquet") as store:
        store.register_run(HASH, {"options": {}}, {"program": "1"})
        yield store


def fill(store, cases=("b", "a", "ä"), slices=(3, 1, 2), status=FINISHED) -> None:
    for case in cases:
        record = CaseRecord(HASH, case, patient="p", fingerprint="mark", slices=len(slices), notes=("a note",))
        store.begin_case(record)
        for index in slices:
            store.save(an_outcome(case, index))
        store.finish_case(replace(record, status=status))


def values(store) -> list[tuple[object, ...]]:
    return [tuple(None if v != v else v for v in vars(row).values()) for row in store.rows(HASH)]


def test_everything_comes_back_as_from_sqlite(a_store, tmp_path):
    with ResultStore(tmp_path / "results.sqlite") as other:
        for store in (a_store, other):
            fill(store)
        assert values(a_store) == values(other)
        assert a_store.timings(HASH) == other.timings(HASH)
        assert {k: sorted(v) for k, v in a_store.timing_seconds(HASH).items()} == {
            k: sorted(v) for k, v in other.timing_seconds(HASH).items()
        }
        assert a_store.cases(HASH) == other.cases(HASH)
        assert a_store.count_finished_slices(HASH) == other.count_finished_slices(HASH) == {"a": 3, "b": 3, "ä": 3}
        assert a_store.finished_slices(HASH, "a") == other.finished_slices(HASH, "a")
        for one, two in zip(a_store.columns(HASH, COLUMNS, True), other.columns(HASH, COLUMNS, True), strict=True):
            assert one.texts["case_id"].names == two.texts["case_id"].names
            for name in COLUMNS:
                np.testing.assert_array_equal(one[name], two[name])
        row = next(a_store.rows(HASH, case_id="ä", slice=2, strategy="S5"))
        np.testing.assert_array_equal(a_store.mask(row), other.mask(row))


def test_a_case_is_there_as_a_whole_or_not_at_all(a_store, tmp_path):
    a_store.begin_case(CaseRecord(HASH, "a"))
    a_store.save(an_outcome("a", 1))
    with ParquetStore(tmp_path / "results.parquet", read_only=True) as reader:
        assert list(reader.rows(HASH)) == [] and reader.cases(HASH) == []
        a_store.finish_case(CaseRecord(HASH, "a", status=FINISHED))
        assert len(list(reader.rows(HASH))) == 4 and [case.status for case in reader.cases(HASH)] == [FINISHED]


def test_rows_and_masks_of_a_case_at_work_are_seen_by_whoever_works_on_it(a_store):
    outcome = an_outcome("a", 1)
    a_store.save(outcome)
    found = list(a_store.rows(HASH, case_id="a", variant=""))
    assert [row.key for row in found] == sorted(row.key for row in outcome.rows)
    by_key = {one.row.key: one.mask for one in outcome.predictions}
    np.testing.assert_array_equal(a_store.mask(found[0]), by_key[found[0].key])


def test_a_slice_that_is_saved_again_replaces_itself(a_store):
    a_store.save(an_outcome("a", 1, strategies=("S2", "S5")))
    a_store.save(an_outcome("a", 1, strategies=("S5",), seed=4))
    a_store.finish_case(CaseRecord(HASH, "a", status=FINISHED))
    assert [row.strategy for row in a_store.rows(HASH)] == ["S5", "S5"]


def test_what_was_finished_of_a_stopped_case_is_kept_and_gone_on_with(tmp_path):
    path = tmp_path / "results.parquet"
    with ParquetStore(path) as store:
        store.begin_case(CaseRecord(HASH, "a", fingerprint="mark"))
        store.save(an_outcome("a", 1))
    with ParquetStore(path) as store:
        assert store.case(HASH, "a").status == RUNNING
        store.begin_case(CaseRecord(HASH, "a", fingerprint="mark"))
        assert store.finished_slices(HASH, "a") == {(0, "axial", 1)}
        store.save(an_outcome("a", 2))
        assert len(list(store.rows(HASH, case_id="a"))) == 8
        store.finish_case(CaseRecord(HASH, "a", status=FINISHED))
        assert {row.slice for row in store.rows(HASH)} == {1, 2} and len(store.timings(HASH)) == 2
        assert store.mask(next(store.rows(HASH, slice=1))).shape == (24, 32)


def test_a_worker_that_was_taken_for_lost_takes_nothing_back(tmp_path):
    path = tmp_path / "results.parquet"
    with ParquetStore(path) as lost:
        lost.begin_case(CaseRecord(HASH, "a", fingerprint="mark"))
        lost.save(an_outcome("a", 1))
        with ParquetStore(path) as other:
            fill(other, cases=("a",), slices=(1, 2))
    with ParquetStore(path, read_only=True) as reader:
        assert reader.case(HASH, "a").status == FINISHED and reader.count_finished_slices(HASH) == {"a": 2}
        assert {row.slice for row in reader.rows(HASH)} == {1, 2}


def test_a_long_case_is_written_in_between(tmp_path):
    now = [0.0]
    with ParquetStore(tmp_path / "results.parquet", clock=lambda: now[0]) as store:
        store.save(an_outcome("a", 1))
        now[0] = KEEP_EVERY_S
        store.save(an_outcome("a", 2))
        with ParquetStore(tmp_path / "results.parquet", read_only=True) as reader:
            assert len(list(reader.rows(HASH))) == 8 and reader.case(HASH, "a").status == RUNNING
        store.save(an_outcome("a", 3))
        assert len(store.finished_slices(HASH, "a")) == 3


@pytest.mark.parametrize(
    ("kind", "ask"), [("rows", lambda store: list(store.rows(HASH))), ("timings", lambda store: store.timings(HASH))]
)
def test_a_file_that_is_gone_is_an_error_that_names_its_cases_and_what_helps(a_store, kind, ask):
    fill(a_store)
    part = part_of_case("a")
    (a_store.path / HASH / kind / f"{part}.parquet").unlink()
    with pytest.raises(StoreError, match=f"{part}.parquet is gone, with results of a") as error:
        ask(a_store)
    (a_store.path / HASH / "cases" / f"{part}.json").unlink()  # the hint
    assert f"delete {a_store.path / HASH / 'cases' / part}.json" in error.value.hint
    assert {row.case_id for row in a_store.rows(HASH)} == {"b", "ä"} and a_store.case(HASH, "a") is None
    before = len(ask(a_store))
    fill(a_store, cases=("a",))
    assert len(ask(a_store)) == before * 3 // 2


def test_a_case_that_failed_at_once_has_nothing_to_read_and_is_no_error(a_store):
    fill(a_store)
    a_store.finish_case(CaseRecord(HASH, "z", status=FAILED, reason="not readable"))
    before = values(a_store)
    for kind in ("rows", "masks", "timings"):
        (a_store.path / HASH / kind / f"{part_of_case('z')}.parquet").unlink()
    assert values(a_store) == before and list(a_store.rows(HASH, case_id="z")) == []
    assert a_store.case(HASH, "z").reason == "not readable"


def test_a_failed_case_keeps_its_reason_and_its_slices(a_store):
    a_store.save(an_outcome("a", 1))
    a_store.finish_case(CaseRecord(HASH, "a", status=FAILED, reason="no overlap"))
    assert [(case.status, case.reason) for case in a_store.cases(HASH)] == [(FAILED, "no overlap")]
    assert len(list(a_store.rows(HASH))) == 4
    with pytest.raises(InputError, match="finished or failed"):
        a_store.finish_case(CaseRecord(HASH, "a"))


def test_a_forgotten_case_is_gone_and_may_come_again(a_store):
    fill(a_store)
    a_store.forget_case(HASH, "a")
    assert [case.case_id for case in a_store.cases(HASH)] == ["b", "ä"]
    assert {row.case_id for row in a_store.rows(HASH)} == {"b", "ä"}
    fill(a_store, cases=("a",), slices=(7,))
    assert [row.slice for row in a_store.rows(HASH, case_id="a")] == [7] * 4


def test_whole_volumes_are_no_slices_and_have_no_mask(a_store):
    row = a_row(case_id="a", slice=WHOLE_VOLUME, variant="volume")
    a_store.save(an_outcome("a", 1))
    a_store.save(SliceOutcome("a", 0, "axial", WHOLE_VOLUME, (), (), (row,)))
    a_store.finish_case(CaseRecord(HASH, "a", status=FINISHED))
    assert a_store.count_finished_slices(HASH) == {"a": 1}
    with pytest.raises(StoreError, match="No mask"):
        a_store.mask(row)


def test_timings_beside_slices_and_pictures_are_kept(a_store):
    fill(a_store, cases=("a",))
    timings = [TimingRow(HASH, "a", 0, "axial", 1, "S5", 20, seconds) for seconds in (0.5, 0.25)]
    for timing in timings:
        a_store.save_timings([timing])
    assert list(a_store.timing_seconds(HASH)["S5", 20]) == [0.25]
    row = next(a_store.rows(HASH))
    assert a_store.picture(row) is None
    a_store.save_picture(row, {"rgb8": np.arange(6)})
    assert a_store.picture(row)["rgb8"].tolist() == [0, 1, 2, 3, 4, 5]


def test_runs_come_in_the_order_in_which_they_were_registered(a_store):
    a_store.register_run("f" * 16, {}, {})
    a_store.register_run(HASH, {}, {"program": "2"})
    assert [(run.option_hash, run.versions) for run in a_store.runs()] == [("f" * 16, {}), (HASH, {"program": "2"})]


def test_another_folder_or_version_is_refused_and_untouched(tmp_path):
    (tmp_path / "other.parquet").mkdir()
    (tmp_path / "other.parquet" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="not a results folder"):
        ParquetStore(tmp_path / "other.parquet")
    ParquetStore(tmp_path / "new.parquet").close()
    about = tmp_path / "new.parquet" / "store.json"
    about.write_text(about.read_text(encoding="utf-8").replace('"version": 1', '"version": 9'), encoding="utf-8")
    with pytest.raises(StoreError, match="version 9"):
        ParquetStore(tmp_path / "new.parquet")
    with pytest.raises(StoreError, match="no results at"):
        ParquetStore(tmp_path / "nowhere.parquet", read_only=True)
    with pytest.raises(StoreError, match="not a results folder"):
        remove_store(tmp_path / "other.parquet")
    assert (tmp_path / "other.parquet" / "mine.txt").exists()


def test_a_damaged_part_is_an_error_in_words(a_store):
    fill(a_store)
    for path in a_store.path.glob("*/rows/*.parquet"):
        path.write_bytes(b"PAR1 nothing")
    with pytest.raises(StoreError, match="could not be read"):
        list(a_store.rows(HASH))


FILL = textwrap.dedent(
    """
    import resource, signal, sys
    from SAMBenchmarkLib.core.store import FINISHED, CaseRecord
    from SAMBenchmarkLib.session.parquet.store import ParquetStore
    from SAMSegmenterLib.core.errors import StoreError
    from support.outcomes import HASH, an_outcome
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with ParquetStore(sys.argv[1]) as store:
        for case in range(9):
            if case == 4:
                resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
            try:
                store.save(an_outcome(f"case {case}"))
                store.finish_case(CaseRecord(HASH, f"case {case}", status=FINISHED))
            except StoreError as error:
                print(case, "|", error.message, "|", error.hint, flush=True)
                import os; os._exit(5)
    """
)


@pytest.mark.skipif(sys.platform != "linux", reason="file size limits are a matter of Linux")
def test_a_write_that_the_system_refuses_is_an_error_with_a_hint_and_earlier_cases_are_intact(tmp_path):
    path = tmp_path / "results.parquet"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ran = subprocess.run(
        [sys.executable, "-c", FILL, path], capture_output=True, text=True, env=environment, check=False
    )
    assert ran.returncode == 5, ran.stderr
    failed, message, hint = ran.stdout.split("|")
    assert int(failed) == 4 and "could not be written" in message and "disk" in hint
    with ParquetStore(path, read_only=True) as store:
        assert {row.case_id for row in store.rows(HASH)} == {f"case {n}" for n in range(4)}

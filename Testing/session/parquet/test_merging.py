from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.store import FAILED, FINISHED, CaseRecord
from SAMBenchmarkLib.session.parquet.layout import part_of_case
from SAMSegmenterLib.core.errors import StoreError
from support.outcomes import HASH, an_outcome

parquet = pytest.importorskip("SAMBenchmarkLib.session.parquet.store", reason="pyarrow and DuckDB are not installed")
merging = pytest.importorskip("SAMBenchmarkLib.session.parquet.merging", reason="pyarrow is not installed")
part_index = pytest.importorskip("SAMBenchmarkLib.session.parquet.part_index")
merge_parts = merging.merge_parts
CASES = ("d", "b", "a", "c")


@pytest.fixture
def a_store(tmp_path):
    with parquet.ParquetStore(tmp_path / "results.parquet") as store:
        for case in CASES:
            store.save(an_outcome(case, 1))
            store.finish_case(CaseRecord(HASH, case, status=FINISHED))
        yield store


def rows(store) -> list[str]:
    return [repr(row) for row in store.rows(HASH)]


def files(store) -> set[str]:
    return {path.stem for path in store.path.glob(f"{HASH}/*/*.*")}


def test_merged_parts_hold_the_same_and_are_few_files(a_store):
    before, masks = rows(a_store), [a_store.mask(row).tobytes() for row in a_store.rows(HASH)]
    records, counts = a_store.cases(HASH), a_store.count_finished_slices(HASH)
    assert merge_parts(a_store.path, HASH, at_least=2) == 4
    assert len(files(a_store)) == 1
    assert rows(a_store) == before and [a_store.mask(row).tobytes() for row in a_store.rows(HASH)] == masks
    assert a_store.cases(HASH) == records and a_store.count_finished_slices(HASH) == counts
    assert len(a_store.timings(HASH)) == 4


def test_few_cases_and_those_that_are_not_finished_stay_as_they_are(a_store):
    assert merge_parts(a_store.path, HASH, at_least=5) == 0
    a_store.finish_case(CaseRecord(HASH, "a", status=FAILED, reason="no overlap"))
    assert merge_parts(a_store.path, HASH, at_least=2) == 3
    assert part_of_case("a") in files(a_store) and a_store.case(HASH, "a").status == FAILED


def test_a_merge_that_ends_in_the_middle_loses_and_doubles_nothing(a_store, monkeypatch):
    before = rows(a_store)
    monkeypatch.setattr(merging, "_remove", lambda folder, name: None)  # killed before it cleans up
    merge_parts(a_store.path, HASH, at_least=2)
    assert len(files(a_store)) == 5 and rows(a_store) == before
    monkeypatch.undo()
    assert merge_parts(a_store.path, HASH, at_least=2) == 0
    assert len(files(a_store)) == 1 and rows(a_store) == before


def test_a_reader_loses_nothing_when_parts_are_merged_while_it_lists_them(a_store, monkeypatch):
    as_ever, merged = part_index.read_json, []

    def merged_meanwhile(path):
        if not merged:
            merged.append(path)
            assert merge_parts(a_store.path, HASH, at_least=2) == 4
        return as_ever(path)

    with parquet.ParquetStore(a_store.path, read_only=True) as reader:
        monkeypatch.setattr(part_index, "read_json", merged_meanwhile)
        assert [case.case_id for case in reader.cases(HASH)] == sorted(CASES) and merged


def test_a_damaged_part_is_not_merged_and_told_in_words(a_store):
    path = a_store.path / HASH / "rows" / f"{part_of_case('b')}.parquet"
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(StoreError, match="could not be read"):
        merge_parts(a_store.path, HASH, at_least=2)
    path.unlink()
    with pytest.raises(StoreError, match="could not be read"):
        merge_parts(a_store.path, HASH, at_least=2)
    assert len(files(a_store)) == 4


def test_a_case_that_a_lost_worker_writes_again_counts_once(a_store):
    before = rows(a_store)
    merge_parts(a_store.path, HASH, at_least=2)
    a_store.save(an_outcome("b", 1))
    a_store.finish_case(CaseRecord(HASH, "b", status=FINISHED))
    assert rows(a_store) == before


def test_a_merged_case_can_be_forgotten_and_come_again(a_store):
    merge_parts(a_store.path, HASH, at_least=2)
    a_store.forget_case(HASH, "b")
    assert [case.case_id for case in a_store.cases(HASH)] == ["a", "c", "d"]
    assert {row.case_id for row in a_store.rows(HASH)} == {"a", "c", "d"}
    a_store.save(an_outcome("b", 5))
    a_store.finish_case(CaseRecord(HASH, "b", status=FINISHED))
    assert {row.slice for row in a_store.rows(HASH, case_id="b")} == {5}
    assert len(list(a_store.rows(HASH))) == 16

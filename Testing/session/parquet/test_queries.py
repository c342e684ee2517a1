from __future__ import annotations

import math

import pytest

from SAMBenchmarkLib.core import row_batches
from SAMBenchmarkLib.core.store import FINISHED, CaseRecord
from support.outcomes import HASH, an_outcome

parquet = pytest.importorskip("SAMBenchmarkLib.session.parquet.store", reason="pyarrow and DuckDB are not installed")


def fill(store, case: str) -> None:
    for index in (1, 2):
        store.save(an_outcome(case, index))
    store.finish_case(CaseRecord(HASH, case, status=FINISHED))


def test_batches_have_the_same_size_whatever_the_files_are(tmp_path, monkeypatch):
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 3)
    with parquet.ParquetStore(tmp_path / "results.parquet") as store:
        for case in ("c", "a", "b"):
            fill(store, case)
        batches = list(store.columns(HASH, ("case_id", "slice")))
    assert [len(batch) for batch in batches] == [3] * 8
    names = batches[-1].texts["case_id"].names
    assert "".join(names[code] for batch in batches for code in batch["case_id"]) == "a" * 8 + "b" * 8 + "c" * 8


def test_parts_of_an_older_version_are_read_with_defaults(tmp_path):
    with parquet.ParquetStore(tmp_path / "results.parquet") as store:
        for case in ("old", "young"):
            fill(store, case)
        path = store._folder(HASH).part(
            "rows", next(n for n, p in store._index(HASH).parts().items() if "old" in p.cases)
        )
        table = parquet.part_tables.read_table(path).drop_columns(["hce", "fragmented", "undefined_reason"])
        parquet.part_tables.write_table(path, table)
        rows = list(store.rows(HASH))
        (batch,) = store.columns(HASH, ("hce", "fragmented", "undefined_reason"))
    assert (
        len(rows) == 16 and {row.fragmented for row in rows} == {0} and {row.undefined_reason for row in rows} == {""}
    )
    assert all(math.isnan(row.hce) for row in rows)
    assert batch["fragmented"].tolist() == [0] * 16


def test_a_name_with_quotes_is_a_name(tmp_path):
    name = "a'b\"c; DROP"
    with parquet.ParquetStore(tmp_path / "it's here" / "results.parquet") as store:
        fill(store, name)
        assert len(list(store.rows(HASH, case_id=name))) == 8 and store.cases(HASH)[0].case_id == name

from __future__ import annotations

import math
import sqlite3

import pytest

from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.core.store_schema import APPLICATION_ID, SCHEMA_VERSION, check_is_ours
from SAMSegmenterLib.core.errors import StoreError
from support.outcomes import HASH, an_outcome


def write_foreign_database(path, application_id: int = 0) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE invoices (amount)")
    connection.execute(f"PRAGMA application_id = {application_id}")
    connection.commit()
    connection.close()


def set_version(path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("application_id", [0, 0x12345678])
def test_a_database_of_another_program_is_refused_and_untouched(tmp_path, read_only, application_id):
    path = tmp_path / "results.sqlite"
    write_foreign_database(path, application_id)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a results file") as caught:
        ResultStore(path, read_only)
    assert "folder" in caught.value.hint
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["results.sqlite"]


@pytest.mark.parametrize("content", [b"name,volume\n", b"SQLite format 3\x00", b"\x00" * 200])
def test_a_file_that_is_no_store_is_refused_and_untouched(tmp_path, content):
    path = tmp_path / "results.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="not a results file"):
        ResultStore(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("version", [0, 99])
def test_another_version_is_refused_by_its_number_and_untouched(tmp_path, version):
    path = tmp_path / "results.sqlite"
    ResultStore(path).close()
    set_version(path, version)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"version {version} of") as caught:
        ResultStore(path)
    assert "new output folder" in caught.value.hint
    assert path.read_bytes() == before


def test_a_store_carries_its_marks_in_the_header_also_while_it_is_open(tmp_path):
    path = tmp_path / "results.sqlite"
    with ResultStore(path):
        header = path.read_bytes()[:100]
        assert int.from_bytes(header[68:72], "big") == APPLICATION_ID
        assert check_is_ours(path) is True


def test_an_empty_file_may_become_a_store(tmp_path):
    path = tmp_path / "results.sqlite"
    path.touch()
    assert check_is_ours(path) is False
    ResultStore(path).close()
    assert check_is_ours(path) is True


def test_a_folder_in_its_place_is_an_error_in_words(tmp_path):
    with pytest.raises(StoreError, match="could not be read"):
        check_is_ours(tmp_path)


def test_the_tables_are_those_of_the_documented_schema(tmp_path):
    path = tmp_path / "results.sqlite"
    ResultStore(path).close()
    connection = sqlite3.connect(path)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    key = [row[1] for row in sorted(connection.execute("PRAGMA table_info(results)"), key=lambda row: row[5]) if row[5]]
    connection.close()
    assert tables == {"runs", "cases", "slices", "results", "masks", "timings", "pictures"}
    assert key == [
        "option_hash", "case_id", "frame", "plane", "slice", "label_value", "strategy", "variant", "round", "repeat",
        "selection",
    ]  # fmt: skip


def an_older_store(path) -> None:
    """A store of version 1, with two columns less."""
    with ResultStore(path) as store:
        store.save(an_outcome(index=1))
    connection = sqlite3.connect(path)
    for name in ("fourier_order", "fragmented"):
        connection.execute(f"ALTER TABLE results DROP COLUMN {name}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()


def test_an_older_store_is_read_with_defaults_for_the_columns_it_lacks(tmp_path):
    path = tmp_path / "results.sqlite"
    an_older_store(path)
    before = path.read_bytes()
    with ResultStore(path, read_only=True) as store:
        rows = list(store.rows(HASH))
        (batch,) = store.columns(HASH, ("dice", "fourier_order", "fragmented"))
    assert len(rows) == 4 and {row.fragmented for row in rows} == {0} and all(math.isnan(r.fourier_order) for r in rows)
    assert batch["dice"].tolist() == [row.dice for row in rows] and batch["fragmented"].tolist() == [0] * 4
    assert path.read_bytes() == before


def test_an_older_store_that_is_written_to_gets_the_columns_it_lacks(tmp_path):
    path = tmp_path / "results.sqlite"
    an_older_store(path)
    with ResultStore(path) as store:
        store.save(an_outcome(index=2))
        assert [row.fragmented for row in store.rows(HASH)] == [0] * 8
    with ResultStore(path, read_only=True) as store:
        assert len(store.finished_slices(HASH, "case a")) == 2
    assert int.from_bytes(path.read_bytes()[60:64], "big") == SCHEMA_VERSION

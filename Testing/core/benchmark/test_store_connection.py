from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from SAMBenchmarkLib.core import store_connection
from SAMBenchmarkLib.core.store import ResultStore
from SAMSegmenterLib.core.errors import StoreError
from support.outcomes import HASH, an_outcome


def fill_until_the_disk_is_full(store: ResultStore) -> tuple[int, StoreError]:
    for index in range(10_000):
        try:
            store.save(an_outcome(index=index))
        except StoreError as error:
            return index, error
    raise AssertionError("the disk never filled up")


def test_a_full_disk_is_an_error_with_a_hint_and_earlier_slices_are_intact(tmp_path):
    path = tmp_path / "results.sqlite"
    with ResultStore(path) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        saved, error = fill_until_the_disk_is_full(store)
        assert "full" in error.message
        assert "free some space" in error.hint
        assert len(store.finished_slices(HASH, "case a")) == saved > 0
    with ResultStore(path) as store:
        assert len(list(store.rows(HASH))) == 4 * saved
        store.save(an_outcome(index=saved))
        assert len(store.finished_slices(HASH, "case a")) == saved + 1


FILL = textwrap.dedent(
    """
    import resource, sys
    from SAMBenchmarkLib.core.store import ResultStore
    from SAMSegmenterLib.core.errors import StoreError
    from support.outcomes import an_outcome
    with ResultStore(sys.argv[1]) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        for index in range(10_000):
            try:
                store.save(an_outcome(index=index))
            except StoreError as error:
                print(index, "|", error.message, "|", error.hint)
                sys.exit(5)
    """
)


@pytest.mark.skipif(sys.platform != "linux", reason="file size limits are a matter of Linux")
def test_a_write_that_the_system_refuses_is_an_error_with_a_hint_and_earlier_slices_are_intact(tmp_path):
    path = tmp_path / "results.sqlite"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ran = subprocess.run(
        [sys.executable, "-c", FILL, path], capture_output=True, text=True, env=environment, check=False
    )
    assert ran.returncode == 5, ran.stderr
    saved, message, hint = ran.stdout.split("|")
    assert "results.sqlite could not be used" in message
    assert "full" in hint
    with ResultStore(path, read_only=True) as store:
        assert len(store.finished_slices(HASH, "case a")) == int(saved) > 0
        assert len(list(store.rows(HASH))) == 4 * int(saved)


def test_a_file_that_another_program_holds_is_an_error_with_a_hint(tmp_path, monkeypatch):
    monkeypatch.setattr(store_connection, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "results.sqlite"
    with ResultStore(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            store.save(an_outcome())
        other.close()
        assert "Another program" in caught.value.hint
        store.save(an_outcome())
        assert len(list(store.rows(HASH))) == 4


def test_a_damaged_file_is_an_error_in_words(tmp_path):
    path = tmp_path / "results.sqlite"
    with ResultStore(path) as store:
        for index in range(40):
            store.save(an_outcome(index=index))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught, ResultStore(path, read_only=True) as store:
        list(store.rows(HASH))
    assert "damaged" in caught.value.hint


def test_a_missing_folder_is_an_error_in_words(tmp_path):
    with pytest.raises(StoreError) as caught:
        ResultStore(tmp_path / "nowhere" / "results.sqlite")
    assert "folder" in caught.value.hint


def test_what_a_killed_process_committed_is_read_by_the_next_one(tmp_path):
    path = tmp_path / "results.sqlite"
    code = (
        "import os, sys\n"
        "from SAMBenchmarkLib.core.store import ResultStore\n"
        "from support.outcomes import an_outcome\n"
        "store = ResultStore(sys.argv[1])\n"
        "store.save(an_outcome(index=1))\n"
        "store._connection.execute('BEGIN IMMEDIATE')\n"
        "store._connection.execute('DELETE FROM results')\n"
        "os._exit(9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code, path], env=environment, check=False).returncode == 9
    with ResultStore(path, read_only=True) as store:
        assert len(list(store.rows(HASH))) == 4
    with ResultStore(path) as store:
        store.save(an_outcome(index=2))
    assert [file.name for file in tmp_path.iterdir()] == ["results.sqlite"]

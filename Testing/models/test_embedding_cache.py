"""Embeddings come back bit for bit; a damaged, full or shared disk never fails the work."""

import errno
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache


def an_embedding(number: int, channels: int = 4) -> Embedding:
    features = np.random.default_rng(number).normal(size=(channels, 8, 8)).astype(np.float16)
    return Embedding(f"{number:040x}", (30, 41), (187, 256), features)


def assert_same(found: Embedding | None, expected: Embedding):
    assert found is not None
    assert (found.key, found.original_size, found.input_size) == (
        expected.key,
        expected.original_size,
        expected.input_size,
    )
    assert found.features.dtype == np.float16
    np.testing.assert_array_equal(found.features, expected.features)


def test_an_embedding_survives_the_process(tmp_path):
    embedding = an_embedding(0xABC)
    EmbeddingCache(tmp_path).put(embedding)
    assert_same(EmbeddingCache(tmp_path).get(embedding.key), embedding)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.safetensors")] == [
        f"00/{embedding.key}.safetensors"
    ]


def test_without_a_folder_embeddings_live_in_memory():
    cache = EmbeddingCache()
    embedding = an_embedding(1)
    assert cache.get(embedding.key) is None
    cache.put(embedding)
    assert cache.get(embedding.key) is embedding
    assert cache.size_bytes() == 0


def test_memory_keeps_the_latest_within_its_budget():
    size = an_embedding(0).features.nbytes
    cache = EmbeddingCache(None, ram_budget_bytes=2 * size)
    first, second, third = (an_embedding(number) for number in range(3))
    cache.put(first)
    cache.put(second)
    cache.get(first.key)
    cache.put(third)
    assert cache.get(second.key) is None
    assert cache.get(first.key) is first and cache.get(third.key) is third
    cache.put(third)  # again: it does not count twice
    assert cache.get(first.key) is first
    assert (cache.ram_entries, cache.ram_bytes, cache.ram_budget_bytes) == (2, 2 * size, 2 * size)


def test_an_embedding_larger_than_the_budget_is_on_disk_only(tmp_path):
    cache = EmbeddingCache(tmp_path, ram_budget_bytes=10)
    embedding = an_embedding(5)
    cache.put(embedding)
    found = cache.get(embedding.key)
    assert found is not embedding
    assert_same(found, embedding)


@pytest.mark.parametrize("damage", ["truncated", "empty", "flipped bit", "other key", "no safetensors", "other arrays"])
def test_a_damaged_entry_is_deleted_and_counts_as_absent(tmp_path, damage):
    from safetensors.numpy import save

    embedding = an_embedding(7)
    EmbeddingCache(tmp_path).put(embedding)
    (path,) = tmp_path.rglob("*.safetensors")
    content = bytearray(path.read_bytes())
    if damage == "flipped bit":
        content[-20] ^= 1
    elif damage == "other key":
        EmbeddingCache(tmp_path).put(an_embedding(8))
        content = (tmp_path / "00" / f"{8:040x}.safetensors").read_bytes()
    else:
        content = {
            "truncated": content[:-7],
            "empty": b"",
            "no safetensors": b"hello" * 20,
            "other arrays": save({"x": np.zeros(3)}),
        }[damage]
    path.write_bytes(content)
    cache = EmbeddingCache(tmp_path)
    assert cache.get(embedding.key) is None
    assert not path.exists()
    cache.put(embedding)
    assert_same(EmbeddingCache(tmp_path).get(embedding.key), embedding)


def test_a_full_disk_turns_the_disk_part_off_with_one_warning(tmp_path, monkeypatch, caplog):
    cache = EmbeddingCache(tmp_path / "cache")
    cache.put(an_embedding(0))

    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with caplog.at_level(logging.WARNING), monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        cache.put(an_embedding(1))
        cache.put(an_embedding(2))
    cache.put(an_embedding(3))
    assert len(caplog.records) == 1 and "no longer kept on disk" in caplog.text and "disk is full" in caplog.text
    assert len(list(tmp_path.rglob("*.*"))) == 1  # the first entry, and no half-written file
    for number in range(4):
        assert_same(cache.get(an_embedding(number).key), an_embedding(number))


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path, caplog):
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = EmbeddingCache(tmp_path / "file" / "cache")
    cache.put(an_embedding(1))
    assert_same(cache.get(an_embedding(1).key), an_embedding(1))
    assert len(caplog.records) == 1


def test_many_writers_and_readers_do_not_disturb_each_other(tmp_path):
    embeddings = [an_embedding(number) for number in range(6)]
    failures = []

    def work():
        cache = EmbeddingCache(tmp_path, ram_budget_bytes=0)
        for embedding in embeddings * 5:
            cache.put(embedding)
            found = cache.get(embedding.key)
            if found is None or not np.array_equal(found.features, embedding.features):
                failures.append(embedding.key)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 6


def test_clearing_removes_entries_and_remains_but_nothing_else(tmp_path):
    cache = EmbeddingCache(tmp_path)
    for number in range(3):
        cache.put(an_embedding(number))
    (tmp_path / "00" / ".0123456789ab.safetensors").write_bytes(b"left by a killed process")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "00" / "mine.safetensors").write_bytes(b"mine")
    assert cache.size_bytes() > 3 * an_embedding(0).features.nbytes
    cache.clear()
    assert cache.get(an_embedding(0).key) is None
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["mine.safetensors", "notes.txt"]
    assert cache.size_bytes() == 0


def test_a_key_that_is_no_key_is_a_fault(tmp_path):
    with pytest.raises(ValueError, match="not the key"):
        EmbeddingCache(tmp_path).get("../../etc/passwd")


def on_disk(folder: Path) -> set[int]:
    return {int(path.stem, 16) for path in folder.rglob("*.safetensors")}


def put_in_order(cache: EmbeddingCache, numbers) -> None:
    """Each a second younger than the one before, whatever the clock of the disk can tell apart."""
    for number in numbers:
        cache.put(an_embedding(number))
        path = cache._path(an_embedding(number).key)
        if path.exists():
            os.utime(path, (1_000_000 + number, 1_000_000 + number))


def test_what_is_on_disk_stays_within_its_limit_and_the_oldest_go_first(tmp_path):
    put_in_order(EmbeddingCache(tmp_path), range(1))
    size = EmbeddingCache(tmp_path).size_bytes()
    cache = EmbeddingCache(tmp_path, disk_limit_bytes=10 * size)
    put_in_order(cache, range(1, 10))
    assert on_disk(tmp_path) == set(range(10))
    put_in_order(cache, range(10, 25))
    assert cache.size_bytes() <= 10 * size
    kept = on_disk(tmp_path)
    assert kept == set(range(25 - len(kept), 25)) and len(kept) >= 8


def test_an_entry_that_is_used_is_not_among_the_oldest(tmp_path):
    put_in_order(EmbeddingCache(tmp_path), range(4))
    size = EmbeddingCache(tmp_path).size_bytes() // 4
    cache = EmbeddingCache(tmp_path, ram_budget_bytes=0, disk_limit_bytes=4 * size)
    assert_same(cache.get(an_embedding(0).key), an_embedding(0))
    cache.put(an_embedding(4))
    assert on_disk(tmp_path) >= {0, 3} and 1 not in on_disk(tmp_path)


def test_entries_of_other_processes_count_and_may_vanish(tmp_path):
    put_in_order(EmbeddingCache(tmp_path), range(6))
    size = EmbeddingCache(tmp_path).size_bytes() // 6
    caches = [EmbeddingCache(tmp_path, 0, 6 * size) for _ in range(3)]
    for number in range(6, 30):
        caches[number % 3].put(an_embedding(number))
    assert caches[0].size_bytes() <= (6 + 2 * 6) * size
    caches[0].clear()
    for cache in caches:
        cache.put(an_embedding(40))
        assert_same(cache.get(an_embedding(40).key), an_embedding(40))


def test_what_another_process_is_writing_stays_and_what_a_killed_one_left_goes(tmp_path):
    cache = EmbeddingCache(tmp_path)
    cache.put(an_embedding(0))
    young, old = (tmp_path / "00" / f".{digit * 12}.safetensors" for digit in "ab")
    for path in (young, old):
        path.write_bytes(b"half of it")
    os.utime(old, (1_000_000, 1_000_000))
    cache.trim(0)
    assert young.exists() and not old.exists() and cache.count() == 0


def test_what_vanished_meanwhile_counts_as_freed(tmp_path, monkeypatch):
    cache = EmbeddingCache(tmp_path)
    put_in_order(cache, range(6))
    size, unlink = cache.size_bytes() // 6, Path.unlink

    def other_was_faster(path, missing_ok=False):
        if path.exists():
            unlink(path)
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", other_was_faster)
    assert cache.trim(4 * size) == 2 * size and on_disk(tmp_path) == {2, 3, 4, 5}


def test_emptying_the_cache_while_an_entry_is_written_does_not_turn_the_disk_off(tmp_path, monkeypatch, caplog):
    cache, write = EmbeddingCache(tmp_path), Path.write_bytes

    def written_and_emptied(path, content):
        write(path, content)
        EmbeddingCache(tmp_path).clear()

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", written_and_emptied)
        cache.put(an_embedding(1))
    assert on_disk(tmp_path) == set() and not caplog.records
    cache.put(an_embedding(2))
    assert on_disk(tmp_path) == {2}


def test_a_limit_that_is_no_number_turns_the_disk_off_with_a_warning(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("SAM_CACHE_GB", "a lot")
    cache = EmbeddingCache(tmp_path)
    cache.put(an_embedding(1))
    assert "SAM_CACHE_GB" in caplog.text and on_disk(tmp_path) == set()
    assert_same(cache.get(an_embedding(1).key), an_embedding(1))


WRITER = """
import sys
from pathlib import Path
import numpy as np
from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
cache, rng = EmbeddingCache(Path(sys.argv[1]), 0), np.random.default_rng(5)
for number in range(100000):
    cache.put(Embedding(f"{number:040x}", (9, 9), (9, 9), np.full((64, 64, 64), number % 2000, np.float16)))
    print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_was_finished(tmp_path):
    for _ in range(2):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        finished = [int(writer.stdout.readline()) for _ in range(15)]
        writer.kill()
        writer.communicate()
        cache = EmbeddingCache(tmp_path, 0)
        for number in finished:
            found = cache.get(f"{number:040x}")
            assert found is not None and np.all(found.features == number)
        whole = [path for path in tmp_path.rglob("*.safetensors") if not path.name.startswith(".")]
        assert all(cache.get(path.stem) is not None for path in whole)

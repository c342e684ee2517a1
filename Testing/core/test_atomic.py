from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import StoreError


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_half_and_fail(target: Path, error: Exception) -> None:
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        raise error


def test_the_file_appears_under_its_own_name_only_when_the_block_ends(tmp_path):
    target = tmp_path / "table.csv"
    with atomic_path(target) as temporary:
        temporary.write_text("a,b\n", encoding="utf-8")
        assert not target.exists()
    assert target.read_text(encoding="utf-8") == "a,b\n"
    assert names_in(tmp_path) == ["table.csv"]


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.nii.gz", ".nii.gz"), ("b.seg.nrrd", ".seg.nrrd"), ("run.2.csv", ".csv"), ("v1.nii.gz", ".nii.gz"), ("c", "")],
)
def test_the_temporary_file_has_the_ending_that_writers_choose_the_format_by(tmp_path, name, ending):
    with atomic_path(tmp_path / name) as temporary:
        assert temporary.name.endswith(ending)
        assert temporary.parent == tmp_path
        assert "." not in temporary.name.removesuffix(ending).lstrip(".")
        temporary.write_bytes(b"x")


def test_a_failed_block_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "scene.mrb"
    target.write_bytes(b"old")
    with pytest.raises(KeyError):
        write_half_and_fail(target, KeyError("stop"))
    assert target.read_bytes() == b"old"
    assert names_in(tmp_path) == ["scene.mrb"]


def test_an_existing_file_is_replaced(tmp_path):
    target = tmp_path / "scene.mrb"
    target.write_bytes(b"old")
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"new")
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("code", "word"),
    [(errno.ENOSPC, "full"), (errno.EACCES, "may not write"), (errno.EROFS, "read-only"), (errno.EFBIG, "larger")],
)
def test_a_refusing_disk_is_told_with_a_hint_and_leaves_no_half_file(tmp_path, code, word):
    with pytest.raises(StoreError) as caught:
        write_half_and_fail(tmp_path / "labels.nrrd", OSError(code, os.strerror(code)))
    assert word in caught.value.hint
    assert "labels.nrrd" in caught.value.message
    assert names_in(tmp_path) == []


def test_a_missing_folder_is_refused_before_any_work(tmp_path):
    reached = False
    with pytest.raises(StoreError) as caught, atomic_path(tmp_path / "no" / "a.csv"):
        reached = True
    assert not reached
    assert "create it" in caught.value.hint


def test_a_folder_of_the_targets_name_and_a_file_in_its_path_are_refused(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(StoreError, match="another file name"), atomic_path(tmp_path / "a.csv"):
        pass
    (tmp_path / "b").write_bytes(b"")
    with pytest.raises(StoreError, match="not a folder"), atomic_path(tmp_path / "b" / "c.csv"):
        pass


@pytest.mark.parametrize(
    "error", [ConnectionResetError(errno.ECONNRESET, "reset"), FileNotFoundError(errno.ENOENT, "missing", "input.nii")]
)
def test_an_error_that_is_not_about_the_target_passes_as_it_is(tmp_path, error):
    with pytest.raises(type(error)) as caught:
        write_half_and_fail(tmp_path / "labels.nrrd", error)
    assert caught.value is error
    assert names_in(tmp_path) == []

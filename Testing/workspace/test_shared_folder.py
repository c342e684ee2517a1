"""There is no way out of the shared folder, and what leads out of it is not even listed."""

import os
import sys

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.shared_folder import SharedFolder


@pytest.fixture
def folder(tmp_path):
    """A shared folder with a file and a folder, beside a secret."""
    root = tmp_path / "shared"
    (root / "series").mkdir(parents=True)
    (root / "ct.nrrd").write_bytes(b"NRRD")
    (root / "series" / "one.dcm").write_bytes(b"1")
    (root / ".hidden").touch()
    (tmp_path / "secret.nrrd").write_bytes(b"NRRD")
    (tmp_path / "shared-too").mkdir()
    return SharedFolder(root)


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("links cannot be made here")


def test_files_and_folders_are_listed_folders_first(folder):
    entries, more = folder.entries()
    assert [(one.path, one.is_folder, one.bytes) for one in entries] == [("series", True, 0), ("ct.nrrd", False, 4)]
    assert not more
    assert [one.path for one in folder.entries("series")[0]] == ["series/one.dcm"]


def test_a_path_below_leads_to_the_file(folder, tmp_path):
    assert folder.path("series/one.dcm") == (tmp_path / "shared" / "series" / "one.dcm").resolve()
    assert folder.path("") == (tmp_path / "shared").resolve()


@pytest.mark.parametrize(
    "text",
    [
        "../secret.nrrd",
        "series/../../secret.nrrd",
        "..",
        "../shared-too",
        "/etc/passwd",
        "//host/share",
        "C:/Windows",
        "c:",
        "..\\secret.nrrd",
        "ct.nrrd\0",
    ],
)
def test_paths_that_lead_out_are_refused(folder, text):
    with pytest.raises(InputError, match="out of the shared folder"):
        folder.path(text)


def test_an_absolute_path_of_a_file_inside_is_refused_too(folder, tmp_path):
    with pytest.raises(InputError):
        folder.path(str(tmp_path / "shared" / "ct.nrrd"))


def test_links_that_lead_out_are_neither_listed_nor_followed(folder, tmp_path):
    link(tmp_path / "shared" / "out.nrrd", tmp_path / "secret.nrrd")
    link(tmp_path / "shared" / "series" / "up", tmp_path)
    link(tmp_path / "shared" / "in.nrrd", tmp_path / "shared" / "ct.nrrd")
    assert "out.nrrd" not in [one.name for one in folder.entries()[0]]
    assert "in.nrrd" in [one.name for one in folder.entries()[0]]
    for text in ("out.nrrd", "series/up", "series/up/secret.nrrd"):
        with pytest.raises(InputError, match="out of the shared folder"):
            folder.path(text)


def test_what_is_not_there_is_told(folder, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        folder.path("gone.nrrd")
    with pytest.raises(InputError, match="cannot be read"):
        folder.entries("ct.nrrd")
    with pytest.raises(InputError, match="no folder"):
        SharedFolder(tmp_path / "gone")


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_loop_of_links_is_no_file(folder, tmp_path):
    link(tmp_path / "shared" / "loop", tmp_path / "shared" / "loop")
    with pytest.raises(InputError, match="no such file"):
        folder.path("loop")
    assert "loop" not in [one.name for one in folder.entries()[0]]

"""Zip files are unpacked within limits, under names of our own."""

import zipfile

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.archives import unpack


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def a_zip(tmp_path, contents):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents:
            packed.writestr(name, content)
    return path


def test_files_are_numbered_and_keep_their_ending(tmp_path, target):
    unpack(a_zip(tmp_path, [("a/", b""), ("a/one.dcm", b"1"), ("IM0002", b"22"), ("x.d/c", b"3")]), target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {
        "00000.dcm": b"1",
        "00001": b"22",
        "00002": b"3",
    }


def test_names_that_lead_elsewhere_lead_nowhere(tmp_path, target):
    unpack(a_zip(tmp_path, [("../../evil.dcm", b"1"), ("/etc/evil", b"2"), ("C:\\evil.d/cm", b"3")]), target)
    assert len(list(target.iterdir())) == 3
    assert not any("evil" in path.name for path in tmp_path.rglob("*"))


def test_more_files_or_bytes_than_allowed_are_refused(tmp_path, target):
    path = a_zip(tmp_path, [("a", bytes(3000)), ("b", bytes(3000))])
    with pytest.raises(InputError, match="more than 1 files"):
        unpack(path, target, most_files=1)
    with pytest.raises(InputError, match="holds more than"):
        unpack(path, target, most_bytes=5000)
    assert list(target.iterdir()) == []


def test_what_comes_out_counts_whatever_the_file_says_of_itself(tmp_path, target):
    path = a_zip(tmp_path, [("bomb", bytes(5_000_000))])
    content = path.read_bytes().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(content)
    with pytest.raises(InputError):
        unpack(path, target, most_bytes=1_000_000)
    assert sum(file.stat().st_size for file in target.iterdir()) < 3_000_000


@pytest.mark.parametrize("content", [b"PK\x03\x04 no more", b"", b"plain text"])
def test_damaged_files_are_told(tmp_path, target, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be unpacked"):
        unpack(path, target)

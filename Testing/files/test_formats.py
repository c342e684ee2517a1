"""Endings, names and the first errors of a wrong path."""

from pathlib import Path

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.formats import ending_of, is_dicom_file, require_readable, stem_of


@pytest.mark.parametrize(
    ("name", "ending", "stem"),
    [
        ("A.NII.GZ", ".nii.gz", "A"),
        ("a.b.nii", ".nii", "a.b"),
        ("x.seg.nrrd", ".nrrd", "x"),
        ("IM0001", "", "IM0001"),
        ("p.TIFF", ".tiff", "p"),
    ],
)
def test_endings_and_stems(name, ending, stem):
    assert (ending_of(Path(name)), stem_of(Path(name))) == (ending, stem)


def test_a_missing_and_an_empty_file_are_told_apart(tmp_path):
    with pytest.raises(InputError, match="no file"):
        require_readable(tmp_path / "a.nii")
    (tmp_path / "a.nii").touch()
    with pytest.raises(InputError, match="is empty"):
        require_readable(tmp_path / "a.nii")


def test_dicom_is_recognised_by_its_first_bytes(tmp_path):
    path = tmp_path / "a"
    for content, expected in ((bytes(128) + b"DICM", True), (bytes(132), False), (b"\x08\x00", False), (b"", False)):
        path.write_bytes(content)
        assert is_dicom_file(path) is expected

"""Text headers of NRRD files."""

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.nrrd_header import read_nrrd_header

START = "NRRD0004\n# comment: nothing\ntype: uchar\ndimension: 3\nsizes: 2 2 2\nencoding: raw\n"


def header(tmp_path, text):
    path = tmp_path / "a.nrrd"
    path.write_bytes(text.encode("utf-8") + b"\n" + bytes(8) + b"fake:=pair\n")
    return read_nrrd_header(path)


def test_fields_and_pairs_are_told_apart_and_voxels_are_not_read_as_text(tmp_path):
    result = header(tmp_path, START + "Segment0_Name:=Lésion: left\nnote:=a\\nb \\\\n\n")
    assert result.fields["type"] == "uchar" and "# comment" not in result.fields
    assert result.metadata == {"Segment0_Name": "Lésion: left", "note": "a\nb \\n"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", False),
        ("space directions: (1,0,0) (0,2,0) (0,0,3)", True),
        ("space directions: none (1,0,0) (0,2,0) (0,0,3)", True),
        ("space directions: (0,0,0) (0,2,0) (0,0,3)", False),
        ("space directions: (nan,0,0) (0,2,0) (0,0,3)", False),
        ("spacings: 1 1 2.5", True),
        ("spacings: nan nan nan", False),
    ],
)
def test_spacing_is_known_only_when_the_header_says_it(tmp_path, line, expected):
    assert header(tmp_path, START + line + "\n").has_spacing is expected


def test_list_axes_are_recognised(tmp_path):
    assert header(tmp_path, START + "kinds: list domain domain\n").is_list
    assert not header(tmp_path, START + "kinds: RGB-color domain domain\n").is_list


def test_another_kind_of_file_is_an_input_error(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(b"GIF89a")
    with pytest.raises(InputError, match="cannot be read as NRRD"):
        read_nrrd_header(path)

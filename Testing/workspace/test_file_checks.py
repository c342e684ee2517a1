"""Files are looked at before they are read: kind, size and the other files that they name."""

import gzip
import struct

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import DeflatedExplicitVRLittleEndian

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files import dicom_headers
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.workspace import file_checks
from SAMSegmenterLib.workspace.file_checks import check_named_files, check_size, check_sizes, check_start
from support.dicom_files import base, save, write_series


def nowhere(_path):
    return False


@pytest.mark.parametrize("name", ["a.nrrd", "a.nii.gz", "a.png", "a.jpg", "a.tif", "a.bmp", "a.zip"])
def test_a_file_that_does_not_begin_as_its_ending_says_is_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"<html>not an image</html>")
    with pytest.raises(InputError, match="does not begin as such files do"):
        check_start(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="is empty"):
        check_start(path)


@pytest.mark.parametrize("name", ["a.nrrd", "a.nii.gz", "a.nii", "a.mha"])
def test_images_of_ours_pass_and_larger_ones_than_allowed_do_not(tmp_path, name):
    path = tmp_path / name
    write_labels(path, np.ones((4, 5, 6), np.uint8), np.eye(4))
    check_start(path)
    check_named_files(path, nowhere)
    check_size(path)
    check_size(path, 1000)
    with pytest.raises(InputError, match="at most 0 GB are read"):
        check_size(path, 119)


def test_a_small_packed_file_that_would_unpack_to_a_huge_image_is_refused(tmp_path):
    bomb = tmp_path / "bomb.nrrd"
    bomb.write_bytes(b"NRRD0004\ntype: double\ndimension: 3\nsizes: 9000 9000 9000\nencoding: gzip\n\n")
    with pytest.raises(InputError, match=r"5431\.\d GB"):
        check_size(bomb)
    header = bytearray(348)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, 30000, 30000, 30000, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 16, 32)
    struct.pack_into("<f", header, 108, 352.0)
    header[344:348] = b"n+1\0"
    nifti = tmp_path / "bomb.nii.gz"
    nifti.write_bytes(gzip.compress(bytes(header) + bytes(100)))
    with pytest.raises(InputError, match="at most 4 GB"):
        check_size(nifti)


def test_the_size_counts_that_the_image_reader_finds(tmp_path):
    nrrd = tmp_path / "a.nrrd"
    start = b"NRRD0004\ntype: uchar\ndimension: 3\nsizes: 60 50 40\nencoding: raw\n"
    nrrd.write_bytes(start + b"content: a\x0csizes: 1 1 1\n\n" + bytes(120_000))
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, 60, 50, 40, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 64, 0)  # double, of 0 bits
    struct.pack_into("<f", header, 108, 352.0)
    header[344:348] = b"n+1\0"
    nifti = tmp_path / "a.nii"
    nifti.write_bytes(bytes(header) + bytes(960_000))
    meta = tmp_path / "a.mha"
    meta.write_bytes(
        b"NDims = 3\nDimSize = 60 50 40\nElementType = MET_STRANGE\nElementDataFile = LOCAL\n" + bytes(120_000)
    )
    for path, size in ((nrrd, 120_000), (nifti, 960_000)):
        with pytest.raises(InputError, match="at most"):
            check_size(path, size - 1)
    with pytest.raises(InputError, match="cannot be read"):
        check_size(meta)


def test_pages_of_a_picture_are_counted_together(tmp_path):
    path = tmp_path / "pages.tif"
    page = Image.new("L", (300, 200))
    page.save(path, save_all=True, append_images=[page] * 4, compression="tiff_deflate")
    assert path.stat().st_size < 20_000
    check_size(path, 300_000)
    with pytest.raises(InputError, match="at most 0 GB"):
        check_size(path, 299_999)
    flat = tmp_path / "flat.png"
    Image.new("RGB", (100, 100)).save(flat)
    check_size(flat, 30_000)
    with pytest.raises(InputError, match="at most 0 GB"):
        check_size(flat, 29_999)


def test_dicom_files_are_counted_together(tmp_path):
    write_series(tmp_path, np.zeros((3, 8, 8)))
    paths = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    check_sizes(paths, 3 * 8 * 8 * 2)
    with pytest.raises(InputError, match="together"):
        check_sizes(paths, 3 * 8 * 8 * 2 - 1)


def test_a_dicom_file_that_is_packed_as_a_whole_is_not_unpacked_to_any_size(tmp_path, monkeypatch):
    dataset = base("1.2.3", 1, 8, 8)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = save(dataset, tmp_path / "a.dcm", np.zeros((8, 8)))
    check_size(path)
    monkeypatch.setattr(file_checks, "MOST_BYTES", 100_000)
    monkeypatch.setattr(dicom_headers, "read_header", lambda _path: pytest.fail("it was unpacked"))
    with pytest.raises(InputError, match="at most 0 GB"):
        check_size(path, 100_000)


@pytest.mark.parametrize("sizes", ["-4 5 6", "4 five 6", ""])
def test_sizes_that_make_no_sense_are_refused(tmp_path, sizes):
    path = tmp_path / "a.nrrd"
    path.write_text(f"NRRD0004\ntype: uchar\ndimension: 3\nsizes: {sizes}\nencoding: raw\n\n", encoding="utf-8")
    with pytest.raises(InputError):
        check_size(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.nhdr", "NRRD0004\ntype: uchar\nsizes: 4 5 6\ndata file: /etc/passwd\n\n"),
        ("a.nrrd", "NRRD0004\ntype: uchar\nsizes: 4 5 6\ndatafile: ../secret.raw\n\n"),
        ("a.nhdr", "NRRD0004\ntype: uchar\nsizes: 4 5 6\ndata file: LIST\nbeside.raw\n\n"),
        ("a.mhd", "NDims = 3\nDimSize = 4 5 6\nElementType = MET_UCHAR\nElementDataFile = /etc/passwd\n"),
        ("a.mha", "NDims = 3\nDimSize = 4 5 6\nElementType = MET_UCHAR\nElementDataFile = %03d.raw 1 6 1\n"),
    ],
)
def test_headers_cannot_have_other_files_read(tmp_path, name, text):
    (tmp_path / "beside.raw").write_bytes(bytes(120))
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="in other files"):
        check_named_files(path, lambda other: other.parent == tmp_path and other.exists())


_MHA = "ObjectType = Image\nNDims = 3\nDimSize = 6 5 4\nElementSpacing = 1 1 1\nElementType = MET_UCHAR\n"
_LONG = "# " + "x" * 1000 + "\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.mha", _MHA + "ElementDataFile: {secret}\nElementDataFile = LOCAL\n"),
        ("a.mha", _MHA + "  ElementDataFile = {secret}\nElementDataFile = LOCAL\n"),
        ("a.mha", _MHA + "Comment = a\rElementDataFile = {secret}\nElementDataFile = LOCAL\n"),
        ("a.mha", "NDims = 3 ElementDataFile = {secret}\nElementDataFile = LOCAL\n"),
        ("a.mha", _MHA + "DimSize = 1 1 1\nElementDataFile = LOCAL\n"),
        (
            "a.nrrd",
            "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 6 5 4\nspacings: 1 1 1\nencoding: raw\n"
            + _LONG * ((1 << 24) // len(_LONG) + 1)
            + "data file: {secret}\n\n",
        ),
    ],
    ids=["colon", "blanks", "carriage return", "in a value", "twice", "long"],
)
def test_a_header_that_the_image_reader_would_take_differently_is_refused(tmp_path, name, text):
    (tmp_path / "secret.raw").write_bytes(bytes(range(1, 121)))
    path = tmp_path / name
    path.write_bytes(text.format(secret=tmp_path / "secret.raw").encode() + bytes(120))
    with pytest.raises(InputError, match="cannot be read as"):
        check_named_files(path, nowhere)


def test_a_header_may_name_a_file_that_may_be_read(tmp_path):
    path = tmp_path / "a.mhd"
    path.write_text("NDims = 1\nElementDataFile = beside.raw\n", encoding="utf-8")
    asked = []
    check_named_files(path, lambda other: asked.append(other) is None)
    assert asked == [tmp_path / "beside.raw"]

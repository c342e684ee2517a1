"""The header of a MetaImage file tells what is missing before the reader prints its complaints."""

import zlib

import numpy as np
import pytest
import SimpleITK

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.meta_image_header import check_voxels, read_meta_image_header
from SAMSegmenterLib.files.volume_files import read_volume_file

VOXELS = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)


def written(path, compressed=False):
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(VOXELS), str(path), compressed)
    return path


def with_header(path, *lines, voxels=b""):
    path.write_bytes("".join(f"{line}\n" for line in lines).encode() + voxels)
    return path


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("ending", [".mha", ".mhd"])
def test_whole_files_pass(tmp_path, ending, compressed):
    path = written(tmp_path / f"a{ending}", compressed)
    header = read_meta_image_header(path)
    assert (header.has_spacing, header.voxel_bytes) == (True, VOXELS.nbytes)
    check_voxels(path, header)
    assert np.array_equal(read_volume_file(path).frames[0], VOXELS)


def test_the_shortest_header_passes_and_knows_no_spacing(tmp_path):
    lines = ("NDims = 3", "DimSize = 6 5 4", "ElementType = MET_SHORT", "ElementDataFile = LOCAL")
    path = with_header(tmp_path / "a.mha", *lines, voxels=VOXELS.tobytes())
    assert not read_meta_image_header(path).has_spacing
    assert np.array_equal(read_volume_file(path).frames[0], VOXELS)


@pytest.mark.parametrize(
    ("ending", "compressed", "message"),
    [
        (".mha", False, "40 of the 240 bytes of its voxels are missing"),
        (".mhd", False, "40 of the 240 bytes of its voxels are missing"),
        (".mha", True, "compressed data are damaged or cut short"),
        (".mhd", True, "compressed data are damaged or cut short"),
    ],
)
def test_a_file_that_is_cut_short_is_told_in_one_sentence_and_nothing_is_printed(
    tmp_path, capfd, ending, compressed, message
):
    path = written(tmp_path / f"a{ending}", compressed)
    voxels = next((item for item in tmp_path.iterdir() if item != path), path)
    voxels.write_bytes(voxels.read_bytes()[:-40])
    with pytest.raises(InputError, match=message):
        read_volume_file(path)
    assert tuple(capfd.readouterr()) == ("", "")


def test_compressed_data_with_a_wrong_byte_are_found_without_a_word_on_the_terminal(tmp_path, capfd):
    path = written(tmp_path / "a.mha", compressed=True)
    content = bytearray(path.read_bytes())
    content[-12] ^= 255
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_volume_file(path)
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_missing_file_of_voxels_is_named(tmp_path, capfd):
    path = written(tmp_path / "a.mhd")
    (tmp_path / "a.raw").unlink()
    with pytest.raises(InputError, match=r"the file with its voxels, a\.raw, is not beside it"):
        read_volume_file(path)
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.parametrize(
    "lines",
    [
        ("DimSize = 9 9 9", "ElementType = MET_SHORT", "ElementDataFile = LIST"),
        ("DimSize = 9 9 9", "ElementType = MET_SHORT", "ElementDataFile = slice%03d.raw 1 9 1"),
        ("DimSize = 9 9 9", "ElementType = MET_SHORT", "BinaryData = False", "ElementDataFile = LOCAL"),
        ("DimSize = 9 9 9", "ElementType = MET_OTHER", "ElementDataFile = LOCAL"),
        ("DimSize = nine", "ElementType = MET_SHORT", "ElementDataFile = LOCAL"),
        ("ElementType = MET_SHORT", "ElementDataFile = LOCAL"),
    ],
)
def test_what_the_header_does_not_tell_is_left_to_the_reader(tmp_path, lines):
    path = with_header(tmp_path / "a.mha", *lines)
    assert check_voxels(path, read_meta_image_header(path)) is None


def test_gzip_frames_are_unpacked_too(tmp_path):
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    lines = ("DimSize = 6 5 4", "ElementType = MET_SHORT", "CompressedData = True", "ElementDataFile = LOCAL")
    packed = packer.compress(VOXELS.tobytes()) + packer.flush()
    path = with_header(tmp_path / "a.mha", *lines, voxels=packed)
    check_voxels(path, read_meta_image_header(path))


def test_a_file_without_the_last_line_of_a_header_is_none(tmp_path):
    with pytest.raises(InputError, match="cannot be read as MetaImage"):
        read_meta_image_header(with_header(tmp_path / "a.mha", "DimSize = 1 1 1"))

"""What NIfTI headers say about size and spacing, in both versions and byte orders."""

import gzip
import struct

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.nifti_header import check_voxels, read_nifti_header


def nifti1(sizes=(2, 3, 4), pixel_sizes=(1.0, 2.0, 3.0), sform=None, order="<"):
    data = bytearray(352)
    struct.pack_into(f"{order}i", data, 0, 348)
    struct.pack_into(f"{order}8h", data, 40, len(sizes), *sizes, *[1] * (7 - len(sizes)))
    struct.pack_into(f"{order}2h", data, 70, 4, 16)
    struct.pack_into(f"{order}8f", data, 76, 1, *pixel_sizes, 0, 0, 0, 0)
    struct.pack_into(f"{order}f", data, 108, 352)
    if sform is not None:
        struct.pack_into(f"{order}h", data, 254, 1)
        struct.pack_into(f"{order}12f", data, 280, *np.ravel(sform))
    data[344:348] = b"n+1\0"
    return bytes(data) + bytes(2 * int(np.prod(sizes)))


def nifti2(sizes=(2, 3, 4)):
    data = bytearray(544)
    struct.pack_into("<i", data, 0, 540)
    struct.pack_into("<2h", data, 12, 4, 16)
    struct.pack_into("<8q", data, 16, len(sizes), *sizes, *[1] * (7 - len(sizes)))
    struct.pack_into("<8d", data, 104, 1, 0.5, 0.5, 2, 0, 0, 0, 0)
    struct.pack_into("<q", data, 168, 544)
    return bytes(data) + bytes(2 * int(np.prod(sizes)))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("packed", [False, True])
def test_size_and_spacing_are_read(tmp_path, order, packed):
    path = tmp_path / "a.nii.gz"
    data = nifti1(order=order)
    path.write_bytes(gzip.compress(data) if packed else data)
    header = read_nifti_header(path)
    assert (header.dimensions, header.bytes_needed, header.pixel_sizes) == ((2, 3, 4), 352 + 48, (1, 2, 3))
    assert header.has_spacing and header.sform is None
    assert len(check_voxels(path, header)) == 0


def test_version_two_is_read(tmp_path):
    path = tmp_path / "a.nii"
    path.write_bytes(nifti2())
    header = read_nifti_header(path)
    assert (header.dimensions, header.bytes_needed, header.pixel_sizes) == ((2, 3, 4), 544 + 48, (0.5, 0.5, 2))


def test_sizes_of_zero_mean_that_the_spacing_is_unknown_unless_there_is_a_matrix(tmp_path):
    path = tmp_path / "a.nii"
    path.write_bytes(nifti1(pixel_sizes=(0, 0, 0)))
    assert not read_nifti_header(path).has_spacing
    sform = [[-1, 0, 0, 5], [0, 2, 0, 6], [0, 0, 3, 7]]
    path.write_bytes(nifti1(pixel_sizes=(0, 0, 0), sform=sform))
    header = read_nifti_header(path)
    assert header.has_spacing and np.array_equal(header.sform[:3], sform)


@pytest.mark.parametrize("cut", [1, 30])
def test_missing_voxels_are_noticed(tmp_path, cut):
    path = tmp_path / "a.nii"
    path.write_bytes(nifti1()[:-cut])
    with pytest.raises(InputError, match=f"{cut} of its 400 bytes are missing"):
        check_voxels(path, read_nifti_header(path))


def test_damaged_compression_is_noticed(tmp_path):
    path = tmp_path / "a.nii.gz"
    path.write_bytes(gzip.compress(nifti1(sizes=(50, 50, 50)) + np.random.default_rng(0).bytes(5000))[:-700])
    with pytest.raises(InputError, match="damaged or cut short"):
        check_voxels(path, read_nifti_header(path))


@pytest.mark.parametrize("content", [b"x", b"not NIfTI at all" * 40, bytes(400)])
def test_another_kind_of_file_is_an_input_error(tmp_path, content):
    path = tmp_path / "a.nii"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as NIfTI"):
        read_nifti_header(path)


@pytest.mark.parametrize(("code", "dtype"), [(16, "<f4"), (64, "<f8")])
def test_voxels_that_are_not_finite_are_found(tmp_path, code, dtype):
    data = bytearray(nifti1()[:352])
    struct.pack_into("<2h", data, 70, code, 8 * np.dtype(dtype).itemsize)
    voxels = np.arange(24, dtype=dtype)
    voxels[[3, 20]] = np.nan, -np.inf
    path = tmp_path / "a.nii"
    path.write_bytes(bytes(data) + voxels.tobytes() + voxels[3:4].tobytes())  # the last lies behind the image
    assert check_voxels(path, read_nifti_header(path)).tolist() == [3, 20]

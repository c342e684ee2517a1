"""NRRD, NIfTI and MetaImage files: voxels, place, frames, and damage that is told in one sentence."""

import struct

import numpy as np
import pytest
import SimpleITK

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.volume_files import read_volume_file
from support.phantoms import oblique_matrix

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def itk_image(array, ijk_to_ras=None, is_vector=False):
    image = SimpleITK.GetImageFromArray(array, isVector=is_vector)
    lps = RAS_TO_LPS @ (np.eye(4) if ijk_to_ras is None else ijk_to_ras)
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(lps[:3, 3].tolist())
    image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    return image


def ramp(dtype=np.int16):
    return np.arange(5 * 6 * 7).reshape(5, 6, 7).astype(dtype)


@pytest.mark.parametrize("ending", [".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd"])
def test_voxels_and_an_oblique_place_survive(tmp_path, ending):
    matrix = oblique_matrix(spacing_kji=(3.0, 1.0, 0.5))
    path = tmp_path / f"a{ending}"
    SimpleITK.WriteImage(itk_image(ramp(), matrix), str(path))
    stored = read_volume_file(path)
    assert np.array_equal(stored.frames[0], ramp()) and stored.frames[0].dtype == np.int16
    assert np.allclose(stored.ijk_to_ras, matrix, atol=2e-5)
    assert (stored.has_spacing, stored.name, stored.notes) == (True, "a", ())


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.float32, np.float64, np.int64])
def test_the_number_type_is_kept(tmp_path, dtype):
    path = tmp_path / "a.nrrd"
    SimpleITK.WriteImage(itk_image(ramp(dtype)), str(path))
    (array,) = read_volume_file(path).frames
    assert array.dtype == dtype and np.array_equal(array, ramp(dtype))


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha"])
def test_each_volume_of_a_4d_file_is_a_frame(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    series = SimpleITK.JoinSeries([itk_image(ramp() + t) for t in range(3)])
    SimpleITK.WriteImage(series, str(path))
    stored = read_volume_file(path)
    assert len(stored.frames) == 3 and all(np.array_equal(frame, ramp() + t) for t, frame in enumerate(stored.frames))
    assert stored.notes == ("The file holds 3 volumes; each is a frame of its own.",)


def write_list_axis(path, kinds, array, sizes):
    header = f"NRRD0004\ntype: short\ndimension: 4\nspace: left-posterior-superior\nsizes: {sizes}\n"
    directions = (
        "none (1,0,0) (0,1,0) (0,0,2)" if kinds.startswith(("list", "vector")) else "(1,0,0) (0,1,0) (0,0,2) none"
    )
    header += f"space directions: {directions}\nkinds: {kinds}\nendian: little\nencoding: raw\n\n"
    path.write_bytes(header.encode() + array.astype("<i2").tobytes())


def test_a_list_axis_before_or_after_the_others_gives_frames(tmp_path):
    volumes = np.stack([ramp(), ramp() + 100])
    write_list_axis(tmp_path / "first.nrrd", "list domain domain domain", np.moveaxis(volumes, 0, -1), "2 7 6 5")
    write_list_axis(tmp_path / "last.nrrd", "domain domain domain list", volumes, "7 6 5 2")
    for name in ("first.nrrd", "last.nrrd"):
        stored = read_volume_file(tmp_path / name)
        assert len(stored.frames) == 2
        assert np.array_equal(stored.frames[1], volumes[1])
        assert np.allclose(stored.ijk_to_ras, np.diag([-1, -1, 2, 1]))


def test_vectors_of_many_components_give_frames(tmp_path):
    path = tmp_path / "a.nii.gz"
    SimpleITK.WriteImage(SimpleITK.Compose([itk_image(ramp() + t) for t in range(5)]), str(path))
    stored = read_volume_file(path)
    assert len(stored.frames) == 5 and np.array_equal(stored.frames[4], ramp() + 4)


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha"])
def test_colour_stays_colour(tmp_path, ending):
    rgb = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3)).astype(np.uint8)
    path = tmp_path / f"a{ending}"
    SimpleITK.WriteImage(itk_image(rgb, is_vector=True), str(path))
    (array,) = read_volume_file(path).frames
    assert array.shape == (2, 4, 5, 3) and np.array_equal(array, rgb)


def test_a_2d_file_is_a_volume_of_one_slice(tmp_path):
    image = SimpleITK.GetImageFromArray(ramp()[0])
    image.SetSpacing((0.5, 0.25))
    SimpleITK.WriteImage(image, str(tmp_path / "a.mha"))
    stored = read_volume_file(tmp_path / "a.mha")
    assert stored.frames[0].shape == (1, 6, 7)
    assert np.allclose(stored.ijk_to_ras, np.diag([-0.5, -0.25, 1, 1]))


def test_files_without_spacing_say_so(tmp_path):
    voxels = ramp().tobytes()
    nrrd = b"NRRD0004\ntype: short\ndimension: 3\nsizes: 7 6 5\nendian: little\nencoding: raw\n\n"
    (tmp_path / "a.nrrd").write_bytes(nrrd + voxels)
    meta = "ObjectType = Image\nNDims = 3\nDimSize = 7 6 5\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
    (tmp_path / "a.mha").write_bytes(meta.encode() + voxels)
    for name in ("a.nrrd", "a.mha"):
        stored = read_volume_file(tmp_path / name)
        assert not stored.has_spacing and np.array_equal(stored.frames[0], ramp())


def test_slanted_axes_of_nifti_are_kept_exactly(tmp_path):
    path = tmp_path / "a.nii"
    SimpleITK.WriteImage(itk_image(ramp()), str(path))
    data = bytearray(path.read_bytes())
    sform = [[1, 0, 0.5, 3], [0, 1, 0, 4], [0, 0, 2, 5]]
    struct.pack_into("<2h", data, 252, 0, 1)
    struct.pack_into("<12f", data, 280, *np.ravel(sform))
    path.write_bytes(data)
    stored = read_volume_file(path)
    assert np.array_equal(stored.ijk_to_ras[:3], sform) and np.array_equal(stored.frames[0], ramp())
    assert "not at right angles" in stored.notes[0]


@pytest.mark.parametrize("ending", [".nrrd", ".nii", ".nii.gz", ".mha"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_cut_short_is_one_sentence_and_a_hint(tmp_path, ending, packed):
    path = tmp_path / f"a{ending}"
    SimpleITK.WriteImage(
        itk_image(np.random.default_rng(0).integers(0, 999, (5, 6, 7))), str(path), useCompression=packed
    )
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.8)])
    with pytest.raises(InputError) as caught:
        read_volume_file(path)
    assert path.name in caught.value.message and "\n" not in str(caught.value)
    assert "ITK" not in str(caught.value) and caught.value.hint


@pytest.mark.parametrize("ending", [".nrrd", ".nii", ".nii.gz", ".mha", ".mhd", ".nhdr"])
def test_text_under_an_image_ending_is_an_input_error(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.write_text("a letter to a friend\n" * 100, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as"):
        read_volume_file(path)


@pytest.mark.parametrize("ending", [".nhdr", ".mhd"])
def test_a_header_without_its_voxel_file_says_what_is_missing(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    SimpleITK.WriteImage(itk_image(ramp()), str(path))
    next(item for item in tmp_path.iterdir() if item != path).unlink()
    with pytest.raises(InputError, match="not beside it"):
        read_volume_file(path)


def test_complex_numbers_are_refused(tmp_path):
    path = tmp_path / "a.nii"
    SimpleITK.WriteImage(itk_image(ramp().astype(np.complex64)), str(path))
    with pytest.raises(InputError, match="complex"):
        read_volume_file(path)


@pytest.mark.parametrize("components", [1, 2])
def test_nan_in_any_frame_of_nifti_stays_where_it_is(tmp_path, components):
    first, second = ramp(np.float32), ramp(np.float32) + 1000
    second[4, 0, 2] = np.nan
    images = [itk_image(first), itk_image(second)]
    image = SimpleITK.JoinSeries(images) if components == 1 else SimpleITK.Compose(images)
    SimpleITK.WriteImage(image, str(tmp_path / "a.nii.gz"))
    frames = read_volume_file(tmp_path / "a.nii.gz").frames
    assert np.array_equal(frames[0], first) and np.array_equal(frames[1], second, equal_nan=True)

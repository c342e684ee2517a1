"""Images come with trusted values, their frames, and notes."""

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.images import read_image


def written(path, array, is_vector=False):
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array, isVector=is_vector), str(path))
    return path


def values(dtype=np.float64):
    return np.random.default_rng(0).random((3, 4, 5)).astype(dtype)


def test_doubles_become_floats_when_nothing_is_lost(tmp_path):
    (frame,) = read_image(written(tmp_path / "a.nrrd", values() * 100)).frames
    assert frame.array.dtype == np.float32 and np.allclose(frame.array, values() * 100)


@pytest.mark.parametrize("array", [1e9 + values(), values() * 1e300])
def test_doubles_stay_where_floats_would_lose_the_values(tmp_path, array):
    (frame,) = read_image(written(tmp_path / "a.nrrd", array)).frames
    assert frame.array.dtype == np.float64 and np.array_equal(frame.array, array)


def test_nan_is_an_error_that_names_the_way_out(tmp_path):
    array = values(np.float32)
    array[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="1 of 60 voxels") as caught:
        read_image(written(tmp_path / "a.nii.gz", array))
    assert "--nan-as-background" in caught.value.hint


def test_nan_becomes_background_with_a_note_when_asked_for(tmp_path):
    array = values(np.float32)
    array[0, 0, 0] = np.nan
    image = read_image(written(tmp_path / "a.nii.gz", array), nan_as_background=True)
    assert image.frames[0].array[0, 0, 0] == np.nanmin(array)
    assert any(note.startswith("1 of 60 voxels") for note in image.notes)


def test_nothing_but_nan_and_infinity_is_an_error(tmp_path):
    array = np.full((2, 3, 4), np.nan, np.float32)
    array[0] = np.inf
    with pytest.raises(InputError, match="NaN or infinite"):
        read_image(written(tmp_path / "a.nii.gz", array))


def test_a_constant_volume_and_one_slice_are_read(tmp_path):
    image = read_image(written(tmp_path / "a.nrrd", np.zeros((1, 4, 5), np.uint8)))
    assert image.frames[0].shape_kji == (1, 4, 5)
    assert image.notes == ("The volume is constant: all voxels are 0.",)


def test_alpha_of_volumes_is_dropped(tmp_path):
    rgba = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 4)).astype(np.uint8)
    image = read_image(written(tmp_path / "a.nrrd", rgba, is_vector=True))
    assert np.array_equal(image.frames[0].array, rgba[..., :3])
    assert any("alpha" in note for note in image.notes)


def test_a_picture_has_no_spacing_and_says_so(tmp_path):
    Image.fromarray(np.arange(12, dtype=np.uint8).reshape(3, 4)).save(tmp_path / "a.png")
    image = read_image(tmp_path / "a.png")
    assert not image.frames[0].has_spacing and image.frames[0].name == "a"
    assert any("figures in mm are undefined" in note for note in image.notes)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.nii.gz", None, "no file"),
        ("empty.png", b"", "is empty"),
        ("a.docx", b"PK", r"end in \.docx are not supported"),
        ("noending", b"abc" * 100, "not DICOM"),
        ("a.dcm", b"abc" * 100, "cannot be read as DICOM"),
    ],
)
def test_wrong_paths_are_input_errors_with_a_hint(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_image(tmp_path / name)
    assert caught.value.hint


@pytest.mark.parametrize("case", ["msd_hippocampus/hippocampus_096", "wbc_tecom/161"])
def test_real_images_are_read_with_their_reference(real_case, case):
    found = real_case(case)
    image = read_image(found.image)
    assert len(image.frames) == 1 and image.frames[0].array.std() > 0

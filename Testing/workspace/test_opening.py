"""What is opened is looked at first; oddities are told in words."""

import zipfile

import numpy as np
import pytest
import SimpleITK

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.workspace.opening import open_labels, open_volume, sample
from support.dicom_files import write_series
from support.phantoms import two_boxes_volume


def nowhere(_path):
    return False


@pytest.fixture
def a_case(tmp_path):
    """Volume, its labels, and their paths."""
    volume, labels = two_boxes_volume()
    write_labels(tmp_path / "ct.nrrd", volume.array, volume.ijk_to_ras)
    write_labels(tmp_path / "boxes.seg.nrrd", labels)
    return volume, labels, tmp_path / "ct.nrrd", tmp_path / "boxes.seg.nrrd"


def test_a_volume_and_its_labels_are_read(a_case):
    volume, labels, image, file = a_case
    opened = open_volume(image, nowhere)
    assert np.array_equal(opened.volume.array, volume.array) and opened.volume.name == "ct"
    read = open_labels(file, nowhere, opened.volume)
    assert [one.name for one in read.structures] == [one.name for one in labels.structures]
    assert np.array_equal(read.layers[0] != 0, labels.layers[0] != 0)


def test_of_a_4d_file_a_volume_must_be_chosen(tmp_path):
    path = tmp_path / "time.nii.gz"
    frames = np.stack([np.full((3, 4, 5), n, np.int16) for n in range(3)])
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(frames, isVector=False), str(path))
    with pytest.raises(InputError, match=r"holds 3 volumes.*1 to 3"):
        open_volume(path, nowhere)
    with pytest.raises(InputError, match="no volume 4"):
        open_volume(path, nowhere, frame=4)
    assert (open_volume(path, nowhere, frame=2).volume.array == 1).all()


def test_a_zip_file_of_a_dicom_series_is_read(tmp_path):
    folder = tmp_path / "series"
    folder.mkdir()
    write_series(folder, np.arange(4 * 8 * 8).reshape(4, 8, 8))
    packed = tmp_path / "series.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for item in sorted(folder.rglob("*")):
            if item.is_file():
                file.write(item, f"study/{item.name}")
    direct, unpacked = open_volume(folder, nowhere).volume, open_volume(packed, nowhere).volume
    assert np.array_equal(direct.array, unpacked.array)
    assert np.allclose(direct.ijk_to_ras, unpacked.ijk_to_ras)


@pytest.mark.parametrize("name", ["ct.nrrd", "ct.nii.gz", "ct.mha", "ct.png", "ct.zip", "ct.exe", "ct.dcm"])
def test_broken_files_are_told(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\x00broken" * 50)
    with pytest.raises(InputError) as caught:
        open_volume(path, nowhere)
    assert caught.value.message and caught.value.hint


def test_files_that_an_upload_names_are_not_read(tmp_path):
    (tmp_path / "secret.raw").write_bytes(bytes(120))
    path = tmp_path / "a.mhd"
    text = "NDims = 3\nDimSize = 6 5 4\nElementType = MET_UCHAR\nElementSpacing = 1 1 1\nElementDataFile = secret.raw\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="may not be read"):
        open_volume(path, nowhere)
    assert open_volume(path, lambda other: other.name == "secret.raw").volume.shape_kji == (4, 5, 6)


def test_structures_are_not_read_from_zip_files(a_case, tmp_path):
    volume, _labels, _image, file = a_case
    packed = tmp_path / "labels.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(file)
    with pytest.raises(InputError, match="not read from zip"):
        open_labels(packed, nowhere, volume)


def test_the_sample_is_a_volume():
    assert min(sample().shape_kji) > 10

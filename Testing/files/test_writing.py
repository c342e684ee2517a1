"""Labels are written in all formats, and a refused write leaves nothing."""

import errno
import os

import numpy as np
import pytest
import SimpleITK

from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.files import writing
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.files.writing import check_label_format, write_labels
from support.phantoms import oblique_matrix

ENDINGS = [".nii.gz", ".nii", ".nrrd", ".seg.nrrd", ".mha"]


def labels():
    array = np.zeros((4, 5, 6), np.int64)
    array[1:3, 1:4, 2:5], array[3, 0, 0] = 2, 300
    return array


def overlapping():
    first, second = np.zeros((4, 5, 6), np.uint8), np.zeros((4, 5, 6), np.uint8)
    first[1:3], second[2:4] = 1, 7
    return Segmentation((first, second), np.eye(4), (Structure(1, "a", 0, 1), Structure(7, "b", 1, 7)))


@pytest.mark.parametrize("ending", ENDINGS)
def test_labels_and_place_survive(tmp_path, ending):
    matrix = oblique_matrix(spacing_kji=(3, 1, 0.5))
    write_labels(tmp_path / f"a{ending}", labels(), matrix, {2: "Leber rechts"})
    read = read_labels(tmp_path / f"a{ending}")
    assert np.array_equal(read.layers[0], labels()) and np.allclose(read.ijk_to_ras, matrix, atol=1e-4)
    names = ["Leber rechts" if "nrrd" in ending else "label 2", "label 300"]
    assert [(s.value, s.name) for s in read.structures] == [(2, names[0]), (300, names[1])]
    assert [path.name for path in tmp_path.iterdir()] == [f"a{ending}"]


def test_structures_that_overlap_survive_in_seg_nrrd(tmp_path):
    write_labels(tmp_path / "a.seg.nrrd", overlapping())
    read = read_labels(tmp_path / "a.seg.nrrd")
    assert read.structures == overlapping().structures
    assert all(np.array_equal(a, b) for a, b in zip(read.layers, overlapping().layers, strict=True))


def test_formats_without_layers_refuse_overlap_and_write_nothing(tmp_path):
    with pytest.raises(InputError, match="overlap"):
        write_labels(tmp_path / "a.nii.gz", overlapping())
    assert list(tmp_path.iterdir()) == []


def test_slanted_axes_are_refused_where_they_cannot_be_kept(tmp_path):
    slanted = np.array([[1, 0, 0.3, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1.0]])
    with pytest.raises(InputError, match="right angles"):
        write_labels(tmp_path / "a.nii.gz", labels(), slanted)
    write_labels(tmp_path / "a.seg.nrrd", labels(), slanted)
    assert np.allclose(read_labels(tmp_path / "a.seg.nrrd").ijk_to_ras, slanted)


def test_labels_of_pictures_keep_that_they_have_no_spacing(tmp_path):
    write_labels(tmp_path / "a.seg.nrrd", labels())
    assert not read_labels(tmp_path / "a.seg.nrrd").has_spacing


@pytest.mark.parametrize("array", [labels() - 1, labels() * 0.5, labels()[0]])
def test_arrays_that_are_no_labels_are_refused(tmp_path, array):
    with pytest.raises(InputError, match="whole numbers from 0"):
        write_labels(tmp_path / "a.nrrd", array)


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"a\.png"):
        write_labels(tmp_path / "a.png", labels())


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_missing_folder_is_a_store_error(tmp_path, ending):
    with pytest.raises(StoreError):
        write_labels(tmp_path / "none" / f"a{ending}", labels())


def test_a_full_disk_leaves_the_old_nrrd_file(tmp_path, monkeypatch):
    path = tmp_path / "a.seg.nrrd"
    write_labels(path, labels())
    before = path.read_bytes()

    def full(array):
        yield b"begin"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("SAMSegmenterLib.files.nrrd_writing._compressed", full)
    with pytest.raises(StoreError) as caught:
        write_labels(path, labels() * 2)
    assert "free some space" in caught.value.hint
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_a_nifti_file_that_itk_could_not_finish_does_not_appear(tmp_path, monkeypatch):
    def half(image, name, useCompression):
        SimpleITK.ImageFileWriter().Execute(image * 0, name, useCompression, -1)

    monkeypatch.setattr(writing.SimpleITK, "WriteImage", half)
    with pytest.raises(StoreError, match="could not be written"):
        write_labels(tmp_path / "a.nii.gz", labels())
    assert list(tmp_path.iterdir()) == []


def test_a_format_is_checked_before_there_are_labels(tmp_path):
    slanted = np.eye(4)
    slanted[0, 1] = 0.5
    for name in ("x.seg.nrrd", "x.NRRD"):
        check_label_format(tmp_path / name, slanted, overlapping=True)
    check_label_format(tmp_path / "x.nii.gz", oblique_matrix())
    with pytest.raises(InputError, match="right angles"):
        check_label_format(tmp_path / "x.nii.gz", slanted)
    with pytest.raises(InputError, match="overlap"):
        check_label_format(tmp_path / "x.mha", overlapping=True)
    with pytest.raises(InputError, match="cannot be written"):
        check_label_format(tmp_path / "x.png")

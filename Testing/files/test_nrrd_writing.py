"""NRRD files that SimpleITK reads back exactly."""

import numpy as np
import pytest
import SimpleITK

from SAMSegmenterLib.files.nrrd_header import read_nrrd_header
from SAMSegmenterLib.files.nrrd_writing import write_nrrd
from SAMSegmenterLib.files.volume_files import read_volume_file
from support.phantoms import oblique_matrix


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32])
def test_voxels_and_matrix_survive(tmp_path, dtype):
    array = np.random.default_rng(0).integers(0, 200, (4, 5, 6)).astype(dtype)
    matrix = oblique_matrix(spacing_kji=(3, 1, 0.5))
    write_nrrd(tmp_path / "a.nrrd", array, matrix, {})
    stored = read_volume_file(tmp_path / "a.nrrd")
    assert stored.frames[0].dtype == dtype and np.array_equal(stored.frames[0], array)
    assert np.allclose(stored.ijk_to_ras, matrix, atol=1e-12)
    assert SimpleITK.ReadImage(str(tmp_path / "a.nrrd")).GetSize() == (6, 5, 4)


def test_a_slanted_matrix_survives(tmp_path):
    matrix = np.array([[1, 0, 0.3, 5], [0, 1, 0, 6], [0, 0, 2, 7], [0, 0, 0, 1.0]])
    write_nrrd(tmp_path / "a.nrrd", np.zeros((2, 3, 4), np.uint8), matrix, {})
    assert np.allclose(read_volume_file(tmp_path / "a.nrrd").ijk_to_ras, matrix)


def test_layers_come_back_as_frames(tmp_path):
    layers = np.random.default_rng(0).integers(0, 9, (4, 5, 6, 3)).astype(np.uint8)
    write_nrrd(tmp_path / "a.nrrd", layers, np.eye(4), {})
    frames = read_volume_file(tmp_path / "a.nrrd").frames
    assert len(frames) == 3 and all(np.array_equal(frames[n], layers[..., n]) for n in range(3))


def test_text_survives_whatever_it_holds(tmp_path):
    text = {"Segment0_Name": "Läsion: links\n2 \\ x := y"}
    write_nrrd(tmp_path / "a.nrrd", np.zeros((1, 1, 1), np.uint8), None, text)
    header = read_nrrd_header(tmp_path / "a.nrrd")
    assert header.metadata == text and not header.has_spacing


def test_equal_data_give_equal_files(tmp_path):
    for name in ("a.nrrd", "b.nrrd"):
        write_nrrd(tmp_path / name, np.ones((3, 3, 3), np.uint8), np.eye(4), {"a": "b"})
    assert (tmp_path / "a.nrrd").read_bytes() == (tmp_path / "b.nrrd").read_bytes()

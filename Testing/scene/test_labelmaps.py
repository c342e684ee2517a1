from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.scene.labelmaps import aligned_offset, labelmap_from_vtk, labelmap_to_vtk, paste_shifted
from support.phantoms import matrix, oblique_matrix

pytest.importorskip("slicer")


def _an_array():
    array = np.zeros((4, 5, 6), np.uint8)
    array[1, 2, 3], array[2, 4, 5] = 1, 2
    return array


def test_a_labelmap_is_cropped_and_keeps_its_place():
    there = labelmap_to_vtk(_an_array(), oblique_matrix((2, 1, 3)))
    assert there.GetExtent() == (3, 5, 2, 4, 1, 2)
    back = labelmap_from_vtk(there, np.eye(4))
    assert np.array_equal(back.array, _an_array()[1:3, 2:5, 3:6])
    first_voxel = oblique_matrix((2, 1, 3)) @ [3, 2, 1, 1]
    assert np.allclose(back.ijk_to_ras[:, 3], first_voxel)


def test_an_array_without_a_label_keeps_one_voxel():
    there = labelmap_to_vtk(np.zeros((2, 2, 2), np.uint8), np.eye(4))
    assert there.GetExtent() == (0, 0, 0, 0, 0, 0)
    assert labelmap_from_vtk(there, np.eye(4)).array.tolist() == [[[0]]]


def test_an_image_without_voxels_is_an_empty_array():
    import slicer

    assert labelmap_from_vtk(slicer.vtkOrientedImageData(), np.eye(4)).array.shape == (0, 0, 0)


def test_the_offset_is_counted_in_voxels_of_the_target():
    moved = matrix((2, 1, 3), (6, -1, 4))  # 2 voxels along i, -1 along j, 2 along k
    assert aligned_offset(moved, matrix((2, 1, 3)), (5, 5, 5)) == (2, -1, 2)


def test_half_a_voxel_off_or_turned_is_not_aligned():
    assert aligned_offset(matrix(origin_ras=(0.5, 0, 0)), matrix(), (5, 5, 5)) is None
    assert aligned_offset(oblique_matrix(origin_ras=(0, 0, 0)), matrix(), (5, 5, 5)) is None
    assert aligned_offset(matrix((1.001, 1, 1)), matrix(), (50, 5, 5)) is None


def test_pasting_keeps_what_falls_inside():
    block = np.arange(1, 9).reshape(2, 2, 2)
    pasted = paste_shifted(block, (-1, 1, 2), (3, 3, 3))
    expected = np.zeros((3, 3, 3), int)
    expected[0, 1:3, 2] = block[1, :, 0]
    assert np.array_equal(pasted, expected)


def test_pasting_elsewhere_leaves_nothing():
    assert not paste_shifted(np.ones((2, 2, 2), np.uint8), (9, 0, 0), (3, 3, 3)).any()

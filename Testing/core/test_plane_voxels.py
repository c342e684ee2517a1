"""Voxels are found from pixels without a tie decided by rounding errors."""

import numpy as np
import pytest

from SAMSegmenterLib.core import plane_voxels
from SAMSegmenterLib.core.plane_voxels import SliceFrame, covered_voxels, nearest, tight_block

SLICE = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 4], [0, 0, 0, 1.0]])  # slice 4 along k


def test_the_nearest_whole_number_is_the_upper_one_on_equal_distance_and_close_to_it():
    assert nearest(np.array([0.5, 0.4999, 1.5, 2.5, -0.5, -0.5001, 0.49, -0.51])).tolist() == [1, 1, 2, 3, 0, 0, 0, -1]


def test_rounding_errors_of_a_matrix_change_nothing():
    frame = SliceFrame(SLICE, (8, 20, 20), lattice=True)
    half_as_fine = np.linalg.inv(SLICE) @ np.diag([0.5, 0.5, 0.5, 1])  # every second voxel lies on a border
    mask = np.random.default_rng(0).random((20, 20)) > 0.5
    expected = covered_voxels(mask, frame, half_as_fine, (0, 39, 0, 39, 0, 15))
    for seed in range(5):
        noise = np.random.default_rng(seed).normal(0, 1e-7, (4, 4)) * [[1], [1], [1], [0]]
        got = covered_voxels(mask, frame, half_as_fine + noise, (0, 39, 0, 39, 0, 15))
        assert got[0] == expected[0] and np.array_equal(got[1], expected[1])


def test_a_lattice_turned_by_a_trifle_gives_what_an_aligned_one_gives():
    frame = SliceFrame(SLICE, (8, 20, 20), lattice=True)
    angle = 1e-5  # too much for the aligned way, too little to move a voxel
    turn = np.eye(4)
    turn[0, :2], turn[1, :2] = (np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))
    mask = np.random.default_rng(1).random((20, 20)) > 0.5
    straight = covered_voxels(mask, frame, np.linalg.inv(SLICE), (0, 19, 0, 19, 0, 7))
    turned = covered_voxels(mask, frame, np.linalg.inv(SLICE) @ turn, (0, 19, 0, 19, 0, 7))
    assert turned[0] == straight[0] and np.array_equal(turned[1], straight[1])


@pytest.mark.parametrize("lattice", [True, False])
def test_half_a_voxel_of_a_slice_lies_within_reach_and_more_does_not(lattice):
    frame = SliceFrame(SLICE, (8, 20, 20), lattice)
    steps = np.array([0.0, 0.0, 1.0])
    assert frame.half(steps) == 0.5
    assert frame.near(np.array([-0.52, -0.5, 0.0, 0.48, 0.52]), steps).tolist() == [False, True, True, True, False]
    assert frame.near(np.array([0.5]), steps)[0] == (not lattice)  # the next slice's, where slices share nothing


def test_thickness_follows_the_voxels():
    steps = np.array([0.3, 0.4, 1.2])
    assert SliceFrame(SLICE, (8, 20, 20), True).half(steps) == pytest.approx(0.6)
    assert SliceFrame(SLICE, (8, 20, 20), True).half(steps / 4) == pytest.approx(0.5)
    assert SliceFrame(SLICE, (8, 20, 20), False).half(steps) == pytest.approx(0.95)


def test_a_block_is_cut_down_to_what_it_holds():
    block = np.zeros((4, 5, 6), np.uint8)
    block[1, 2, 3] = block[2, 2, 4] = 1
    extent, tight = tight_block(block, np.array([10, 20, 30]))
    assert extent == (13, 14, 22, 22, 31, 32)
    assert tight.tolist() == [[[1, 0]], [[0, 1]]]
    assert tight_block(np.zeros((2, 2, 2), np.uint8), np.zeros(3)) is None


def test_a_free_plane_through_many_columns_is_worked_on_in_parts(monkeypatch):
    monkeypatch.setattr("SAMSegmenterLib.core.plane_voxels._COLUMNS_AT_ONCE", 50)
    tilted = np.array([[0.9, 0.1, 0.4, 3], [-0.1, 1, 0.05, 3], [-0.4, 0, 0.9, 4], [0, 0, 0, 1.0]])
    frame = SliceFrame(tilted, (12, 20, 20), lattice=False)
    mask = np.random.default_rng(2).random((18, 18)) > 0.4
    in_parts = covered_voxels(mask, frame, np.linalg.inv(tilted), (0, 19, 0, 19, 0, 11))
    monkeypatch.undo()
    at_once = covered_voxels(mask, frame, np.linalg.inv(tilted), (0, 19, 0, 19, 0, 11))
    assert in_parts[0] == at_once[0] and np.array_equal(in_parts[1], at_once[1]) and at_once[1].sum() > 100


@pytest.mark.parametrize("rows", [[3], [2, 3, 4], [5, 3, 1], [0, 0, 7, 7], []])
@pytest.mark.parametrize("columns", [[1], [4, 5, 6, 7, 8], [8, 6], [2, 2, 3]])
@pytest.mark.parametrize("axes", [(0, 1), (1, 0), (1, 2), (2, 1), (0, 2)])
def test_whole_rows_and_columns_of_a_mask_are_picked_as_single_pixels_are(rows, columns, axes):
    mask = np.random.default_rng(0).random((8, 9)) < 0.5
    row, column = np.array(rows, np.int64), np.array(columns, np.int64)
    row = np.expand_dims(row, [axis for axis in range(3) if axis != axes[0]])
    column = np.expand_dims(column, [axis for axis in range(3) if axis != axes[1]])
    found = plane_voxels._picked(mask, row, column)
    assert np.array_equal(found, mask[row, column]) and not np.shares_memory(found, mask)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1)])
def test_pixels_that_are_no_rows_and_columns_are_picked_one_by_one(shape):
    rng, mask = np.random.default_rng(0), np.random.default_rng(1).random((8, 9)) < 0.5
    row, column = rng.integers(0, 8, shape), rng.integers(0, 9, shape)
    assert np.array_equal(plane_voxels._picked(mask, row, column), mask[row, column])

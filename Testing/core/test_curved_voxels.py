"""A curved way from voxels to pixels is searched cell by cell without losing a voxel."""

import numpy as np
import pytest

from SAMSegmenterLib.core.curved_voxels import CELL, covered_by_curved
from SAMSegmenterLib.core.plane_voxels import SliceFrame, covered_voxels

PLANE = np.array([[0.8, 0.1, 0.5, 4], [-0.1, 1, 0.05, 5], [-0.5, 0, 0.85, 20], [0, 0, 0, 1.0]])
EXTENT = (-3, 50, 2, 41, 0, 44)


def straight(ijk):
    to_pixel = np.linalg.inv(PLANE)
    return ijk @ to_pixel[:3, :3].T + to_pixel[:3, 3]


@pytest.mark.parametrize("corner", [(0, 0), (30, 25), (12, 20)])
def test_a_straight_way_gives_what_a_matrix_gives_whatever_part_of_the_slice_is_covered(corner):
    frame = SliceFrame(PLANE, (45, 42, 51), lattice=False)
    mask = np.zeros((40, 45), bool)
    mask[corner[1] : corner[1] + 15, corner[0] : corner[0] + 15] = np.random.default_rng(0).random((15, 15)) > 0.3
    expected = covered_voxels(mask, frame, np.linalg.inv(PLANE), EXTENT)
    got = covered_by_curved(mask, frame, straight, EXTENT)
    assert got[0] == expected[0] and np.array_equal(got[1], expected[1]) and got[1].sum() > 50


def test_only_cells_near_the_mask_are_asked_voxel_by_voxel():
    asked = []

    def counting(ijk):
        asked.append(len(ijk))
        return straight(ijk)

    mask = np.zeros((40, 45), bool)
    mask[20:24, 20:24] = True
    covered_by_curved(mask, SliceFrame(PLANE, (45, 42, 51), False), counting, EXTENT)
    nodes, voxels = asked
    assert nodes == 8 * 6 * 7
    assert voxels % (CELL + 2) ** 3 == 0
    assert voxels / (CELL + 2) ** 3 < 7 * 5 * 6 / 5  # a fifth of the cells


def test_many_cells_are_worked_on_in_parts(monkeypatch):
    frame, mask = SliceFrame(PLANE, (45, 42, 51), False), np.ones((40, 45), bool)
    at_once = covered_by_curved(mask, frame, straight, EXTENT)
    monkeypatch.setattr("SAMSegmenterLib.core.curved_voxels._CELLS_AT_ONCE", 3)
    in_parts = covered_by_curved(mask, frame, straight, EXTENT)
    assert in_parts[0] == at_once[0] and np.array_equal(in_parts[1], at_once[1])


def test_nothing_is_found_where_the_way_leads_nowhere():
    frame, mask = SliceFrame(PLANE, (45, 42, 51), False), np.ones((40, 45), bool)
    assert covered_by_curved(mask, frame, lambda ijk: np.full_like(ijk, np.nan), EXTENT) is None
    assert covered_by_curved(mask, frame, lambda ijk: straight(ijk) + 1000, EXTENT) is None

"""Cells of a lattice that may hold a mask are found from the large to the small, each place asked once."""

import numpy as np

from SAMSegmenterLib.core.curved_cells import CELL, LARGE, asked, cells_near
from SAMSegmenterLib.core.plane_voxels import SliceFrame

FRAME = SliceFrame(np.eye(4), (100, 100, 100), lattice=True)
LIMITS = np.array([(0, 99), (0, 99), (-50, 49)])


def a_mask(rows, columns):
    mask = np.zeros((100, 100), bool)
    mask[slice(*rows), slice(*columns)] = True
    return mask


def counted(way, counts):
    def ask(ijk):
        counts.append(len(ijk))
        return way(ijk)

    return ask


def test_cells_lie_round_the_mask_on_the_plane():
    cells = cells_near(a_mask((40, 50), (60, 70)), FRAME, lambda ijk: ijk, LIMITS)
    low, high = cells.min(axis=0), cells.max(axis=0) + CELL - 1
    assert (low <= (60, 40, 0)).all() and (high >= (69, 49, 0)).all()
    assert (low >= np.array((60, 40, 0)) - 3 * CELL).all() and (high <= np.array((69, 49, 0)) + 3 * CELL).all()
    assert len({tuple(cell) for cell in cells.tolist()}) == len(cells)


def test_a_small_mask_in_a_large_lattice_asks_for_few_places():
    counts = []
    limits = np.array([(0, 999), (0, 999), (0, 999)])
    frame = SliceFrame(np.eye(4), (1000, 1000, 1000), lattice=True)
    mask = np.zeros((1000, 1000), bool)
    mask[500:510, 500:510] = True
    cells = cells_near(mask, frame, counted(lambda ijk: ijk - (0, 0, 700), counts), limits)
    assert len(cells) and (np.abs(cells[:, 2] - 700) < 3 * CELL).all()
    assert sum(counts) < 1.1 * (1000 / LARGE + 2) ** 3


def test_where_a_large_cell_is_not_defined_its_small_ones_are_looked_at():
    def half_defined(ijk):
        places = ijk.astype(float).copy()
        places[ijk[:, 0] % LARGE == 0] = np.nan
        return places

    cells = cells_near(a_mask((40, 50), (60, 70)), FRAME, half_defined, LIMITS)
    assert len(cells)
    assert not len(cells_near(a_mask((40, 50), (60, 70)), FRAME, lambda ijk: np.full(ijk.shape, np.nan), LIMITS))


def test_a_place_that_occurs_often_is_asked_once():
    counts = []
    voxels = np.array([[(3, -4, 5), (0, 0, 0)], [(3, -4, 5), (7, 8, 9)]])
    places = asked(counted(lambda ijk: 2.0 * ijk, counts), voxels)
    assert np.array_equal(places, 2.0 * voxels) and counts == [3]
    assert asked(lambda ijk: ijk, np.zeros((0, 6, 3), int)).shape == (0, 6, 3)

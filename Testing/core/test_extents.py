from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.extents import (
    EMPTY_EXTENT,
    bounding_extent,
    extent_of_shape,
    extent_shape,
    filled_extent,
    intersection,
    is_empty,
    placed,
    window,
)


def test_an_extent_has_the_shape_of_the_array_that_fills_it():
    assert extent_shape((2, 4, -1, 0, 7, 7)) == (1, 2, 3)
    assert extent_shape(EMPTY_EXTENT) == (0, 0, 0)
    assert extent_shape((0, 5, 3, 2, 0, 5)) == (0, 0, 0)
    assert extent_shape(extent_of_shape((2, 3, 4))) == (2, 3, 4)


def test_extents_that_touch_in_one_voxel_meet_there():
    assert intersection((0, 4, 0, 4, 0, 4), (4, 9, 4, 9, -3, 0)) == (4, 4, 4, 4, 0, 0)


def test_extents_apart_along_one_axis_do_not_meet():
    assert intersection((0, 4, 0, 4, 0, 4), (5, 9, 0, 4, 0, 4)) == EMPTY_EXTENT
    assert is_empty(intersection(EMPTY_EXTENT, (0, 4, 0, 4, 0, 4)))


def test_empty_extents_do_not_widen_what_bounds_the_others():
    assert bounding_extent([(2, 3, 2, 3, 2, 3), EMPTY_EXTENT, (5, 6, -1, 0, 2, 2)]) == (2, 6, -1, 3, 2, 3)
    assert bounding_extent([EMPTY_EXTENT]) == EMPTY_EXTENT
    assert bounding_extent([]) == EMPTY_EXTENT


@pytest.mark.parametrize("onto", [(0, 5, 0, 5, 0, 5), (3, 9, 3, 9, 3, 9), (-4, 1, -4, 1, -4, 1), (7, 8, 7, 8, 7, 8)])
def test_a_block_keeps_its_voxels_where_they_are(onto):
    extent = (1, 4, 2, 4, 3, 4)
    block = np.random.default_rng(3).integers(1, 9, extent_shape(extent)).astype(np.uint8)
    result = placed(block, extent, onto)
    assert result.shape == extent_shape(onto)
    for k, j, i in np.ndindex(result.shape):
        place = (i + onto[0], j + onto[2], k + onto[4])
        inside = all(low <= x <= high for x, low, high in zip(place, extent[::2], extent[1::2], strict=True))
        expected = block[place[2] - 3, place[1] - 2, place[0] - 1] if inside else 0
        assert result[k, j, i] == expected


def test_a_window_selects_the_inner_extent():
    outer = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    found = outer[window((12, 13, 21, 23, 30, 30), (10, 15, 20, 24, 30, 33))]
    assert np.array_equal(found, outer[0:1, 1:4, 2:4])


def test_a_filled_extent_is_the_smallest_around_what_is_set():
    cells = np.zeros((4, 5, 6), np.uint8)
    assert filled_extent(cells, (10, 15, 20, 24, 30, 33)) == EMPTY_EXTENT
    cells[1, 2, 3] = 1
    assert filled_extent(cells, (10, 15, 20, 24, 30, 33)) == (13, 13, 22, 22, 31, 31)
    cells[3, 0, 5] = 7
    assert filled_extent(cells, (10, 15, 20, 24, 30, 33)) == (13, 15, 20, 22, 31, 33)
    assert filled_extent(np.zeros((0, 0, 0)), EMPTY_EXTENT) == EMPTY_EXTENT

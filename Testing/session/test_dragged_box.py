"""Boxes follow the mouse that holds their outline."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.session.dragged_box import dragged_box as moved_box

BOX = np.array([10.0, 10, 70, 90])


@pytest.fixture
def dragged_box():
    return lambda start, end, reach=8.0, box=BOX: moved_box(box, np.array(start), np.array(end), reach).tolist()


def test_a_box_held_at_a_corner_changes_both_sides(dragged_box):
    assert dragged_box((69.0, 10.5), (74.0, 8.5)) == [10, 8, 75, 90]
    assert dragged_box((10.0, 90), (5.0, 95)) == [5, 10, 70, 95]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ((10, 50), [13, 10, 70, 90]),
        ((70, 50), [10, 10, 73, 90]),
        ((40, 10), [10, 15, 70, 90]),
        ((40, 90), [10, 10, 70, 95]),
    ],
)
def test_a_box_held_at_a_side_moves_that_side_across(dragged_box, start, expected):
    assert dragged_box(start, np.add(start, (3, 5))) == expected


def test_the_corners_reach_is_a_distance_along_both_sides(dragged_box):
    assert dragged_box((18, 10), (19, 12)) == [11, 12, 70, 90]
    assert dragged_box((18.1, 10), (19.1, 12)) == [10, 12, 70, 90]


def test_sides_of_small_boxes_can_be_held_too(dragged_box):
    small = np.array([10.0, 10, 19, 22])
    assert dragged_box((14.5, 10), (14.5, 7), box=small) == [10, 7, 19, 22]
    assert dragged_box((11, 11), (9, 8), box=small) == [8, 7, 19, 22]


def test_a_box_without_extent_grows_from_where_it_is_held(dragged_box):
    assert dragged_box((10, 10), (14, 17), box=np.array([10.0, 10, 10, 10])) == [14, 17, 10, 10]


def test_a_box_held_from_outside_moves_the_nearest_side(dragged_box):
    assert dragged_box((2, 50), (0, 50), reach=4.0) == [8, 10, 70, 90]

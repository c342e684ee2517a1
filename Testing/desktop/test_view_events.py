from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def dragged_box(a_desktop):
    from SAMSegmenterLib.desktop.view_events import dragged_box

    return dragged_box


def test_a_box_held_at_a_corner_changes_its_size(dragged_box):
    box = np.array([10.0, 10, 30, 40])
    assert dragged_box(box, np.array([29.5, 10.5]), np.array([35.0, 8])).tolist() == [10, 8, 35, 40]
    assert dragged_box(box, np.array([10.0, 40]), np.array([5.0, 45])).tolist() == [5, 10, 30, 45]


def test_a_box_held_at_a_side_moves(dragged_box):
    box = np.array([10.0, 10, 30, 40])
    assert dragged_box(box, np.array([10.0, 25]), np.array([13.0, 24])).tolist() == [13, 9, 33, 39]

"""Markups that stand for a box in space."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.regions import POINTS_CLASS, REGION_CLASS, extreme_points, region_corners
from support.editing_scenes import bend, move

TURN = np.array([[0.0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]])


@pytest.fixture
def region(a_scene):
    node = a_scene.AddNewNodeByClass(REGION_CLASS, "around")
    node.SetCenter(1, 2, 3)
    node.SetSize(10, 20, 30)
    return node


@pytest.fixture
def points(a_scene):
    node = a_scene.AddNewNodeByClass(POINTS_CLASS, "ends")
    for number in range(6):
        node.AddControlPoint(number, 2 * number, -number)
    return node


def test_corners_lie_half_the_size_from_the_middle(region):
    corners = region_corners(region)
    assert corners.shape == (8, 3)
    assert np.allclose(corners.min(axis=0), (-4, -8, -12))
    assert np.allclose(corners.max(axis=0), (6, 12, 18))


def test_corners_follow_the_regions_transform(a_scene, region):
    before = region_corners(region)
    move(a_scene, region, TURN)
    assert np.allclose(region_corners(region), before @ TURN[:3, :3].T + TURN[:3, 3], atol=1e-6)


def test_corners_follow_a_transform_that_bends_space(a_scene, region):
    before = region_corners(region)
    transform = bend(a_scene, region).GetTransformToParent()
    assert np.allclose(region_corners(region), [transform.TransformPoint(*corner) for corner in before])
    assert not np.allclose(region_corners(region), before, atol=0.1)


def test_a_region_that_was_not_placed_is_refused(a_scene):
    with pytest.raises(InputError, match="'empty' has not been placed"):
        region_corners(a_scene.AddNewNodeByClass(REGION_CLASS, "empty"))


def test_points_are_those_in_the_world(a_scene, points):
    move(a_scene, points, TURN)
    own = np.array([(n, 2 * n, -n) for n in range(6)], float)
    assert np.allclose(extreme_points(points), own @ TURN[:3, :3].T + TURN[:3, 3])


def test_fewer_than_six_points_are_refused_and_those_not_placed_do_not_count(points):
    points.UnsetNthControlPointPosition(2)
    with pytest.raises(InputError, match="holds 5 points; 6 are needed"):
        extreme_points(points)

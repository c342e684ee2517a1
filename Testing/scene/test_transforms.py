from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.lattice import transformed
from SAMSegmenterLib.scene.transforms import from_world, is_bent, to_world
from support.editing_scenes import bend, move, overlapping_segments
from support.phantoms import matrix, oblique_matrix

POINTS = np.random.default_rng(3).uniform(-20, 20, (40, 3))


def test_without_a_transform_the_world_is_the_nodes_own_space(a_scene):
    node = overlapping_segments().node
    assert np.array_equal(to_world(node), np.eye(4))
    assert np.array_equal(from_world(node), np.eye(4))
    assert not is_bent(node)


def test_linear_transforms_are_matrices_with_all_parents_in_them(a_scene):
    node = overlapping_segments().node
    inner = move(a_scene, node, oblique_matrix())
    move(a_scene, inner, matrix(origin_ras=(0, 0, 5)))
    assert np.allclose(to_world(node), matrix(origin_ras=(0, 0, 5)) @ oblique_matrix())
    assert np.allclose(to_world(node) @ from_world(node), np.eye(4))
    assert not is_bent(node)


@pytest.mark.parametrize("also_moved", [False, True])
def test_bent_transforms_are_functions_as_exact_as_slicers(a_scene, also_moved):
    node = overlapping_segments().node
    bent = bend(a_scene, node)
    if also_moved:
        move(a_scene, bent, oblique_matrix())
    assert is_bent(node)
    world = transformed(to_world(node), POINTS)
    expected = np.zeros_like(POINTS)
    for given, found in zip(POINTS, expected, strict=True):
        node.TransformPointToWorld(given, found)
    assert np.abs(world - POINTS).max() > 0.5
    assert np.abs(world - expected).max() < 1e-9  # single precision would be off by 1e-6
    assert np.abs(transformed(from_world(node), world) - POINTS).max() < 1e-2


def test_no_points_are_no_points(a_scene):
    node = overlapping_segments().node
    bend(a_scene, node)
    assert transformed(to_world(node), np.zeros((0, 3))).shape == (0, 3)

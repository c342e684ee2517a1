from __future__ import annotations

import numpy as np
import pytest

from SAMBenchmarkLib.scene.slice_focus import focus_on
from SAMSegmenterLib.scene.matrices import matrix_from_vtk
from SAMSegmenterLib.scene.runtime import ensure_scene
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.phantoms import oblique_matrix, two_boxes_volume

PLACE = np.array([7.0, -3.0, 5.0])


@pytest.fixture
def an_axial_view(a_scene):
    return _view(a_scene, "Red", "Axial")


def _view(scene, name, orientation):
    node = scene.AddNewNodeByClass("vtkMRMLSliceNode", name)
    node.SetLayoutName(name)
    node.SetMappedInLayout(1)
    node.SetDimensions(200, 100, 1)
    node.SetFieldOfView(100.0, 50.0, 1.0)
    node.SetOrientation(orientation)
    return node


def _slice_to_ras(node):
    return matrix_from_vtk(node.GetSliceToRAS())


def _shows(node, place):
    to_ras = _slice_to_ras(node)
    return abs(to_ras[:3, 2] @ (place - to_ras[:3, 3])) < 1e-6


def test_views_go_to_the_place_and_keep_their_directions(an_axial_view):
    before = _slice_to_ras(an_axial_view)[:3, :3]
    volume_node = node_from_volume(two_boxes_volume()[0])
    focus_on(volume_node, PLACE, np.array([0.0, 0.0, -2.5]))
    assert _shows(an_axial_view, PLACE)
    assert np.allclose(_slice_to_ras(an_axial_view)[:3, :3], before)
    assert ensure_scene().application_logic.GetSelectionNode().GetActiveVolumeID() == volume_node.GetID()


def test_of_several_views_one_that_lies_along_the_slice_is_enough(a_scene, an_axial_view):
    other = _view(a_scene, "Green", "Coronal")
    before = _slice_to_ras(other)[:3, :3]
    focus_on(node_from_volume(two_boxes_volume()[0]), PLACE, np.array([0.0, 0.0, 1.0]))
    assert np.allclose(_slice_to_ras(other)[:3, :3], before)
    assert _shows(other, PLACE) and _shows(an_axial_view, PLACE)


def test_for_a_tilted_volume_views_are_turned_into_its_planes(an_axial_view):
    to_ras = oblique_matrix((2, 1, 1.5))
    volume_node = node_from_volume(two_boxes_volume(ijk_to_ras=to_ras)[0])
    focus_on(volume_node, PLACE, to_ras[:3, 2])
    normal = _slice_to_ras(an_axial_view)[:3, 2]
    along = to_ras[:3, :3] / np.linalg.norm(to_ras[:3, :3], axis=0)
    assert np.max(np.abs(normal @ along)) == pytest.approx(1.0, abs=1e-6)
    assert _shows(an_axial_view, PLACE)


def test_a_view_that_is_not_in_the_layout_stays(an_axial_view):
    an_axial_view.SetMappedInLayout(0)
    before = _slice_to_ras(an_axial_view)
    focus_on(node_from_volume(two_boxes_volume()[0]), PLACE, np.array([1.0, 0.0, 0.0]))
    assert np.array_equal(_slice_to_ras(an_axial_view), before)

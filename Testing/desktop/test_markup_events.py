"""Which events belong to markups."""

from __future__ import annotations

import pytest
import vtk

from SAMSegmenterLib.desktop.markup_events import belongs_to_markups
from support.phantoms import two_boxes_volume

PRESS, MOVE = vtk.vtkCommand.LeftButtonPressEvent, vtk.vtkCommand.MouseMoveEvent


@pytest.fixture
def slice_node(start_editing):
    return start_editing(two_boxes_volume()[0]).views["Red"].widget.sliceLogic().GetSliceNode()


@pytest.fixture
def point(slice_node, a_scene):
    node = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    node.CreateDefaultDisplayNodes()
    node.AddControlPoint(1, 2, 3)
    return node


def test_all_events_while_something_is_placed(slice_node, a_scene):
    interaction = slice_node.GetInteractionNode()
    assert not belongs_to_markups(PRESS, slice_node, a_scene)
    interaction.SetCurrentInteractionMode(interaction.Place)
    assert belongs_to_markups(PRESS, slice_node, a_scene) and belongs_to_markups(MOVE, slice_node, a_scene)
    interaction.SetCurrentInteractionMode(interaction.ViewTransform)
    assert not belongs_to_markups(PRESS, slice_node, a_scene)


def test_presses_over_a_handle(slice_node, point, a_scene):
    display = point.GetDisplayNode()
    assert not belongs_to_markups(PRESS, slice_node, a_scene)
    display.SetActiveComponent(display.ComponentControlPoint, 0)
    assert belongs_to_markups(PRESS, slice_node, a_scene)
    assert not belongs_to_markups(MOVE, slice_node, a_scene)
    display.SetVisibility(False)
    assert not belongs_to_markups(PRESS, slice_node, a_scene)

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.editing_scenes import bend
from support.phantoms import two_boxes_volume


def test_a_new_node_with_the_id_of_a_removed_one_is_another_node(a_scene):
    first = node_from_volume(two_boxes_volume()[0], "first")
    state = NodeState.of(first)
    a_scene.Clear(0)
    second = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    assert second.GetID() == state.node_id
    with pytest.raises(InputError, match="'first' was removed"):
        state.check_unchanged()


def test_voxels_position_and_transform_count_as_changes(a_scene):
    import slicer

    node = node_from_volume(two_boxes_volume()[0])
    NodeState.of(node).check_unchanged()
    for change in (
        lambda: slicer.util.arrayFromVolumeModified(node),
        lambda: node.SetOrigin(1, 2, 3),
        lambda: node.SetAndObserveTransformNodeID(_a_shift(a_scene).GetID()),
    ):
        state = NodeState.of(node)
        change()
        with pytest.raises(InputError, match="changed"):
            state.check_unchanged()


def test_a_bent_transform_counts_as_changed_when_it_is(a_scene):
    node = node_from_volume(two_boxes_volume()[0])
    transform = bend(a_scene, node)
    state = NodeState.of(node)
    assert state.is_current
    transform.GetTransformToParent().GetTargetLandmarks().SetPoint(0, 1.0, 2.0, 3.0)
    transform.GetTransformToParent().Modified()
    assert state.exists and not state.is_current
    with pytest.raises(InputError, match="changed"):
        state.check_unchanged()


def test_a_removed_node_neither_exists_nor_is_current(a_scene):
    node = node_from_volume(two_boxes_volume()[0])
    state = NodeState.of(node)
    a_scene.RemoveNode(node)
    assert not state.exists and not state.is_current


def _a_shift(scene):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 5.0)
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformToParent(matrix)
    return node

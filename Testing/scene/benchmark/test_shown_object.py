from __future__ import annotations

import numpy as np
import pytest

from SAMBenchmarkLib.scene.shown_object import ObjectView, ShownObject, pixel_to_ras
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.scene.segmentations import node_from_segmentation, segmentation_from_node
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.phantoms import oblique_matrix, two_boxes_volume

PROMPTS = Prompts.of([(11.0, 12.0)], [(3.0, 4.0)], (5.0, 6.0, 15.0, 16.0))


@pytest.fixture(params=[0, 1, 2])
def shown(request):
    volume, reference = two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))
    index = volume.shape_kji[request.param] // 2
    mask = reference.mask(reference.structures[0], request.param, index)
    return ShownObject(volume, request.param, index, mask, np.roll(mask, 2, 1), PROMPTS, "left box", "S6, slice")


def _nodes(scene, kind):
    return {
        n.GetName(): n for n in (scene.GetNthNodeByClass(k, kind) for k in range(scene.GetNumberOfNodesByClass(kind)))
    }


def test_both_masks_lie_on_their_slice_of_the_volume(a_scene, shown):
    volume_node = node_from_volume(shown.volume)
    ObjectView().show(shown, volume_node)
    node = _nodes(a_scene, "vtkMRMLSegmentationNode")["S6, slice"]
    found = segmentation_from_node(node, volume_node)
    assert [s.name for s in found.structures] == ["left box, reference", "left box, prediction"]
    for structure, mask in zip(found.structures, (shown.reference, shown.prediction), strict=True):
        assert np.array_equal(found.mask(structure, shown.axis, shown.index), mask)
        assert found.mask(structure).sum() == mask.sum()  # on no other slice


def test_prompts_lie_where_the_model_was_told(a_scene, shown):
    ObjectView().show(shown, node_from_volume(shown.volume))
    points = {name: _positions(node) for name, node in _nodes(a_scene, "vtkMRMLMarkupsFiducialNode").items()}
    to_ras = pixel_to_ras(shown)
    assert np.allclose(points["Prompts inside"], [(to_ras @ (11, 12, 0, 1))[:3]])
    assert np.allclose(points["Prompts outside"], [(to_ras @ (3, 4, 0, 1))[:3]])
    box = _positions(_nodes(a_scene, "vtkMRMLMarkupsClosedCurveNode")["Prompt box"])
    corners = [(5, 6), (15, 6), (15, 16), (5, 16)]
    assert np.allclose(box, [(to_ras @ (x, y, 0, 1))[:3] for x, y in corners])


def _positions(node):
    return [node.GetNthControlPointPositionWorld(n) for n in range(node.GetNumberOfControlPoints())]


def test_one_object_replaces_the_other_and_hide_leaves_the_scene_as_it_was(a_scene, shown):
    volume_node = node_from_volume(shown.volume)
    reference = node_from_segmentation(two_boxes_volume()[1], "reference", volume_node)
    view = ObjectView()
    view.show(shown, volume_node, reference)
    view.hide()  # the scene has its tree now, if it had none
    before = a_scene.GetNumberOfNodes()
    view.show(shown, volume_node, reference)
    many = a_scene.GetNumberOfNodes()
    assert not reference.GetDisplayNode().GetVisibility2D()
    view.show(shown, volume_node, reference)
    assert a_scene.GetNumberOfNodes() == many > before
    view.hide()
    assert a_scene.GetNumberOfNodes() == before
    assert reference.GetDisplayNode().GetVisibility2D()


def test_a_reference_that_was_hidden_stays_hidden(a_scene, shown):
    volume_node = node_from_volume(shown.volume)
    reference = node_from_segmentation(two_boxes_volume()[1], "reference", volume_node)
    reference.GetDisplayNode().SetVisibility2D(False)
    view = ObjectView()
    view.show(shown, volume_node, reference)
    view.hide()
    assert not reference.GetDisplayNode().GetVisibility2D()


def test_what_is_shown_is_not_saved_with_the_scene(a_scene, shown):
    ObjectView().show(shown, node_from_volume(shown.volume))
    own = [a_scene.GetNthNode(n) for n in range(a_scene.GetNumberOfNodes())]
    own = [node for node in own if node.GetAttribute("SAMBenchmark.Shown")]
    assert len(own) == 4
    assert not any(node.GetSaveWithScene() for node in own)

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.scene.preview_node import SegmentationPreview
from SAMSegmenterLib.scene.segment_voxels import image_to_ras, layer_of, values_of
from support.editing_scenes import everything_of, move, overlapping_segments
from support.phantoms import matrix, oblique_matrix

RED = (1.0, 0.0, 0.0)


def _shown(preview):
    segment = preview.node.GetSegmentation().GetNthSegment(0)
    return layer_of(segment)


def test_blocks_are_shown_together_where_the_volume_has_them(a_scene):
    case = overlapping_segments()
    move(a_scene, case.node, oblique_matrix())
    preview = SegmentationPreview(case.node)
    first, second = ((0, 1, 0, 1, 0, 0), np.eye(2)[None]), ((1, 2, 1, 1, 0, 2), np.ones((3, 1, 2), np.uint8))
    for to_world in (matrix((2, 1, 1)), oblique_matrix((3.0, 1.0, 0.5))):
        preview.show([first, second], to_world, RED)
        image = _shown(preview)
        expected = np.zeros((3, 2, 3), np.uint8)
        expected[0, 0, 0] = expected[0, 1, 1] = 1
        expected[:, 1, 1:3] = 1
        assert image.GetExtent() == (0, 2, 0, 1, 0, 2)
        assert np.array_equal(values_of(image), expected)
        assert np.allclose(image_to_ras(image), to_world)
        assert preview.node.GetParentTransformNode() is None
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 2


def test_the_segmentation_itself_is_not_touched(a_scene):
    case = overlapping_segments()
    before, time = everything_of(case.node), case.node.GetMTime()
    preview = SegmentationPreview(case.node)
    preview.show([((0, 1, 0, 1, 0, 1), np.ones((2, 2, 2)))], np.eye(4), RED, True)
    preview.clear()
    assert everything_of(case.node) == before
    assert case.node.GetMTime() == time


def test_a_surface_is_made_for_3d_views_on_request(a_scene):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    preview.show([((1, 4, 1, 4, 0, 3), np.ones((4, 4, 4)))], np.eye(4), RED, True)
    surface = preview.node.GetSegmentation().GetNthSegment(0).GetRepresentation("Closed surface")
    assert np.allclose(surface.GetBounds(), (1, 4, 1, 4, 0, 3), atol=1)


def test_colour_and_visibility_are_those_asked_for(a_scene):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    for colour in (RED, (0.0, 0.5, 1.0)):
        preview.show([((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))], np.eye(4), colour)
        assert preview.node.GetSegmentation().GetNthSegment(0).GetColor() == colour
    assert preview.node.GetDisplayNode().GetVisibility()
    assert preview.node.GetSegmentation().GetNumberOfSegments() == 1


def test_nothing_to_show_leaves_nothing_in_the_scene(a_scene):
    case = overlapping_segments()
    nodes = a_scene.GetNumberOfNodes()
    preview = SegmentationPreview(case.node)
    preview.show([((0, 1, 0, 1, 0, 1), np.ones((2, 2, 2)))], np.eye(4), RED)
    assert a_scene.GetNumberOfNodes() > nodes
    preview.show([((0, 1, 0, 1, 0, 1), np.zeros((2, 2, 2)))], np.eye(4), RED)
    assert preview.node is None
    assert a_scene.GetNumberOfNodes() == nodes
    preview.show([], np.eye(4), RED)
    preview.clear()
    assert a_scene.GetNumberOfNodes() == nodes


def test_previews_are_hidden_and_never_saved(a_scene, tmp_path):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    preview.show([((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))], np.eye(4), RED)
    assert preview.node.GetHideFromEditors()
    path = str(tmp_path / "scene.mrb")
    a_scene.SetRootDirectory(str(tmp_path))
    assert a_scene.WriteToMRB(path)
    a_scene.Clear(0)
    assert a_scene.ReadFromMRB(path, True)
    names = [a_scene.GetNthNodeByClass(n, "vtkMRMLSegmentationNode").GetName() for n in range(1)]
    assert names == ["segments"]
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentationDisplayNode") == 1


def test_a_preview_survives_that_the_scene_is_closed(a_scene):
    case = overlapping_segments()
    preview = SegmentationPreview(case.node)
    block = [((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))]
    preview.show(block, np.eye(4), RED)
    a_scene.Clear(0)
    assert preview.node is None
    preview.clear()
    other = SegmentationPreview(overlapping_segments().node)
    other.show(block, np.eye(4), RED)
    assert other.node is not None


def test_a_preview_is_shown_in_the_views_that_may_show_the_segmentation(a_scene):
    case = overlapping_segments()
    case.node.CreateDefaultDisplayNodes()
    case.node.GetDisplayNode().SetViewNodeIDs(["vtkMRMLSliceNodeRed"])
    preview = SegmentationPreview(case.node)
    preview.show([((0, 0, 0, 0, 0, 0), np.ones((1, 1, 1)))], np.eye(4), RED)
    display = preview.node.GetDisplayNode()
    assert [display.GetNthViewNodeID(n) for n in range(display.GetNumberOfViewNodeIDs())] == ["vtkMRMLSliceNodeRed"]

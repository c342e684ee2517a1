"""Masks of many slices are seen in every view before they are accepted, and leave nothing behind."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from support.phantoms import two_boxes_volume


@pytest.fixture
def desk(start_effect):
    desk = start_effect(two_boxes_volume()[0])
    desk.editing.views["Red"].move(desk.editing.ras(8, 12, 12))
    desk.settle()
    return desk


def ask(desk, layers=(5, 10)):
    """Put a box on each of these layers and ask for their masks."""
    ends = (layers[0] - 0.4, layers[1] + 0.4)
    corners = [desk.editing.ras(k, j, i) for k in ends for j in (3, 21) for i in (4, 19)]
    assert desk.session.boxes_from_roi(np.array(corners)) == layers[1] - layers[0] + 1
    desk.session.predict_stack()


def previews():
    from SAMSegmenterLib.scene.preview_node import ATTRIBUTE

    return [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if node.GetAttribute(ATTRIBUTE)]


def other_nodes():
    """Names of all nodes but the kept prompts, which come when they have rested: sooner on a slow computer."""
    nodes = [slicer.mrmlScene.GetNthNode(number) for number in range(slicer.mrmlScene.GetNumberOfNodes())]
    return [node.GetName() for node in nodes if not node.IsA("vtkMRMLTextNode")]


def voxels(desk):
    """What the preview shows, on the volume's lattice."""
    (node,) = previews()
    segment = node.GetSegmentation().GetNthSegmentID(0)
    return slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, desk.editing.volume_node) > 0


def test_the_stack_is_shown_as_it_would_be_written(desk, labels):
    ask(desk)
    desk.settle()
    expected = np.zeros(labels.shape, bool)
    expected[5:11] = labels[5:11] == 1
    assert np.array_equal(voxels(desk), expected)
    assert not desk.mask().any(), "nothing is written"
    (node,) = previews()
    colour = desk.editing.segmentation_node.GetSegmentation().GetSegment("one").GetColor()
    assert np.allclose(node.GetSegmentation().GetNthSegment(0).GetColor(), colour, atol=0.01)


@pytest.mark.parametrize("how", ["accept", "reject", "drop", "effect", "segmentation", "segment", "scene"])
def test_the_preview_goes_with_the_stack(desk, how):
    nodes = other_nodes()
    ask(desk)
    desk.settle()
    assert len(previews()) == 1
    if how == "accept":
        assert desk.session.accept_stack().changed > 0
    elif how == "reject":
        desk.session.reject_stack()
    elif how == "drop":
        desk.session.drop_stack()
    elif how == "effect":
        desk.editing.activate("")
    elif how == "segmentation":
        slicer.mrmlScene.RemoveNode(desk.editing.segmentation_node)
    elif how == "segment":
        desk.editing.select("two")
    else:
        slicer.mrmlScene.Clear()
    desk.controller.overlays.follow()
    desk.settle()
    assert previews() == []
    if how in ("reject", "drop", "segment"):
        assert other_nodes() == nodes


def test_an_accepted_stack_is_one_undo_step_and_its_preview_none(desk, labels):
    ask(desk)
    desk.settle()
    desk.session.accept_stack()
    desk.settle()
    assert desk.mask().sum() == (labels[5:11] == 1).sum()
    desk.editing.editor.undo()
    assert not desk.mask().any()


def test_a_stack_comes_back_with_the_effect(desk):
    ask(desk)
    desk.settle()
    shown = voxels(desk)
    desk.editing.activate("")
    assert previews() == []
    desk.editing.activate("SAM")
    desk.settle()
    assert np.array_equal(voxels(desk), shown)


def test_masks_stream_in_while_the_stack_is_made_without_taking_the_time(desk, monkeypatch):
    from SAMSegmenterLib.scene.preview_node import SegmentationPreview

    clock, calls = [100.0], []
    monkeypatch.setattr(desk.controller.overlays._stack, "_clock", lambda: clock[0])
    show = SegmentationPreview.show

    def counted(preview, *arguments, **options):
        calls.append(len(desk.session.stack.slices))
        show(preview, *arguments, **options)

    monkeypatch.setattr(SegmentationPreview, "show", counted)
    ask(desk, (4, 11))
    for _ in range(30):
        desk.worker.run_next()
        desk.controller._tick()
        clock[0] += 0.2
    desk.settle()
    assert calls[0] == 1 and calls[-1] == 8
    assert 2 < len(calls) < 8, "not after every slice"
    before = len(calls)
    for _ in range(5):
        clock[0] += 10
        desk.controller._tick()
    assert len(calls) == before, "nothing is done while nothing changes"


def test_a_mark_that_is_changed_takes_its_slice_out_of_the_preview(desk, labels):
    ask(desk)
    desk.settle()
    desk.session.clear_marks()
    desk.settle()
    expected = np.zeros(labels.shape, bool)
    expected[[5, 6, 7, 9, 10]] = labels[[5, 6, 7, 9, 10]] == 1
    assert np.array_equal(voxels(desk), expected)


@pytest.mark.parametrize("in_3d", [True, False])
def test_a_surface_is_made_where_the_segmentation_has_one_and_once_all_is_done(desk, in_3d):
    desk.click("Red", desk.editing.ras(8, 20, 34))
    desk.effect.self().onApply()
    if in_3d:
        desk.editing.segmentation_node.CreateClosedSurfaceRepresentation()
    ask(desk)
    desk.settle()
    (node,) = previews()
    assert node.GetSegmentation().ContainsRepresentation("Closed surface") == in_3d


def test_the_preview_is_seen_in_other_orientations(desk, drawing):
    yellow = desk.editing.views["Yellow"]
    yellow.show(desk.editing.ras(8, 12, 12))
    before = yellow.picture().astype(int)
    ask(desk)
    desk.settle()
    change = np.abs(yellow.picture().astype(int) - before).sum(axis=-1)[::-1]
    x, y = yellow.xy(desk.editing.ras(7, 12, 12))
    assert change[y, x] > 20
    x, y = yellow.xy(desk.editing.ras(2, 12, 12))
    assert change[y, x] == 0

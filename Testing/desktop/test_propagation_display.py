"""Masks that are carried are seen in every view while they come, and leave nothing behind."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from support.phantoms import two_boxes_volume

FIRST, LAST = 4, 11


@pytest.fixture
def desk(start_effect):
    desk = start_effect(two_boxes_volume()[0])
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    desk.settle()
    return desk


@pytest.fixture
def structure(labels):
    return labels == 1


def previews():
    from SAMSegmenterLib.scene.preview_node import ATTRIBUTE

    return [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if node.GetAttribute(ATTRIBUTE)]


def voxels(desk):
    """What the preview shows, on the volume's lattice."""
    (node,) = previews()
    return slicer.util.arrayFromSegmentBinaryLabelmap(node, "one", desk.editing.volume_node) > 0


def but(structure, *indices):
    expected = structure.copy()
    expected[list(indices)] = False
    return expected


def test_what_is_not_accepted_is_shown_as_it_would_be_written(desk, structure):
    assert desk.session.propagate(FIRST, LAST) and previews() == []
    desk.settle()
    assert np.array_equal(voxels(desk), but(structure, 8)), "the keyframe is in the segment already"
    (node,) = previews()
    colour = desk.editing.segmentation_node.GetSegmentation().GetSegment("one").GetColor()
    assert node.GetSegmentation().GetSegment("one").GetColor() == colour
    desk.session.accept_propagation(5, 6)
    desk.settle()
    assert np.array_equal(voxels(desk), but(structure, 5, 6, 8))


@pytest.mark.parametrize("how", ["accept", "reject", "effect", "segmentation", "volume", "scene"])
def test_the_preview_goes_with_what_it_shows(desk, how):
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert len(previews()) == 1
    if how == "accept":
        assert desk.session.accept_propagation().changed > 0
    elif how == "reject":
        desk.session.reject_propagation()
    elif how == "effect":
        desk.editing.activate("")
    elif how == "segmentation":
        slicer.mrmlScene.RemoveNode(desk.editing.segmentation_node)
    elif how == "volume":
        slicer.mrmlScene.RemoveNode(desk.editing.volume_node)
    else:
        slicer.mrmlScene.Clear()
    desk.settle()
    assert previews() == []


def test_it_comes_back_with_the_effect(desk):
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    shown = voxels(desk)
    desk.editing.activate("")
    desk.editing.activate("SAM")
    desk.settle()
    assert np.array_equal(voxels(desk), shown)


def test_masks_stream_in_without_taking_the_time(desk, structure, monkeypatch):
    from SAMSegmenterLib.scene.streamed_preview import StreamedPreview

    clock, calls = [100.0], []
    monkeypatch.setattr(desk.controller.overlays._propagation, "_clock", lambda: clock[0])
    show = StreamedPreview.show

    def counted(preview, segment, colour, blocks):
        calls.append(len(blocks))
        return show(preview, segment, colour, blocks)

    monkeypatch.setattr(StreamedPreview, "show", counted)
    desk.session.propagate(FIRST, LAST)
    for _ in range(40):
        desk.worker.run_next()
        desk.controller._tick()
        clock[0] += 0.2
    desk.settle()
    assert calls[-1] == LAST - FIRST and calls == sorted(calls)
    assert 2 < len({count for count in calls if count}) < LAST - FIRST, "not after every slice"
    before = len(calls)
    for _ in range(5):
        clock[0] += 10
        desk.controller._tick()
    assert len(calls) == before, "nothing is done while nothing changes"
    assert np.array_equal(voxels(desk), but(structure, 8))


def test_many_masks_at_once_are_shown_bit_by_bit(desk, structure, monkeypatch):
    from SAMSegmenterLib.desktop import propagation_display

    desk.session.propagate(FIRST, LAST)
    desk.settle()
    display = desk.controller.overlays._propagation
    display.remove()
    monkeypatch.setattr(propagation_display, "_PIXELS_AT_ONCE", 3000)
    shown = []
    for _ in range(5):
        display.follow()
        shown.append(int(voxels(desk).any(axis=(1, 2)).sum()))
    assert shown == [2, 4, 6, 7, 7]
    assert np.array_equal(voxels(desk), but(structure, 8))


def test_surfaces_are_made_where_the_segmentation_has_them(desk):
    desk.editing.segmentation_node.CreateClosedSurfaceRepresentation()
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    (node,) = previews()
    assert node.GetSegmentation().ContainsRepresentation("Closed surface")


def test_it_is_seen_in_other_orientations(desk, drawing):
    yellow = desk.editing.views["Yellow"]
    yellow.show(desk.editing.ras(8, 12, 12))
    before = yellow.picture().astype(int)
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    change = np.abs(yellow.picture().astype(int) - before).sum(axis=-1)[::-1]
    x, y = yellow.xy(desk.editing.ras(6, 12, 12))
    assert change[y, x] > 20
    x, y = yellow.xy(desk.editing.ras(1, 12, 12))
    assert change[y, x] == 0

"""Synthetic clicks through the effect's event handlers, with a model whose answer is exact."""

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import matrix, two_boxes_volume

SHAPE = (12, 16, 20)
SAGITTAL = np.array([[0.0, 0, -1, 12], [-1, 0, 0, 20], [0, -1, 0, 8], [0, 0, 0, 1]])
GEOMETRIES = {
    "RAS": matrix(),
    "LPS": matrix(origin_ras=(10, 8, -6), lps=True),
    "sagittal": SAGITTAL,
    "anisotropic": matrix((3.0, 1.0, 1.0)),
}
VIEW_AXES = {"Red": 2, "Green": 1, "Yellow": 0}
"""Which world axis (R, A, S) a view looks along."""


def layer(labels, to_ras, world_axis, index_of, value=1):
    """The voxels of a structure on one layer of the array axis that a view looks along."""
    axis = 2 - int(np.argmax(np.abs(to_ras[world_axis, :3])))
    expected = np.zeros(labels.shape, bool)
    at = [slice(None)] * 3
    at[axis] = index_of[axis]
    expected[tuple(at)] = labels[tuple(at)] == value
    return expected


@pytest.mark.parametrize("view", VIEW_AXES)
@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_click_and_an_acceptance_write_the_structure_clicked_and_nothing_else(start_effect, name, view):
    volume, boxes = two_boxes_volume(SHAPE, ijk_to_ras=GEOMETRIES[name])
    desk = start_effect(volume)
    labels = boxes.layers[0]
    inside = np.argwhere(labels == 1)
    voxel = inside[len(inside) // 2]
    desk.click(view, desk.editing.ras(*voxel))
    assert not desk.mask().any()
    assert desk.effect.self().onApply() > 10
    assert np.array_equal(desk.mask(), layer(labels, GEOMETRIES[name], VIEW_AXES[view], voxel))
    assert not desk.mask("two").any()
    written = desk.mask()
    desk.editing.editor.undo()
    assert not desk.mask().any()
    desk.editing.editor.redo()
    assert np.array_equal(desk.mask(), written)
    desk.editing.editor.undo()
    assert not desk.mask().any()


def box_on(labels, k=8, value=1):
    expected = np.zeros(labels.shape, bool)
    expected[k] = labels[k] == value
    return expected


@pytest.mark.parametrize("modifiers", [["alt"], ["control", "shift"]])
def test_a_click_with_a_modifier_says_outside(desk, labels, modifiers):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.click("Red", desk.editing.ras(8, 10, 10), modifiers)
    assert [mark.label for mark in desk.session.marks] == [1, 0]
    desk.effect.self().onApply()
    expected = box_on(labels)
    expected[8, 8:13, 8:13] = False
    assert np.array_equal(desk.mask(), expected)


@pytest.mark.parametrize("modifiers", [["control"], ["shift"], ["control", "alt"], ["shift", "alt"]])
def test_clicks_that_mean_something_to_slicer_are_left_to_it(desk, modifiers):
    desk.editing.views["Red"].click(desk.editing.ras(8, 12, 12), modifiers=modifiers)
    desk.settle()
    assert len(desk.session.marks) == 0


def test_the_toggle_turns_clicks_round(desk):
    desk.effect.setParameter("Inside", 0)
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.click("Red", desk.editing.ras(8, 16, 12), ["alt"])
    assert [mark.label for mark in desk.session.marks] == [0, 1]


def test_a_box_a_scribble_and_a_lasso_are_dragged(desk, labels):
    red, ras = desk.editing.views["Red"], desk.editing.ras
    around = [ras(8, 3, 4), ras(8, 3, 19), ras(8, 21, 19), ras(8, 21, 4)]
    for tool, path in (("box", around[::2]), ("scribble", [ras(8, 10, 8), ras(8, 15, 14)]), ("lasso", around)):
        desk.effect.setParameter("Tool", tool)
        red.drag(*path)
        desk.settle()
        assert len(desk.session.marks) == 1
        assert desk.effect.self().onApply() == (labels[8] == 1).sum()
        assert np.array_equal(desk.mask(), box_on(labels)), tool
        desk.editing.editor.undo()
        desk.settle()
        desk.session.clear_marks()
        assert not desk.mask().any()


def test_marks_are_moved_and_deleted_one_by_one(desk, labels):
    red, ras = desk.editing.views["Red"], desk.editing.ras
    desk.click("Red", ras(8, 12, 12))
    desk.click("Red", ras(8, 16, 14))
    red.drag(ras(8, 12, 12), ras(8, 14, 20), ras(8, 20, 34))
    desk.settle()
    assert np.allclose(sorted(mark.xy.tolist() for mark in desk.session.marks), [(14, 16), (34, 20)], atol=0.3)
    red.click(ras(8, 16, 14), button="Right")
    desk.settle()
    assert len(desk.session.marks) == 1
    desk.effect.self().onApply()
    assert np.array_equal(desk.mask(), box_on(labels, value=2))


def test_escape_restores_exactly_and_return_accepts(desk, labels):
    red = desk.editing.views["Red"]
    desk.click("Red", desk.editing.ras(8, 12, 12))
    red.type("Escape")
    desk.settle()
    assert not desk.mask().any() and desk.session.preview is None and len(desk.session.marks) == 0
    desk.click("Red", desk.editing.ras(8, 12, 12))
    red.type("Return")
    assert np.array_equal(desk.mask(), box_on(labels))


def test_keys_choose_candidates_and_accept_only_while_the_effect_is_active(desk, labels):
    red = desk.editing.views["Red"]
    desk.click("Red", desk.editing.ras(8, 12, 12))
    red.type("Right", ["control"])
    assert desk.session.preview.chosen == 1
    red.type("Left", ["control"])
    assert desk.session.preview.chosen == 0
    desk.editing.activate("")
    red.type("Return", ["control"])
    assert not desk.mask().any()
    desk.editing.activate("SAM")
    desk.settle()
    assert desk.session.preview is not None
    red.type("Return", ["control"])
    assert np.array_equal(desk.mask(), box_on(labels))


def test_a_neighbour_is_kept_where_the_settings_say_so(desk, labels):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    node = desk.editing.editor_node
    node.SetOverwriteMode(node.OverwriteNone)
    desk.editing.select("two")
    desk.click("Red", desk.editing.ras(8, 2, 2))
    desk.effect.self().onApply()
    assert np.array_equal(desk.mask("two"), box_on(labels, value=0))
    assert np.array_equal(desk.mask("one"), box_on(labels))
    assert node.GetOverwriteMode() == node.OverwriteNone and node.GetSelectedSegmentID() == "two"


def test_masking_and_intensity_range_hold_and_stay_as_they_were_set(desk, labels):
    node = desk.editing.editor_node
    node.SetSourceVolumeIntensityMask(True)
    node.SetSourceVolumeIntensityMaskRange(100, 150)
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert "protected" in desk.messages
    assert desk.effect.self().onApply() == 0
    assert not desk.mask().any()
    assert node.GetSourceVolumeIntensityMask()
    node.SetSourceVolumeIntensityMask(False)
    node.SetMaskMode(desk.editing.segmentation_node.EditAllowedInsideAllSegments)
    assert desk.effect.self().onApply() == 0
    assert node.GetMaskMode() == desk.editing.segmentation_node.EditAllowedInsideAllSegments


def test_a_click_outside_the_volume_says_so_and_does_nothing(desk):
    red = desk.editing.views["Red"]
    red.click(red.ras(1, 1))
    desk.controller.show()
    assert "outside the volume" in desk.controller.panel.notices.text
    assert len(desk.session.marks) == 0


def test_other_slices_segments_and_views_have_marks_of_their_own(desk, labels):
    red, ras = desk.editing.views["Red"], desk.editing.ras
    desk.click("Red", ras(8, 12, 12))
    red.show(ras(9, 12, 12))
    desk.settle()
    assert desk.session.preview is None and len(desk.session.marks) == 0
    assert desk.effect.self().onApply() == 0 and not desk.mask().any()
    red.show(ras(8, 12, 12))
    desk.settle()
    assert desk.session.preview is not None
    desk.editing.select("two")
    desk.settle()
    assert desk.session.preview is None
    assert desk.effect.self().onApply() == 0
    desk.editing.select("one")
    desk.settle()
    desk.click("Yellow", ras(8, 12, 12))
    assert desk.session.plane.axis == 2
    desk.effect.self().onApply()
    expected = np.zeros(labels.shape, bool)
    expected[:, :, 12] = labels[:, :, 12] == 1
    assert np.array_equal(desk.mask(), expected)


@pytest.mark.parametrize("gone", ["volume", "segmentation", "segment", "scene", "effect"])
@pytest.mark.parametrize("when", ["encoding", "preview", "drag"])
def test_nodes_may_go_at_any_moment(desk, gone, when):
    import slicer

    red, ras = desk.editing.views["Red"], desk.editing.ras
    if when == "drag":
        desk.effect.setParameter("Tool", "box")
        red.press(ras(8, 3, 4))
        red.move(ras(8, 20, 20))
    else:
        red.click(ras(8, 12, 12))
    if when == "preview":
        desk.settle()
    editing = desk.editing
    if gone == "volume":
        slicer.mrmlScene.RemoveNode(editing.volume_node)
    elif gone == "segmentation":
        slicer.mrmlScene.RemoveNode(editing.segmentation_node)
    elif gone == "segment":
        editing.segmentation_node.GetSegmentation().RemoveSegment("one")
    elif gone == "scene":
        slicer.mrmlScene.Clear()
    else:
        editing.activate("")
    if gone != "scene":
        red.release(ras(8, 20, 20))
        red.type("Return")
    desk.settle()
    assert desk.session is None or desk.session.preview is None or gone == "segment"
    if gone in ("segment", "volume", "effect"):
        assert not editing.segmentation_node.GetSegmentation().GetSegment("two") or not desk.mask("two").any()


def test_another_volume_and_another_model_drop_what_belongs_to_the_first(desk):
    from SAMSegmenterLib.core.geometry import Volume
    from SAMSegmenterLib.scene.volumes import node_from_volume

    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.setParameter("Model", "other")
    assert desk.session.service.model == "other"
    desk.settle()
    assert desk.session.preview is not None
    other = node_from_volume(Volume(np.zeros((16, 40, 48), np.int16), np.eye(4), name="other"))
    desk.editing.editor.setSourceVolumeNode(other)
    desk.settle()
    assert desk.session.preview is None and len(desk.session.marks) == 0
    assert desk.effect.self().onApply() == 0 and not desk.mask().any()


def test_deactivating_leaves_nothing_in_the_views(desk):
    red = desk.editing.views["Red"]
    renderer = desk.effect.renderer(red.widget)
    before = renderer.GetViewProps().GetNumberOfItems()
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert renderer.GetViewProps().GetNumberOfItems() > before
    desk.editing.activate("")
    assert renderer.GetViewProps().GetNumberOfItems() == before


def test_two_editors_work_side_by_side(desk, labels):
    import slicer

    from support.desktop.editing import open_editor

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode", "second")
    other = open_editor(node, desk.editing.segmentation_node, desk.editing.volume_node)
    other.setCurrentSegmentID("two")
    desk.click("Red", desk.editing.ras(8, 12, 12))
    other.setActiveEffectByName("SAM")
    session = other.activeEffect().self().controller.owner.session
    assert session is not desk.session and session.segment_id == "two"
    assert desk.effect.self().onApply() > 0
    assert np.array_equal(desk.mask("one"), box_on(labels))
    assert not desk.mask("two").any()
    other.setActiveEffectByName("")


def test_prompts_are_saved_with_the_scene_and_come_back(desk):
    import slicer

    from SAMSegmenterLib.scene.prompt_node import read_prompts

    desk.click("Red", desk.editing.ras(8, 12, 12))
    slicer.mrmlScene.InvokeEvent(slicer.mrmlScene.StartSaveEvent)
    kept = read_prompts(desk.editing.segmentation_node)
    assert [segment.id for segment in kept.segments] == ["one"]
    desk.controller.owner.close()
    desk.settle()
    desk.click("Red", desk.editing.ras(8, 14, 14))
    assert len(desk.session.marks) == 2


def test_options_follow_the_parameters_and_back(desk):
    panel = desk.controller.panel
    desk.effect.setParameter("Mode", "add")
    desk.effect.setParameter("FillHoles", 1)
    assert panel.mask.mode.value == "add" and panel.settings.fill_holes.checked
    assert desk.session.mode == "add" and desk.session.cleanup.fill_holes
    panel.settings.smooth.value = 1.5
    assert desk.effect.doubleParameter("SmoothPixels") == 1.5
    assert desk.session.cleanup.smooth_px == 1.5


def test_proposals_are_picked_with_a_click(desk, labels):
    desk.editing.views["Red"].move(desk.editing.ras(8, 12, 12))
    desk.settle()
    desk.controller.panel.structures.propose.click()
    desk.settle()
    assert len(desk.session.proposals) >= 3
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert np.array_equal(desk.mask(), box_on(labels))

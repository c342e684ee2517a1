"""Buttons of the effect, pressed on real widgets, and the voxels that come of it."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.scene.regions import POINTS_CLASS, REGION_CLASS
from support.phantoms import matrix, two_boxes_volume

LPS = matrix((2.0, 0.8, 0.8), origin_ras=(10, 8, -6), lps=True)


def stack_of(desk):
    return desk.controller.panel.stack


def notices(desk):
    return desk.controller.panel.notices.text


def add_region(desk, low=(5, 2, 3), high=(9, 22, 20)):
    """What a user does: create a region in the list, then place it around voxels (k, j, i)."""
    node = stack_of(desk).chooser.region.addNode(REGION_CLASS)
    corners = np.array([desk.editing.ras(*low), desk.editing.ras(*high)])
    node.SetCenterWorld(*corners.mean(axis=0))
    node.SetSizeWorld(*np.abs(np.diff(corners, axis=0)[0]))
    return node


def add_points(desk, places):
    node = stack_of(desk).chooser.region.addNode(POINTS_CLASS)
    for place in places:
        node.AddControlPointWorld(*desk.editing.ras(*place))
    return node


def layers(labels, axis, indices, value=1):
    expected = np.zeros(labels.shape, bool)
    at = [slice(None)] * 3
    at[axis] = list(indices)
    expected[tuple(at)] = labels[tuple(at)] == value
    return expected


@pytest.mark.parametrize("place", [matrix(), LPS], ids=["RAS", "anisotropic LPS"])
def test_a_region_is_outlined_on_all_its_slices_and_accepted_in_one_step(start_effect, labels, place):
    desk = start_effect(two_boxes_volume(ijk_to_ras=place)[0])
    add_region(desk)
    stack_of(desk).outline_region.click()
    desk.settle()
    assert not desk.mask().any()
    assert (stack_of(desk).progress.value, stack_of(desk).progress.text) == (5, "5 of 5 slices")
    stack_of(desk).accept.click()
    expected = layers(labels, 0, range(5, 10))
    assert np.array_equal(desk.mask(), expected)
    assert not desk.mask("two").any() and f"{expected.sum()} voxels changed" in notices(desk)
    desk.editing.editor.undo()
    assert not desk.mask().any()
    desk.editing.editor.redo()
    assert np.array_equal(desk.mask(), expected)


@pytest.mark.parametrize(("view", "axis", "spanned"), [("Green", 1, range(5, 15)), ("Yellow", 2, range(8, 13))])
def test_slices_follow_the_direction_of_the_view_in_use(desk, labels, view, axis, spanned):
    low, high = [3, 2, 3], [12, 22, 20]
    low[axis], high[axis] = spanned[0], spanned[-1]
    hand = desk.editing.views[view]
    hand.show(desk.editing.ras(8, 12, 12))
    hand.move(desk.editing.ras(8, 12, 12))
    add_region(desk, low, high)
    stack_of(desk).outline_region.click()
    desk.settle()
    stack_of(desk).accept.click()
    assert np.array_equal(desk.mask(), layers(labels, axis, spanned))


def test_six_outermost_points_are_a_region_too(desk, labels):
    points = [(7, 10, 6), (7, 10, 17), (7, 5, 10), (7, 19, 10), (6, 10, 10), (8, 10, 10)]
    node = add_points(desk, points[:5])
    stack_of(desk).outline_region.click()
    assert "holds 5 points; 6 are needed" in notices(desk)
    node.AddControlPointWorld(*desk.editing.ras(*points[5]))
    stack_of(desk).outline_region.click()
    desk.settle()
    stack_of(desk).accept.click()
    assert np.array_equal(desk.mask(), layers(labels, 0, range(6, 9)))


def test_a_region_under_a_transform_lies_where_it_is_seen(desk, labels):
    import slicer

    from SAMSegmenterLib.scene.matrices import matrix_to_vtk

    node = add_region(desk, (4, 2, 3), (6, 22, 20))
    shift = np.eye(4)
    shift[:3, 3] = np.subtract(desk.editing.ras(7, 0, 0), desk.editing.ras(4, 0, 0))
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(matrix_to_vtk(shift))
    node.SetAndObserveTransformNodeID(transform.GetID())
    stack_of(desk).outline_region.click()
    desk.settle()
    stack_of(desk).accept.click()
    assert np.array_equal(desk.mask(), layers(labels, 0, range(7, 10)))


def test_marked_slices_are_outlined_together(desk, labels):
    for k in (4, 10):
        desk.click("Red", desk.editing.ras(k, 12, 12))
    stack_of(desk).outline_marked.click()
    desk.settle()
    stack_of(desk).accept.click()
    assert np.array_equal(desk.mask(), layers(labels, 0, [4, 10]))


def test_stopping_keeps_the_slices_that_are_done(desk, labels):
    add_region(desk)
    stack_of(desk).outline_region.click()
    while len(desk.session.stack.slices) < 2:
        assert desk.worker.run_next()
        desk.controller._tick()
    assert stack_of(desk).progress.text.endswith("of 5 slices") and stack_of(desk).progress.value < 5
    desk.controller.panel.cancel.click()
    desk.settle()
    done = sorted(plane.index for plane in desk.session.stack.slices)
    stack_of(desk).accept.click()
    assert 2 <= len(done) < 5
    assert np.array_equal(desk.mask(), layers(labels, 0, done))


def test_rejecting_all_slices_leaves_no_trace(desk):
    add_region(desk)
    before = desk.mask().copy()
    stack_of(desk).outline_region.click()
    desk.settle()
    stack_of(desk).reject.click()
    desk.settle()
    assert np.array_equal(desk.mask(), before)
    assert desk.session.stack is None and len(desk.session.marks) == 0 and desk.session.preview is None
    assert not stack_of(desk).accept.enabled and not stack_of(desk).progress.visible
    desk.editing.editor.undo()
    assert np.array_equal(desk.mask(), before)


def test_a_region_that_cannot_be_used_says_why(desk):
    stack = stack_of(desk)
    stack.outline_region.click()
    assert "No region is chosen" in notices(desk)
    node = stack.chooser.region.addNode(REGION_CLASS)
    stack.outline_region.click()
    assert "has not been placed" in notices(desk)
    node.SetCenterWorld(500, 500, 500)
    node.SetSizeWorld(5, 5, 5)
    stack.outline_region.click()
    assert "outside the volume" in notices(desk)
    stack.outline_marked.click()
    assert "No slice of this segment has prompts" in notices(desk)
    assert desk.session.stack is None and not desk.mask().any()


def test_a_tilted_view_has_no_slices_to_span(desk):
    add_region(desk)
    red = desk.editing.views["Red"]
    red.move(desk.editing.ras(8, 12, 12))
    node = red.widget.sliceLogic().GetSliceNode()
    node.SetSliceToRASByNTP(0, 0.6, 0.8, 1, 0, 0, *desk.editing.ras(8, 12, 12), 0)
    desk.settle()
    stack_of(desk).outline_region.click()
    assert "tilted against the volume's slices" in notices(desk)


def test_the_region_is_kept_with_the_editors_parameters(desk):
    node = add_region(desk)
    assert desk.effect.nodeReference("Region") is node
    desk.effect.setNodeReference("Region", None)
    assert stack_of(desk).chooser.node is None
    desk.effect.setNodeReference("Region", node)
    assert stack_of(desk).chooser.node is node


def proposing(desk):
    desk.editing.views["Red"].move(desk.editing.ras(8, 12, 12))
    desk.settle()
    desk.controller.panel.structures.propose.click()
    desk.settle()


def names(desk):
    segmentation = desk.editing.segmentation_node.GetSegmentation()
    return [segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())]


def mask_named(desk, name):
    return desk.mask(desk.editing.segmentation_node.GetSegmentation().GetSegmentIdBySegmentName(name))


def test_a_proposal_becomes_a_new_segment_in_one_undo_step(desk, labels):
    proposing(desk)
    structures = desk.controller.panel.structures
    structures.as_new.click()
    structures.name.text = "Nodule"
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert names(desk) == ["one", "two", "Nodule"]
    assert np.array_equal(mask_named(desk, "Nodule"), layers(labels, 0, [8]))
    assert not desk.mask().any() and not desk.mask("two").any()
    assert desk.session.segment_id == "one" and desk.session.proposals is not None
    desk.click("Red", desk.editing.ras(8, 20, 34))
    assert names(desk) == ["one", "two", "Nodule", "Nodule 2"]
    desk.editing.editor.undo()
    assert names(desk) == ["one", "two", "Nodule"]
    desk.editing.editor.undo()
    assert names(desk) == ["one", "two"]
    desk.editing.editor.redo()
    assert names(desk) == ["one", "two", "Nodule"]
    assert np.array_equal(mask_named(desk, "Nodule"), layers(labels, 0, [8]))


def test_without_the_tick_a_proposal_goes_to_the_selected_segment(desk, labels):
    proposing(desk)
    structures = desk.controller.panel.structures
    structures.as_new.click()
    structures.as_new.click()
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert names(desk) == ["one", "two"] and np.array_equal(desk.mask(), layers(labels, 0, [8]))


def test_no_new_segment_stays_where_masking_lets_nothing_be_written(desk):
    proposing(desk)
    desk.controller.panel.structures.as_new.click()
    desk.editing.editor_node.SetMaskMode(desk.editing.segmentation_node.EditAllowedInsideAllSegments)
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert names(desk) == ["one", "two"]
    assert "Nothing was written" in notices(desk)


def uncertainty_volumes():
    import slicer

    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    return [node for node in nodes if "uncertainty" in node.GetName()]


def test_uncertainty_is_kept_slice_by_slice_in_one_volume(desk):
    import slicer

    mask = desk.controller.panel.mask
    kept = {}
    for k in (8, 9):
        desk.click("Red", desk.editing.ras(k, 12, 12))
        assert not mask.keep_uncertainty.enabled
        mask.uncertainty.click()
        desk.settle()
        kept[k] = desk.session.uncertainty.values
        mask.keep_uncertainty.click()
        assert "is in the volume" in notices(desk) and desk.session.uncertainty is not None
    (volume,) = uncertainty_volumes()
    array = slicer.util.arrayFromVolume(volume)
    assert volume.GetName() == f"{desk.editing.volume_node.GetName()} - uncertainty of one"
    for k, values in kept.items():
        assert np.array_equal(array[k], values)
    assert not np.delete(array, [8, 9], axis=0).any()
    assert not desk.mask().any()


def test_uncertainty_of_a_tilted_slice_says_which_voxels_it_sets(desk):
    import slicer

    red = desk.editing.views["Red"]
    red.move(desk.editing.ras(8, 12, 12))
    node = red.widget.sliceLogic().GetSliceNode()
    node.SetSliceToRASByNTP(0, 0.6, 0.8, 1, 0, 0, *desk.editing.ras(8, 12, 12), 0)
    red.click(desk.editing.ras(8, 12, 12))
    desk.settle()
    desk.controller.panel.mask.uncertainty.click()
    desk.settle()
    desk.controller.panel.mask.keep_uncertainty.click()
    assert "The view is tilted" in notices(desk)
    array = slicer.util.arrayFromVolume(uncertainty_volumes()[0])
    assert array.shape == (16, 40, 48) and 0 <= array.min() <= array.max() <= 1


def test_buttons_work_before_the_mouse_was_in_a_view(desk):
    assert desk.controller.owner.slice_node is None
    desk.controller.panel.structures.propose.click()
    desk.settle()
    assert desk.controller.owner.view_name == "Red" and len(desk.session.proposals) >= 3


def test_without_a_segmentation_every_button_says_so(desk):
    import slicer

    slicer.mrmlScene.RemoveNode(desk.editing.segmentation_node)
    request = desk.controller.panel.propagation.request
    given = {"candidate": [1], "propagate": [request], "accept_range": [1, 2], "go_to_slice": [1]}
    for name, action in desk.controller.panel._actions.items():
        desk.controller.panel.show_notices("", False)
        action(*given.get(name, []))
        assert "no segmentation" in notices(desk), name

"""Masks are carried from slice to slice in the effect: seen, judged, accepted or rejected, and undone."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from support.phantoms import two_boxes_volume

FIRST, LAST = 4, 11
"""Slices that the box fills."""


@pytest.fixture
def desk(start_effect):
    desk = start_effect(two_boxes_volume()[0])
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    desk.settle()
    return desk


@pytest.fixture
def section(desk):
    return desk.controller.panel.propagation


@pytest.fixture
def structure(labels):
    return labels == 1


def only(structure, *indices):
    expected = np.zeros_like(structure)
    expected[list(indices)] = structure[list(indices)]
    return expected


def shown_slice(desk, view="Red"):
    place = desk.editing.views[view].ras(10, 10)
    return round((np.linalg.inv(desk.session.source.volume.ijk_to_ras) @ (*place, 1.0))[2])


def choose_slices(section, first, last):
    """As the user chooses a range of slices."""
    section.range.show("slices")
    section.range.widget.activated.emit(1)
    section.first.setValue(first)
    section.last.setValue(last)


def run_all(desk, section):
    """Propagate through the slices of the structure: whether it ends there is not the panel's business."""
    choose_slices(section, FIRST, LAST)
    section.propagate.click()
    desk.settle()


def test_a_structure_is_propagated_seen_and_accepted_as_one_undo_step(desk, section, structure):
    before = desk.mask()
    assert np.array_equal(before, only(structure, 8))
    run_all(desk, section)
    strip = section.strip.content
    final = [one.index for one in strip.slices if one.final]
    assert final == list(range(FIRST, LAST + 1)) and strip.keyframes == {8} and strip.shown == 8
    assert np.array_equal(desk.mask(), before), "nothing is written"
    assert len(section.ends.text.splitlines()) == 2 and "ended at slice" in section.ends.text
    section.accept.click()
    desk.settle()
    assert np.array_equal(desk.mask(), structure)
    desk.editing.editor.undo()
    assert np.array_equal(desk.mask(), before)
    desk.editing.editor.redo()
    assert np.array_equal(desk.mask(), structure)


def test_reject_leaves_the_segment_as_it_was(desk, section):
    before = desk.mask()
    run_all(desk, section)
    section.reject.click()
    desk.settle()
    assert np.array_equal(desk.mask(), before)
    assert not section.accept.enabled and section.accept.isHidden() and section.ends.isHidden()


def test_a_range_chosen_on_the_strip_is_accepted_alone(desk, section, structure):
    run_all(desk, section)
    assert not section.accept_range.enabled
    section.strip.choose((6, 9))
    assert section.accept_range.enabled and "6" in section.accept_range.text and "9" in section.accept_range.text
    section.accept_range.click()
    desk.settle()
    assert np.array_equal(desk.mask(), only(structure, 6, 7, 8, 9))
    accepted = {one.index for one in section.strip.content.slices if one.is_accepted}
    assert accepted == {6, 7, 8, 9} and section.strip.chosen is None and not section.accept_range.enabled
    section.accept.click()
    desk.settle()
    assert np.array_equal(desk.mask(), structure)


def test_cancel_keeps_what_is_there(desk, section):
    section.propagate.click()
    for _ in range(4):
        desk.worker.run_next()
        desk.controller._tick()
    assert section.cancel.enabled and not section.propagate.enabled
    assert not section.progress_row.isHidden() and "slices" in section.progress_words.text
    done = len(section.strip.content.slices)
    assert 1 < done < LAST - FIRST + 1
    section.cancel.click()
    desk.settle()
    assert not section.cancel.enabled and section.propagate.enabled and section.accept.enabled
    assert len(section.strip.content.slices) == done
    assert "stopped by you" in section.ends.text
    written = desk.mask().sum()
    section.accept.click()
    desk.settle()
    assert desk.mask().sum() > written


def test_the_view_goes_to_the_worst_slice_and_to_those_that_are_clicked(desk, section):
    run_all(desk, section)
    worst = section.strip.content.worst
    assert worst is not None and worst != shown_slice(desk)
    section.worst.click()
    desk.settle()
    assert shown_slice(desk) == worst and section.strip.content.shown == worst
    section.strip._on_go(5)
    desk.settle()
    assert shown_slice(desk) == 5 and section.strip.content.shown == 5
    assert "Slice 5" in section.about.text


@pytest.mark.parametrize(("key", "expected"), [("Up", 9), ("Down", 7)])
def test_a_key_carries_the_mask_one_slice_on_and_goes_there(desk, section, key, expected):
    desk.editing.views["Red"].type(key, ["control"])
    desk.settle()
    assert shown_slice(desk) == expected
    desk.editing.views["Red"].type(key, ["control"])
    desk.settle()
    further = expected + (1 if key == "Up" else -1)
    assert shown_slice(desk) == further
    found = {one.index for one in section.strip.content.slices if one.origin != "keyframe"}
    assert found == {expected, further}


def test_slices_between_two_numbers_are_propagated_alone(desk, section, structure):
    assert section.slices.isHidden()
    choose_slices(section, 9, 7)
    assert not section.slices.isHidden()
    section.propagate.click()
    desk.settle()
    section.accept.click()
    desk.settle()
    assert np.array_equal(desk.mask(), only(structure, 7, 8, 9))


def test_here_takes_the_slice_that_is_shown(desk, section):
    section.first_here.click()
    assert section.first.value == 8
    desk.editing.views["Red"].show(desk.editing.ras(10, 12, 12))
    desk.settle()
    section.last_here.click()
    assert (section.first.value, section.last.value) == (8, 10)


def test_the_range_is_of_the_view_in_use_whatever_direction_the_results_have(desk, section):
    run_all(desk, section)
    yellow = desk.editing.views["Yellow"]
    yellow.show(desk.editing.ras(8, 12, 12))
    desk.controller.owner.use_view(yellow.widget.mrmlSliceNode())
    desk.settle()
    axis = desk.session.plane.axis
    assert axis != 0 and desk.session.propagation.axis == 0, "the results stay as they are"
    count = desk.session.source.volume.shape_kji[axis]
    assert (section.first.minimum, section.first.maximum) == (0, count - 1)
    section.first_here.click()
    assert section.first.value == desk.session.plane.index


def test_a_region_of_interest_limits_the_slices(desk, section, structure):
    from SAMSegmenterLib.scene.regions import REGION_CLASS

    section.range.show("region")
    section.range.widget.activated.emit(2)
    assert not section.chooser.widget.isHidden()
    section.propagate.click()
    assert "No region is chosen" in desk.messages
    node = section.chooser.region.addNode(REGION_CLASS)
    assert desk.controller.panel.stack.chooser.node is node, "it is one and the same region"
    ends = [desk.editing.ras(*place) for place in ((6, 2, 2), (9, 30, 30))]
    node.SetCenter(*(np.sum(ends, axis=0) / 2))
    node.SetSize(*np.abs(np.subtract(*ends)))
    section.propagate.click()
    desk.settle()
    section.accept.click()
    desk.settle()
    assert np.array_equal(desk.mask(), only(structure, 6, 7, 8, 9))


def test_a_stop_mark_takes_away_what_lies_beyond_it(desk, section, structure):
    run_all(desk, section)
    desk.editing.views["Red"].show(desk.editing.ras(10, 12, 12))
    desk.settle()
    assert not section.stop_mark.checked
    section.stop_mark.click()
    desk.settle()
    assert section.stop_mark.checked and section.strip.content.stop_marks == {10}
    section.accept.click()
    desk.settle()
    assert np.array_equal(desk.mask(), only(structure, *range(FIRST, 10)))
    section.stop_mark.click()
    assert not section.stop_mark.checked and not section.strip.content.stop_marks


def test_all_segments_with_accepted_slices_travel_together(desk, section, labels):
    desk.editing.select("two")
    desk.click("Red", desk.editing.ras(8, 20, 34))
    desk.effect.self().onApply()
    section.segments.show("all")
    section.segments.widget.activated.emit(1)
    run_all(desk, section)
    assert "one: " in section.ends.text and "two: " in section.ends.text
    section.accept.click()
    desk.settle()
    assert np.array_equal(desk.mask("one"), labels == 1) and np.array_equal(desk.mask("two"), labels == 2)


def test_carried_prompts_become_the_users_own(desk, section):
    run_all(desk, section)
    section.strip._on_go(6)
    desk.settle()
    assert section.edit.enabled and len(desk.session.marks) == 0
    section.edit.click()
    desk.settle()
    assert len(desk.session.marks) > 0 and desk.session.preview is not None


def test_a_volume_that_is_removed_in_the_middle_ends_it_and_leaves_nothing(desk, section):
    before = desk.mask()
    section.propagate.click()
    for _ in range(4):
        desk.worker.run_next()
        desk.controller._tick()
    slicer.mrmlScene.RemoveNode(desk.editing.volume_node)
    desk.settle()
    assert not section.cancel.enabled and not section.accept.enabled and not section.propagate.enabled
    assert section.strip.content.slices == () and section.strip.isHidden()
    segment = desk.editing.segmentation_node.GetSegmentation().GetSegment("one")
    assert segment is not None and before.any()


def test_without_a_view_along_the_slices_the_user_is_told(desk, section):
    run_all(desk, section)
    layout = slicer.app.layoutManager()
    for name in layout.sliceViewNames():
        layout.sliceWidget(name).mrmlSliceNode().SetOrientation("Sagittal")
    desk.settle()
    section.strip._on_go(5)
    assert "No slice view shows slices" in desk.messages


def test_another_view_along_the_slices_is_moved_when_the_one_in_use_lies_across(desk, section):
    run_all(desk, section)
    yellow = desk.editing.views["Yellow"]
    yellow.show(desk.editing.ras(8, 12, 12))
    yellow.move(desk.editing.ras(8, 12, 12))
    desk.settle()
    section.strip._on_go(5)
    desk.settle()
    assert shown_slice(desk, "Red") == 5 and desk.controller.owner.view_name == "Red"


@pytest.mark.parametrize("text", ["Up", "Down"])
def test_tool_tips_name_the_keys(section, text):
    from SAMSegmenterLib.desktop.shortcuts import KEYS

    key = f"Ctrl+{text}"
    assert key in KEYS
    assert any(key in one.toolTip for one in (section.up, section.down))

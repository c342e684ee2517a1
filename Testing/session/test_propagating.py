"""Accepted slices are carried through a volume; nothing of it is in a segment before it is accepted in one step."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation import KEYFRAME, StopReason
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.replay import replay
from support.editing import a_desk
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume
from support.propagating import (
    AREA_ONE,
    AREA_TWO,
    FIRST,
    IN_ONE,
    IN_TWO,
    LAST,
    accept_at,
    accepted_desk,
    box,
    propagated_desk,
    step,
    until_results,
)


def test_results_stream_in_and_are_not_in_the_segment():
    desk = accepted_desk()
    before = desk.mask().copy()
    assert desk.session.propagate(FIRST, LAST)
    propagation, seen = desk.session.propagation, [0]
    for _ in range(60):
        desk.heard.clear()
        step(desk)
        count = len(propagation.held("one"))
        if count > seen[-1]:
            assert any("propagation" in names for names in desk.heard)
            seen.append(count)
        if not propagation.is_running:
            break
    assert seen[-1] == LAST - FIRST and len(seen) == LAST - FIRST + 1, "slice by slice"
    assert propagation.has_results and not propagation.is_running and propagation.progress is None
    np.testing.assert_array_equal(desk.mask(), before)
    assert desk.writer.undo_steps == ("SAM: one",)


def test_accepting_all_is_one_undo_step():
    desk = propagated_desk()
    before = desk.mask().copy()
    result = desk.session.accept_propagation()
    assert result.changed == (LAST - FIRST) * AREA_ONE
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 2
    assert not desk.session.propagation.has_results and not desk.session.propagation.segments
    assert desk.writer.tags["one"]["origin"] == "accepted by hand and propagated"
    desk.writer.undo()
    np.testing.assert_array_equal(desk.mask(), before)


def test_a_range_is_accepted_and_the_rest_waits():
    desk = propagated_desk()
    desk.session.accept_propagation(5, 6)
    assert desk.mask().sum(axis=(1, 2)).nonzero()[0].tolist() == [5, 6, 8]
    propagation = desk.session.propagation
    assert list(propagation.held("one")) == [4, 7, 9, 10, 11]
    strip = {one.index: one for one in propagation.strip("one")}
    assert [index for index, one in strip.items() if one.is_accepted] == [5, 6, 8]
    assert strip[8].origin == KEYFRAME and strip[8].confidence == 1
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 3


def test_what_was_accepted_in_part_waits_again_when_it_is_undone():
    desk = propagated_desk()
    desk.session.accept_propagation(5, 6)
    desk.writer.undo()
    desk.session.segmentation_changed()
    assert list(desk.session.propagation.held("one")) == [4, 5, 6, 7, 9, 10, 11]
    desk.writer.redo()
    desk.session.segmentation_changed()
    assert list(desk.session.propagation.held("one")) == [4, 7, 9, 10, 11]


def test_a_keyframe_whose_acceptance_is_undone_is_written_with_the_results():
    desk = propagated_desk()
    desk.writer.undo()
    assert not desk.mask().any()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 1


def test_keyframes_stay_as_they_are_even_when_they_were_painted_over():
    desk = accepted_desk()
    desk.mask()[8, 30:34, 2:6] = 1
    painted = desk.mask()[8].copy()
    desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert desk.session.propagation.results.keyframes["one"][8].mask.sum() == painted.sum()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask()[8], painted)


def test_cancelling_keeps_what_is_there_and_it_can_be_accepted():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 3)
    desk.session.cancel()
    desk.settle()
    propagation = desk.session.propagation
    held = list(propagation.held("one"))
    assert len(held) == 3 and not propagation.is_running and "stopped" in desk.messages
    assert StopReason.CANCELLED in [end.reason for end in propagation.ends]
    assert desk.session.accept_propagation().changed == 3 * AREA_ONE


def test_cancelling_before_the_first_result_leaves_nothing():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    desk.session.cancel()
    desk.settle()
    assert not desk.session.propagation.segments and not desk.session.propagation.has_results


def test_rejecting_leaves_segment_and_marks():
    desk = propagated_desk()
    before, marks = desk.mask().copy(), desk.session.marks
    assert desk.session.reject_propagation()
    assert not desk.session.propagation.segments and desk.session.marks is marks
    np.testing.assert_array_equal(desk.mask(), before)
    assert not desk.session.reject_propagation()
    assert desk.session.accept_propagation().changed == 0 and "nothing to accept" in desk.messages


def test_a_click_gets_its_preview_between_two_results():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.add_point(IN_TWO)
    for _ in range(2):
        step(desk)
    assert desk.session.preview is not None and desk.session.preview.mask.sum() == AREA_TWO
    assert desk.session.propagation.is_running
    desk.settle()
    assert len(desk.session.propagation.held("one")) == LAST - FIRST


def test_another_segment_can_be_selected_meanwhile():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    desk.session.select_segment("two")
    desk.settle()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask() != 0, box(desk, 200, slice(FIRST, LAST + 1)))
    assert not desk.mask("two").any()


def test_several_segments_travel_in_one_pass_and_do_not_overlap():
    desk = accepted_desk()
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO)
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert set(desk.session.propagation.segments) == {"one", "two"}
    result = desk.session.accept_propagation()
    assert result.changed == (LAST - FIRST) * (AREA_ONE + AREA_TWO)
    assert not (desk.mask() & desk.mask("two")).any()
    np.testing.assert_array_equal(desk.mask("two") != 0, box(desk, 120, slice(FIRST, LAST + 1)))
    assert len(desk.writer.undo_steps) == 3, "two slices by hand and one step for all results"


def test_only_the_segments_asked_for_travel():
    desk = accepted_desk()
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO)
    desk.session.propagate(FIRST, LAST, segments=["two"])
    desk.settle()
    assert desk.session.propagation.segments == ("two",)


@pytest.mark.parametrize("while_running", [True, False])
@pytest.mark.parametrize(
    "move",
    [
        lambda desk: desk.scene.paint(np.s_[3, 0, 0], 1),
        lambda desk: desk.scene.remove(),
        lambda desk: desk.scene.show(two_boxes_volume()[0], "another"),
    ],
)
def test_a_volume_that_changes_ends_propagation_and_nothing_is_written(move, while_running):
    desk = accepted_desk()
    before = desk.mask().copy()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    if not while_running:
        desk.settle()
    move(desk)
    desk.settle()
    propagation = desk.session.propagation
    assert not propagation.segments and not propagation.is_running and "propagation ended" in desk.messages
    assert desk.session.accept_propagation().changed == 0
    np.testing.assert_array_equal(desk.mask(), before)


def test_a_volume_that_changes_right_before_acceptance_is_noticed():
    desk = propagated_desk()
    before = desk.mask().copy()
    desk.scene.paint(np.s_[3, 0, 0], 1)
    assert desk.session.accept_propagation().changed == 0
    np.testing.assert_array_equal(desk.mask(), before)


def test_a_segment_that_is_removed_takes_its_results_along():
    desk = accepted_desk()
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO)
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    desk.writer.remove_segment("one")
    desk.settle()
    assert desk.session.propagation.segments == ("two",) and "removed" in desk.messages
    assert list(desk.session.propagation.held("two")) == [4, 5, 6, 7, 9, 10, 11]
    desk.writer.remove_segment("two")
    desk.settle()
    assert not desk.session.propagation.segments


def test_another_model_stops_the_pass_and_keeps_what_was_found():
    desk = accepted_desk()
    desk.session.propagate(FIRST, LAST)
    until_results(desk, 2)
    desk.session.choose_model("threshold", "cuda")
    desk.settle()
    propagation = desk.session.propagation
    assert not propagation.is_running and len(propagation.held("one")) == 2 and "Another model" in desk.messages


def test_two_runs_give_identical_voxels():
    masks = []
    for pause in (False, True):
        desk = accepted_desk()
        desk.session.propagate()
        if pause:
            until_results(desk, 2)
            desk.session.show(SlicePlane.lattice(0, 5))
            desk.rest()
        desk.settle()
        desk.session.accept_propagation()
        masks.append(desk.mask().copy())
    np.testing.assert_array_equal(*masks)


def test_a_preview_is_carried_where_nothing_is_accepted_and_is_written_with_the_results():
    desk = a_desk()
    desk.session.add_point(IN_ONE)
    desk.settle()
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    strip = {one.index: one for one in desk.session.propagation.strip("one")}
    assert not strip[8].is_accepted and desk.session.propagation.keyframes("one") == (8,)
    assert desk.session.accept_propagation().changed == (LAST - FIRST + 1) * AREA_ONE
    assert len(desk.writer.undo_steps) == 1 and desk.session.preview is None
    assert desk.session.prompts.accepted is desk.session.marks


def test_a_preview_that_is_on_its_way_is_waited_for():
    desk = a_desk()
    desk.session.add_point(IN_ONE)
    assert not desk.session.propagate(FIRST, LAST) and "to start from" in desk.messages


def test_voxels_that_somebody_else_made_are_carried_and_not_written_again():
    desk = a_desk()
    desk.mask()[8] = box(desk, 200, slice(8, 9))[8]
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    assert desk.session.propagation.keyframes("one") == (8,)
    assert desk.session.accept_propagation().changed == (LAST - FIRST) * AREA_ONE


def test_nothing_to_start_from_is_said_and_keeps_what_there_is():
    desk = propagated_desk()
    desk.session.select_segment("two")
    assert not desk.session.propagate(FIRST, LAST, segments=["two"])
    assert "no slice of 'two' to start from" in desk.messages
    assert len(desk.session.propagation.held("one")) == LAST - FIRST


def test_one_slice_is_carried_up_or_down_and_joins_the_results():
    desk = accepted_desk()
    assert desk.session.propagate_one(1)
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [9]
    desk.session.show(SlicePlane.lattice(0, 9))
    assert desk.session.propagate_one(1)
    desk.settle()
    desk.session.show(SlicePlane.lattice(0, 8))
    assert desk.session.propagate_one(-1)
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [7, 9, 10]
    assert desk.session.accept_propagation().changed == 3 * AREA_ONE


def test_one_slice_is_not_carried_onto_an_accepted_one_nor_out_of_the_volume():
    desk = accepted_desk()
    desk.session.show(SlicePlane.lattice(0, 9))
    accept_at(desk, IN_ONE)
    assert not desk.session.propagate_one(-1) and "accepted already" in desk.messages
    desk.mask()[15, 5:10, 5:10] = 1
    desk.session.show(SlicePlane.lattice(0, 15))
    assert not desk.session.propagate_one(1) and "last slice" in desk.messages


def test_results_of_another_direction_are_not_lost_to_a_single_slice():
    desk = propagated_desk()
    desk.session.show(SlicePlane.lattice(1, 12))
    assert not desk.session.propagate_one(1) and "another direction" in desk.messages
    assert len(desk.session.propagation.held("one")) == LAST - FIRST


def test_a_region_of_interest_limits_the_slices():
    desk = accepted_desk()
    volume = desk.scene.source().volume
    ijk = np.array([[i, j, k] for i in (2, 30) for j in (2, 30) for k in (6, 9)], float)
    assert desk.session.propagate_within_roi(ijk @ volume.ijk_to_ras[:3, :3].T + volume.ijk_to_ras[:3, 3])
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [6, 7, 9]
    assert not desk.session.propagate_within_roi(ijk + 1000) and "outside the volume" in desk.messages


def test_a_range_without_a_keyframe_starts_from_the_nearest_one():
    desk = accepted_desk()
    desk.session.propagate(11, 10)
    desk.settle()
    assert list(desk.session.propagation.held("one")) == [10, 11]
    assert not desk.session.propagate(40, 50) and "outside the volume" in desk.messages


def test_a_stop_mark_takes_away_what_lies_beyond_it_and_can_be_taken_away():
    desk = propagated_desk()
    desk.session.show(SlicePlane.lattice(0, 10))
    assert desk.session.toggle_stop_mark()
    propagation = desk.session.propagation
    assert list(propagation.held("one")) == [4, 5, 6, 7, 9] and propagation.stop_marks("one") == (10,)
    desk.session.show(SlicePlane.lattice(0, 5))
    desk.session.toggle_stop_mark()
    assert list(propagation.held("one")) == [6, 7, 9]
    assert not desk.session.toggle_stop_mark()
    assert propagation.stop_marks("one") == (10,) and propagation.stop_marks("two") == ()


def test_carried_prompts_become_marks_whose_mask_makes_the_slice_a_keyframe():
    desk = accepted_desk()
    desk.session.propagate(8, 10)
    desk.settle()
    desk.session.show(SlicePlane.lattice(0, 9))
    assert desk.session.edit_carried_prompts()
    assert len(desk.session.marks) > 0
    desk.settle()
    propagation = desk.session.propagation
    np.testing.assert_array_equal(desk.session.preview.mask, propagation.held("one")[9].mask)
    assert desk.session.accept().changed == AREA_ONE
    desk.settle()
    assert propagation.keyframes("one") == (8, 9) and list(propagation.held("one")) == [10]


def test_where_no_prompts_were_carried_there_are_none_to_edit():
    desk = propagated_desk()
    assert not desk.session.edit_carried_prompts() and "No prompts were carried" in desk.messages


def test_accepted_masks_are_replayed_from_the_prompt_file():
    desk = propagated_desk()
    desk.session.accept_propagation()
    volume = desk.scene.source().volume
    writer = ArraySegmentWriter.for_volume(volume, ("one", "two"))
    steps = list(replay(desk.session.prompt_file(), volume, ThresholdPredictor(), writer))
    assert len(steps) == LAST - FIRST + 1 and all(one.same for one in steps)
    np.testing.assert_array_equal(writer.mask("one"), desk.mask())

"""A box in space becomes one box per slice; the masks of all of them are accepted in one step."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.model_service import REQUEST
from SAMSegmenterLib.session.replay import replay
from support.editing import a_desk
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix, oblique_matrix, two_boxes_volume

INSIDE_ONE = (8, 8)


def corners_around(volume, low_ijk, high_ijk):
    """Eight corners, in RAS."""
    ijk = np.array(
        [
            [x, y, z]
            for x in (low_ijk[0], high_ijk[0])
            for y in (low_ijk[1], high_ijk[1])
            for z in (low_ijk[2], high_ijk[2])
        ]
    )
    return ijk @ volume.ijk_to_ras[:3, :3].T + volume.ijk_to_ras[:3, 3]


def boxed(desk, k=(5, 9)):
    volume = desk.scene.source().volume
    count = desk.session.boxes_from_roi(corners_around(volume, (4, 3, k[0]), (20, 22, k[1])))
    desk.settle()
    return count


def expected_of(desk, slices):
    expected = np.zeros((16, 40, 48), bool)
    expected[slices] = desk.scene.source().volume.array[slices] == 200
    return expected


@pytest.mark.parametrize("place", [matrix(), matrix((2, 0.8, 0.8), lps=True), oblique_matrix((2, 1, 1))])
def test_a_region_becomes_one_box_per_slice_and_all_masks_one_undo_step(place):
    volume, _ = two_boxes_volume(ijk_to_ras=place)
    desk = a_desk(volume)
    assert boxed(desk) == 5
    assert desk.session.preview.mask.sum() == 15 * 12, "the slice shown has its preview"
    assert desk.session.predict_stack() == 5
    desk.settle()
    stack = desk.session.stack
    assert stack.is_complete and (stack.done, stack.total, stack.skipped) == (5, 5, 0)
    assert stack.slices[SlicePlane.lattice(0, 7)].score == pytest.approx(0.95)
    result = desk.session.accept_stack()
    np.testing.assert_array_equal(desk.mask().astype(bool), expected_of(desk, slice(5, 10)))
    assert result.changed == 5 * 180 and len(desk.writer.undo_steps) == 1
    assert desk.session.stack is None and desk.session.preview is None
    desk.writer.undo()
    assert not desk.mask().any()


def test_six_extreme_points_do_the_same():
    desk = a_desk()
    volume = desk.scene.source().volume
    points = np.array([[6, 10, 7], [17, 10, 7], [10, 5, 7], [10, 19, 7], [10, 10, 5], [10, 10, 9]], float)
    ras = points @ volume.ijk_to_ras[:3, :3].T + volume.ijk_to_ras[:3, 3]
    assert desk.session.boxes_from_extreme_points(ras, margin=2) == 5
    desk.session.predict_stack()
    desk.settle()
    desk.session.accept_stack()
    np.testing.assert_array_equal(desk.mask().astype(bool), expected_of(desk, slice(5, 10)))


def test_another_region_replaces_the_boxes_of_the_first():
    desk = a_desk()
    boxed(desk)
    before = desk.session.marks
    desk.session.boxes_from_roi(corners_around(desk.scene.source().volume, (3, 3, 8), (30, 30, 9)))
    assert len(desk.session.marks) == 1 and desk.session.marks.marks[0].id == before.marks[0].id
    assert desk.session.marks.marks[0].box[2] > before.marks[0].box[2]


def test_a_region_outside_the_volume_says_so():
    desk = a_desk()
    assert (
        desk.session.boxes_from_roi(corners_around(desk.scene.source().volume, (100, 100, 100), (120, 120, 120))) == 0
    )
    assert [notice.kind for notice in desk.session.notices] == ["error"]


def test_on_a_tilted_view_an_axis_must_be_named():
    plane = SlicePlane.oblique((0, 0, 4), (1, 0, 0), (0, 0.8, 0.6), (1, 1), (48, 20))
    desk = a_desk(plane=plane)
    corners = corners_around(desk.scene.source().volume, (4, 3, 5), (20, 22, 9))
    assert desk.session.boxes_from_roi(corners) == 0 and "tilted" in desk.messages
    assert desk.session.boxes_from_roi(corners, axis=0) == 5


def test_a_click_passes_the_stack_and_changes_the_mask_of_its_slice():
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    desk.worker.run_next()
    desk.session.tick()
    assert desk.session.stack.done == 1
    desk.session.add_point((10, 12), label=0)
    desk.settle()
    assert desk.session.stack.is_complete
    assert desk.session.stack.slices[SlicePlane.lattice(0, 8)].mask.sum() == 180 - 25
    desk.session.add_point((8, 7), label=0)
    assert SlicePlane.lattice(0, 8) not in desk.session.stack.slices
    desk.settle()
    assert desk.session.stack.slices[SlicePlane.lattice(0, 8)].mask.sum() == 180 - 2 * 25
    desk.session.clear_marks()
    desk.settle()
    assert desk.session.stack.total == 4 and desk.session.stack.is_complete


def test_the_stack_goes_on_while_slices_are_scrolled_and_ends_with_segment_volume_or_model():
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    desk.session.show(SlicePlane.lattice(0, 3))
    desk.settle()
    assert desk.session.stack.is_complete
    for move in (
        lambda: desk.session.select_segment("two"),
        lambda: desk.scene.paint(np.s_[3, 0, 0], 1),
        lambda: desk.session.choose_model("threshold", "cuda"),
        lambda: desk.scene.remove(),
    ):
        if desk.session.stack is None:
            desk.session.select_segment("one")
            desk.session.predict_stack()
        move()
        desk.settle()
        assert desk.session.stack is None


def test_cancelling_keeps_what_is_done_and_it_can_be_accepted():
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    for _ in range(2):
        desk.worker.run_next()
        desk.session.tick()
    desk.session.cancel()
    desk.settle()
    assert desk.session.stack.done == 2 and desk.session.stack.is_complete
    assert desk.session.accept_stack().changed == 2 * 180


def test_slices_without_anything_are_counted_and_not_written():
    volume, _ = two_boxes_volume()
    volume.array[7] = 50

    class Empty(ThresholdPredictor):
        def decode(self, embedding, prompts, multimask=True, previous=None):
            answers = super().decode(embedding, prompts, multimask, previous)
            return [type(a)(a.masks & (embedding.features[0].max() > 50), a.scores, a.low_res) for a in answers]

    desk = a_desk(volume, Empty())
    boxed(desk)
    desk.session.predict_stack()
    desk.settle()
    assert (desk.session.stack.skipped, len(desk.session.stack.slices)) == (1, 4)
    assert "nothing on 1 of 5" in desk.messages
    assert desk.session.accept_stack().changed == 4 * 180


def test_a_model_that_fails_ends_the_stack_with_a_message_and_keeps_what_is_done():
    class Failing(ThresholdPredictor):
        def decode(self, *arguments, **options):
            if self.decode_calls == 3:
                raise ModelError("The graphics card is gone.")
            return super().decode(*arguments, **options)

    desk = a_desk(predictor=Failing())
    boxed(desk)
    desk.session.predict_stack()
    desk.settle()
    assert "graphics card is gone" in desk.messages and desk.session.stack.is_complete
    assert 0 < desk.session.stack.done < 5


def test_without_marks_there_is_nothing_to_predict_or_accept():
    desk = a_desk()
    assert desk.session.predict_stack() == 0 and "Mark it first" in desk.messages
    assert desk.session.accept_stack().changed == 0 and "nothing to accept" in desk.messages


def test_accepted_slices_are_not_predicted_again():
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    desk.settle()
    desk.session.accept_stack()
    assert desk.session.predict_stack() == 0


def test_the_stack_is_added_when_the_mode_says_so():
    desk = a_desk()
    desk.mask()[7, 30:] = 1
    desk.session.mode = "add"
    boxed(desk)
    desk.session.predict_stack()
    desk.settle()
    desk.session.accept_stack()
    assert desk.mask()[7, 30:].all() and desk.mask()[7].sum() == 10 * 48 + 180


def test_an_accepted_stack_is_replayed():
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    desk.settle()
    desk.session.accept_stack()
    volume = desk.scene.source().volume
    writer = ArraySegmentWriter.for_volume(volume, ("one", "two"))
    steps = list(replay(desk.session.prompt_file(), volume, ThresholdPredictor(), writer))
    assert len(steps) == 5 and all(step.same for step in steps)
    np.testing.assert_array_equal(writer.mask("one"), desk.mask())


def test_marks_that_change_while_their_slice_is_worked_on_are_worked_on_again():
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    assert desk.session.prompts not in desk.session.stack.waiting, "the slice shown is the one being worked on"
    stack_job = next(job for priority, _number, job in desk.worker.waiting if priority == REQUEST)
    stack_job.run()
    desk.session.add_point((10, 12), label=0)
    desk.settle()
    assert desk.session.stack.is_complete and desk.session.stack.total == 5
    assert desk.session.stack.slices[SlicePlane.lattice(0, 8)].mask.sum() == 180 - 25


def test_a_region_that_moved_takes_its_boxes_along():
    desk = a_desk()
    boxed(desk, (5, 9))
    boxed(desk, (8, 11))
    desk.session.predict_stack()
    desk.settle()
    assert sorted(plane.index for plane in desk.session.stack.slices) == [8, 9, 10, 11]


def test_accepted_boxes_stay_when_the_region_moves():
    desk = a_desk()
    boxed(desk, (5, 6))
    desk.session.predict_stack()
    desk.settle()
    desk.session.accept_stack()
    boxed(desk, (8, 9))
    desk.session.show(SlicePlane.lattice(0, 5))
    assert len(desk.session.marks) == 1


def test_rejecting_drops_masks_and_marks_and_leaves_the_segment():
    desk = a_desk()
    desk.mask()[8, 30:, :3] = 1
    before = desk.mask().copy()
    boxed(desk)
    desk.session.predict_stack()
    desk.settle()
    assert desk.session.reject_stack()
    desk.settle()
    assert desk.session.stack is None and desk.session.preview is None and len(desk.session.marks) == 0
    np.testing.assert_array_equal(desk.mask(), before)
    assert not desk.writer.undo_steps
    assert not desk.session.book.has_pending
    assert not desk.session.reject_stack()


def test_rejecting_brings_back_what_was_accepted_before():
    desk = a_desk()
    desk.session.add_point((10, 12))
    desk.settle()
    desk.session.accept()
    accepted = desk.session.marks
    boxed(desk)
    desk.session.predict_stack()
    desk.session.reject_stack()
    assert desk.session.marks is accepted


def stacked():
    """A desk with the masks of five slices; the one in the middle of a whole region is shown."""
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    desk.settle()
    return desk


SHOWN = SlicePlane.lattice(0, 8)


@pytest.mark.parametrize("undone", [lambda desk: desk.session.reject(), lambda desk: desk.session.accept()])
def test_a_slice_that_is_rejected_or_accepted_by_itself_leaves_the_stack(undone):
    desk = stacked()
    undone(desk)
    before = desk.mask()[8].copy()
    desk.settle()
    assert SHOWN not in desk.session.stack.slices and desk.session.stack.total == 4
    desk.session.accept_stack()
    np.testing.assert_array_equal(desk.mask()[8], before)
    assert (desk.mask().sum(axis=(1, 2))[[5, 6, 7, 9]] == 180).all()


def test_the_stack_follows_the_candidate_that_is_stepped_to_on_its_slice():
    desk = stacked()
    desk.session.next_candidate()
    desk.settle()
    assert desk.session.stack.slices[SHOWN].record.candidate == desk.session.preview.chosen == 1
    assert desk.session.stack.is_complete


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize(
    ("change", "area", "window"),
    [
        (lambda session: setattr(session, "cleanup", CleanUp(fill_holes=True)), 180, "limits:0.0,255.0"),
        (lambda session: setattr(session, "window", "limits:0,500"), 180 - 4, "limits:0.0,500.0"),
    ],
)
def test_the_stack_follows_clean_up_and_window_and_is_replayed_with_them(change, area, window, running):
    volume, _ = two_boxes_volume()
    volume.array[8, 10:12, 9:11] = 50
    desk = a_desk(volume)
    boxed(desk)
    desk.session.predict_stack()
    if running:
        next(job for priority, _number, job in desk.worker.waiting if priority == REQUEST).run()
    else:
        desk.settle()
        assert desk.session.stack.slices[SHOWN].mask.sum() == 180 - 4
    change(desk.session)
    desk.settle()
    stack = desk.session.stack
    assert stack.is_complete and stack.total == 5
    assert stack.slices[SHOWN].mask.sum() == area and stack.slices[SHOWN].record.window == window
    desk.session.accept_stack()
    steps = list(replay(desk.session.prompt_file(), volume, ThresholdPredictor(), desk.writer))
    assert steps and all(step.same for step in steps)


@pytest.mark.parametrize("end", [lambda desk: desk.session.clear_marks(), lambda desk: desk.session.accept()])
def test_slices_that_are_cleared_or_accepted_before_their_turn_are_left_out(end):
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    desk.session.show(SlicePlane.lattice(0, 9))
    while desk.session.preview is None:
        desk.worker.run_next()
        desk.session.tick()
    assert desk.session.prompts in desk.session.stack.waiting
    end(desk)
    desk.settle()
    assert desk.session.stack.is_complete and desk.session.stack.total == 4
    assert [notice.kind for notice in desk.session.notices if notice.kind == "error"] == []


def test_a_region_that_moves_beside_its_stack_leaves_no_mask_of_the_old_boxes():
    desk = stacked()
    boxed(desk, (8, 10))
    desk.settle()
    assert sorted(plane.index for plane in desk.session.stack.slices) == [8, 9]
    assert all(one.record.marks is one.prompts.marks for one in desk.session.stack.slices.values())


def test_listeners_hear_that_a_stack_was_cancelled():
    desk = a_desk()
    boxed(desk)
    desk.session.predict_stack()
    desk.heard.clear()
    desk.session.cancel()
    assert "stack" in desk.heard[-1] and desk.session.stack.is_complete

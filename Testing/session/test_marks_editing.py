"""Marks belong to a segment and a slice, can be moved, deleted and undone, and never appear elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.prompt_marks import BoxMark, LassoMark, PointMark, PriorMark, ScribbleMark
from SAMSegmenterLib.core.slicing import SlicePlane
from support.editing import a_desk

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def kinds(session):
    return [type(mark) for mark in session.marks]


def test_every_kind_of_mark_gets_an_id_and_a_preview():
    desk = a_desk()
    session = desk.session
    ids = [
        session.add_point(INSIDE_ONE),
        session.add_point((30, 30), label=0),
        session.add_box([20, 25, 4, 4]),
        session.add_scribble(np.array([[7.0, 7.0], [9.0, 12.0]])),
        session.add_lasso(np.array([[5.0, 4.0], [18.0, 4.0], [18.0, 20.0], [5.0, 20.0]])),
    ]
    assert len(set(ids)) == 5 and [mark.id for mark in session.marks] == ids
    assert kinds(session) == [PointMark, PointMark, BoxMark, ScribbleMark, LassoMark]
    np.testing.assert_array_equal(session.marks.get(ids[2]).box, [4, 4, 20, 25])
    desk.settle()
    assert session.preview is not None and session.preview.marks is session.marks


@pytest.mark.parametrize(
    "add",
    [
        lambda s: s.add_point((-0.6, 5)),
        lambda s: s.add_point((47.5, 5)),
        lambda s: s.add_point((5, 39.5)),
        lambda s: s.add_point((float("nan"), 5)),
        lambda s: s.add_box([60, 60, 70, 70]),
        lambda s: s.add_scribble(np.array([[-9.0, -9.0], [-5.0, -5.0]])),
        lambda s: s.add_lasso(np.array([[50.0, 1.0], [60.0, 1.0], [60.0, 9.0]])),
    ],
)
def test_what_lies_outside_the_volume_says_so_and_does_nothing(add):
    desk = a_desk()
    assert add(desk.session) is None
    assert len(desk.session.marks) == 0 and not desk.worker.waiting
    assert "outside the volume" in desk.messages or "no usable position" in desk.messages


def test_the_outermost_half_pixel_belongs_to_the_slice():
    desk = a_desk()
    assert desk.session.add_point((-0.5, -0.5)) and desk.session.add_point((47.49, 39.49))


def test_a_mark_is_moved_and_the_preview_follows():
    desk = a_desk()
    mark = desk.session.add_point(INSIDE_ONE)
    desk.settle()
    before = desk.session.preview.mask.sum()
    assert desk.session.move_mark(mark, xy=INSIDE_TWO)
    desk.settle()
    np.testing.assert_array_equal(desk.session.marks.get(mark).xy, INSIDE_TWO)
    assert desk.session.preview.mask.sum() not in (0, before)


def test_moving_a_mark_out_of_the_volume_is_refused():
    desk = a_desk()
    mark = desk.session.add_point(INSIDE_ONE)
    assert not desk.session.move_mark(mark, xy=(100, 100))
    assert not desk.session.move_mark("p99", xy=(1, 1))
    np.testing.assert_array_equal(desk.session.marks.get(mark).xy, INSIDE_ONE)


def test_marks_are_deleted_one_by_one_and_the_last_takes_the_preview_along():
    desk = a_desk()
    first, second = desk.session.add_point(INSIDE_ONE), desk.session.add_point((9, 9))
    desk.settle()
    assert desk.session.remove_mark(first) and not desk.session.remove_mark(first)
    desk.settle()
    assert [mark.id for mark in desk.session.marks] == [second] and desk.session.preview is not None
    desk.session.remove_mark(second)
    desk.settle()
    assert desk.session.preview is None and len(desk.session.marks) == 0


def test_changes_of_marks_are_undone_and_redone_in_order():
    desk = a_desk()
    session = desk.session
    first = session.add_point(INSIDE_ONE)
    session.add_point((9, 9))
    session.move_mark(first, xy=(7, 7))
    session.clear_marks()
    assert len(session.marks) == 0
    assert session.undo_mark() and tuple(session.marks.get(first).xy) == (7, 7)
    assert session.undo_mark() and tuple(session.marks.get(first).xy) == INSIDE_ONE
    assert session.undo_mark() and len(session.marks) == 1
    assert session.undo_mark() and len(session.marks) == 0
    assert not session.undo_mark()
    for count in (1, 2, 2, 0):
        assert session.redo_mark() and len(session.marks) == count
    assert not session.redo_mark()


def test_a_new_mark_after_undoing_ends_what_could_be_redone():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.session.undo_mark()
    desk.session.add_point((9, 9))
    assert not desk.session.redo_mark()


def test_undoing_shows_the_preview_of_what_is_left():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    alone = desk.session.preview.mask.copy()
    desk.session.add_point((10, 12), label=0)
    desk.settle()
    assert desk.session.preview.mask.sum() < alone.sum()
    desk.session.undo_mark()
    desk.settle()
    np.testing.assert_array_equal(desk.session.preview.mask, alone)
    desk.session.undo_mark()
    desk.settle()
    assert desk.session.preview is None


def test_the_segment_is_taken_as_a_mask_and_taken_anew_in_its_place():
    desk = a_desk()
    desk.mask()[8, 6:18, 7:17] = 1
    mark = desk.session.use_segment()
    assert kinds(desk.session) == [PriorMark]
    expected = np.zeros((40, 48), bool)
    expected[6:18, 7:17] = True
    np.testing.assert_array_equal(desk.session.marks.get(mark).mask, expected)
    desk.settle()
    assert desk.session.preview.mask.sum() == 15 * 12
    desk.mask()[8, 6:18, 7:17] = 0
    desk.mask()[8, 25:30, 32:38] = 1
    assert desk.session.use_segment() == mark and len(desk.session.marks) == 1
    assert desk.session.marks.get(mark).mask.sum() == 30


def test_an_empty_segment_cannot_be_taken_as_a_mask():
    desk = a_desk()
    assert desk.session.use_segment() is None and "empty on this slice" in desk.messages


def test_marks_belong_to_their_slice_and_come_back_with_it():
    desk = a_desk()
    mark = desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.show(SlicePlane.lattice(0, 9))
    assert len(desk.session.marks) == 0 and desk.session.preview is None
    desk.settle()
    assert desk.session.preview is None
    desk.session.show(SlicePlane.lattice(0, 8))
    assert [one.id for one in desk.session.marks] == [mark]
    desk.settle()
    assert desk.session.preview.mask.sum() == 15 * 12 and desk.session.preview.plane == SlicePlane.lattice(0, 8)


def test_marks_belong_to_their_segment_and_come_back_with_it():
    desk = a_desk()
    mark = desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.select_segment("two")
    assert len(desk.session.marks) == 0 and desk.session.preview is None
    other = desk.session.add_point(INSIDE_TWO)
    assert other != mark
    desk.settle()
    assert desk.session.preview.segment_id == "two"
    desk.session.select_segment("one")
    desk.settle()
    assert [one.id for one in desk.session.marks] == [mark]
    assert desk.session.preview.segment_id == "one" and desk.session.preview.mask[8, 8]


def test_accepted_marks_come_back_without_asking_again():
    desk = a_desk()
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    desk.session.accept()
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.show(SlicePlane.lattice(0, 8))
    desk.settle()
    assert len(desk.session.marks) == 1 and desk.session.preview is None


def test_a_tilted_plane_is_known_again_when_its_last_digits_differ():
    def plane(shift):
        return SlicePlane.oblique((0, 0, 4 + shift), (1, 0, 0), (0, 0.8, 0.6), (1, 1), (48, 20))

    desk = a_desk(plane=plane(0))
    mark = desk.session.add_point(INSIDE_ONE)
    desk.session.show(plane(2.0))
    assert len(desk.session.marks) == 0
    desk.session.show(plane(1e-5))
    assert [one.id for one in desk.session.marks] == [mark]
    desk.settle()
    assert desk.session.preview is not None and desk.session.accept().changed > 0


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda desk: desk.session.select_segment(None), "No segment is selected"),
        (lambda desk: desk.session.show(None), "No slice"),
        (lambda desk: desk.scene.remove(), "no volume"),
        (lambda desk: desk.writer.remove_segment("one"), "not there any more"),
    ],
)
def test_a_click_without_what_it_needs_says_what_is_missing(prepare, words):
    desk = a_desk()
    prepare(desk)
    assert desk.session.add_point(INSIDE_ONE) is None
    assert words in desk.messages
    desk.settle()
    assert desk.session.preview is None


def test_the_nearest_mark_is_found_within_reach():
    desk = a_desk()
    first, second = desk.session.add_point((5, 5)), desk.session.add_point((20, 5))
    assert desk.session.mark_near((7, 5), 3) == first and desk.session.mark_near((18, 5), 3) == second
    assert desk.session.mark_near((12, 30), 3) is None


def test_more_points_than_a_model_takes_are_said():
    desk = a_desk()
    for number in range(40):
        desk.session.add_point((6 + number % 10, 6 + number // 10))
    desk.settle()
    assert "Only the last 32 of 40 points" in desk.messages and desk.session.preview is not None


def test_a_keyframe_is_remembered_with_its_slice():
    desk = a_desk()
    assert desk.session.set_keyframe(True)
    assert desk.session.prompts.keyframe
    desk.session.show(SlicePlane.lattice(0, 9))
    assert not desk.session.prompts.keyframe


def test_listeners_hear_what_changed_until_they_have_enough():
    desk = a_desk()
    heard = []
    end = desk.session.on_change(heard.append)
    desk.session.add_point(INSIDE_ONE)
    assert any("marks" in names for names in heard)
    end()
    heard.clear()
    desk.session.clear_marks()
    assert heard == []


def test_a_failing_listener_keeps_nobody_from_hearing(caplog):
    desk = a_desk()
    heard = []

    def fail(names):
        raise RuntimeError("a broken view")

    desk.session.on_change(fail)
    desk.session.on_change(heard.append)
    assert desk.session.add_point(INSIDE_ONE) is not None
    assert heard and "a broken view" in caplog.text


def test_notices_are_those_since_the_last_action():
    desk = a_desk()
    desk.session.add_point((100, 100))
    assert "outside" in desk.messages
    desk.session.add_point(INSIDE_ONE)
    assert desk.messages == ""

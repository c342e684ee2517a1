"""Undo and redo, which happen elsewhere, are recognised by the voxels."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.slicing import SlicePlane
from support.editing import a_desk

INSIDE_ONE = (8, 8)


def accept_on(desk, *indices):
    for index in indices:
        desk.session.show(SlicePlane.lattice(0, index))
        desk.session.add_point(INSIDE_ONE)
        desk.settle()
        assert desk.session.accept().changed == 180
    return desk


def standing(desk):
    desk.session.segmentation_changed()
    return [one.record.plane.index for one in desk.session.book.accepted]


def test_steps_that_are_undone_do_not_count_until_they_are_done_again():
    desk = accept_on(a_desk(), 6, 7, 8)
    assert standing(desk) == [6, 7, 8]
    desk.writer.undo()
    assert standing(desk) == [6, 7]
    desk.writer.undo()
    desk.writer.undo()
    assert standing(desk) == []
    desk.writer.redo()
    desk.writer.redo()
    assert standing(desk) == [6, 7]


def test_after_undoing_the_marks_wait_for_acceptance_again():
    desk = accept_on(a_desk(), 8)
    assert not desk.session.prompts.is_pending
    desk.writer.undo()
    desk.session.segmentation_changed()
    assert desk.session.prompts.is_pending and len(desk.session.marks) == 1
    assert desk.session.preview is None, "undoing does not bring the preview back by itself"
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.show(SlicePlane.lattice(0, 8))
    desk.settle()
    assert desk.session.preview is not None
    desk.writer.redo()
    desk.session.segmentation_changed()
    assert not desk.session.prompts.is_pending


def test_undoing_a_refinement_goes_back_to_the_marks_before():
    desk = accept_on(a_desk(), 8)
    first = desk.session.marks
    desk.session.add_point((10, 12), label=0)
    desk.settle()
    desk.session.accept()
    desk.writer.undo()
    desk.session.segmentation_changed()
    assert desk.session.prompts.accepted is first and desk.session.prompts.is_pending


def test_an_acceptance_after_undoing_ends_what_could_be_redone():
    desk = accept_on(a_desk(), 7)
    desk.writer.undo()
    assert standing(desk) == []
    accept_on(desk, 8)
    assert standing(desk) == [8]


def test_edits_by_others_elsewhere_change_nothing():
    desk = accept_on(a_desk(), 7, 8)
    desk.mask()[0] = 1
    assert standing(desk) == [7, 8]


@pytest.mark.parametrize("value", [0, 1])
def test_edits_by_others_on_the_slice_are_no_undo(value):
    desk = accept_on(a_desk(), 8)
    desk.mask()[8, 6:9, 7:9] = value
    desk.mask()[8, 6, 30] = 1
    assert standing(desk) == [8]


def test_a_removed_segment_leaves_the_rest_as_it_is():
    desk = accept_on(a_desk(), 8)
    desk.writer.remove_segment("one")
    assert standing(desk) == [8]

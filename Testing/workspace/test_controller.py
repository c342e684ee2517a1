"""The workspace does with clicks and keys what the session makes of them."""

import itertools

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.session.autosave import Autosave
from SAMSegmenterLib.workspace.case import WorkspaceCase
from SAMSegmenterLib.workspace.controller import WorkspaceController
from support.editing import Clock
from support.phantoms import two_boxes_volume
from support.workspace_desk import IN_FIRST, IN_SECOND

BOX_ON_SLICE = 15 * 12
"""Pixels of the first box on an axial slice of the phantom."""


def mark(desk, uv=IN_FIRST, **options):
    desk.controller.do(lambda: desk.controller.click("axial", uv, **options))
    desk.settle()


def test_a_click_previews_what_lies_under_it_and_accepting_writes_it(a_desk):
    mark(a_desk)
    preview = a_desk.controller.session.preview
    assert preview.mask.sum() == BOX_ON_SLICE and a_desk.voxels() == 0
    a_desk.controller.do(a_desk.controller.accept)
    assert a_desk.voxels() == BOX_ON_SLICE and "180 voxels changed" in a_desk.messages


def test_accepting_at_once_writes_the_mask_that_has_just_arrived_as_a_step(a_desk):
    controller = a_desk.controller
    controller.do(lambda: controller.click("axial", IN_FIRST))
    while a_desk.worker.run_next():
        pass
    assert controller.session.preview is None, "nothing was published since"
    controller.do(controller.accept)
    assert a_desk.voxels() == BOX_ON_SLICE and "went wrong" not in a_desk.messages
    controller.do(controller.undo)
    assert a_desk.voxels() == 0


def test_a_click_shows_the_slice_of_its_view(a_desk):
    a_desk.controller.do(lambda: a_desk.controller.click("coronal", (12.0, 8.0)))
    a_desk.settle()
    assert a_desk.controller.active == "coronal"
    assert a_desk.controller.session.plane == a_desk.controller.views["coronal"].plane
    assert len(a_desk.controller.session.marks) == 1


def test_the_choice_or_the_click_itself_says_outside(a_desk):
    mark(a_desk)
    a_desk.controller.choose_label("negative")
    mark(a_desk, (10.0, 10.0))
    a_desk.controller.choose_label("positive")
    mark(a_desk, (14.0, 14.0), label=0)
    assert [one.label for one in a_desk.controller.session.marks] == [1, 0, 0]
    with pytest.raises(InputError, match="no tool"):
        a_desk.controller.choose_tool("axe")
    with pytest.raises(InputError, match="cannot say"):
        a_desk.controller.choose_label("perhaps")


def test_a_box_finds_the_structure_in_it(a_desk):
    a_desk.controller.do(lambda: a_desk.controller.box("axial", (29.0, 36.0), (43.0, 8.0)))
    a_desk.settle()
    (box,) = a_desk.controller.session.marks
    assert np.allclose(box.box, (29, 8, 43, 36))
    assert a_desk.controller.session.preview.mask.sum() == 25 * 12


def test_a_mark_near_the_mouse_is_removed_and_others_stay(a_desk):
    mark(a_desk)
    mark(a_desk, (15.0, 15.0))
    a_desk.controller.do(lambda: a_desk.controller.remove_near("axial", (15.5, 15.5), 2.0))
    a_desk.controller.do(lambda: a_desk.controller.remove_near("axial", (40.0, 39.0), 2.0))
    assert [tuple(one.xy) for one in a_desk.controller.session.marks] == [IN_FIRST]


def test_undo_takes_back_acceptance_and_marks_in_turn_and_redo_does_them_again(a_desk):
    controller = a_desk.controller
    mark(a_desk)
    controller.do(controller.accept)
    mark(a_desk, (10.0, 10.0), label=0)
    history = []
    for _ in range(3):
        controller.do(controller.undo)
        a_desk.settle()
        history.append((a_desk.voxels(), len(controller.session.marks)))
    assert history == [(BOX_ON_SLICE, 1), (0, 1), (0, 0)]
    for _ in range(2):
        controller.do(controller.redo)
        a_desk.settle()
    assert (a_desk.voxels(), len(controller.session.marks)) == (BOX_ON_SLICE, 1)


def test_what_an_undone_acceptance_wrote_is_previewed_again(a_desk):
    controller = a_desk.controller
    mark(a_desk)
    controller.do(controller.accept)
    controller.do(controller.undo)
    a_desk.settle()
    assert controller.session.preview.mask.sum() == BOX_ON_SLICE
    controller.do(controller.accept)
    assert a_desk.voxels() == BOX_ON_SLICE


def test_undo_goes_to_the_slice_where_the_step_was_done(a_desk):
    controller = a_desk.controller
    mark(a_desk)
    index = controller.views["axial"].index
    controller.do(lambda: controller.scroll("axial", index + 2))
    controller.do(lambda: controller.scroll("coronal", 5))
    controller.do(controller.undo)
    assert (controller.active, controller.view.index, len(controller.session.marks)) == ("axial", index, 0)


def test_nothing_to_undo_is_told(a_desk):
    a_desk.controller.do(a_desk.controller.undo)
    assert "nothing to undo" in a_desk.messages
    a_desk.controller.do(a_desk.controller.redo)
    assert "nothing to redo" in a_desk.messages


def test_rejecting_drops_preview_and_marks_and_can_be_undone(a_desk):
    mark(a_desk)
    a_desk.controller.do(a_desk.controller.reject)
    assert a_desk.controller.session.preview is None and len(a_desk.controller.session.marks) == 0
    a_desk.controller.do(a_desk.controller.undo)
    assert len(a_desk.controller.session.marks) == 1


def test_another_segment_gets_its_own_marks_and_voxels(a_desk):
    mark(a_desk)
    a_desk.controller.do(a_desk.controller.accept)
    a_desk.controller.do(a_desk.controller.add_segment)
    assert len(a_desk.controller.session.marks) == 0
    mark(a_desk, IN_SECOND)
    a_desk.controller.do(a_desk.controller.accept)
    assert (a_desk.voxels(0), a_desk.voxels(1)) == (BOX_ON_SLICE, 25 * 12)


def test_removing_the_last_segment_leaves_a_new_empty_one(a_desk):
    controller = a_desk.controller
    mark(a_desk)
    controller.do(controller.accept)
    controller.do(lambda: controller.remove_segment(controller.session.segment_id))
    rows = controller.case.segments()
    assert len(rows) == 1 and controller.session.segment_id == rows[0].id and a_desk.voxels() == 0
    assert not controller.steps.can_undo


def test_the_other_views_move_to_a_place(a_desk):
    controller = a_desk.controller
    controller.do(lambda: controller.cross("axial", (12.0, 30.0)))
    assert (controller.views["coronal"].index, controller.views["sagittal"].index) == (30, 12)
    assert controller.views["axial"].index == 8


def test_a_drag_makes_the_window_wider_and_its_level_higher(a_desk):
    controller = a_desk.controller
    controller.case.set_window(100.0, 200.0)
    controller.session.tick()
    controller.do(lambda: controller.drag_window(25.0, 50.0))
    displayed = controller.session.source.displayed
    assert (displayed.level, displayed.width) == pytest.approx((140.0, 220.0))
    controller.do(lambda: controller.drag_window(-1e9, 0.0))
    assert controller.session.source.displayed.width > 0


@pytest.mark.parametrize(("name", "uv"), [("front", (1.0, 1.0)), ("axial", (float("nan"), 1.0)), ("axial", (1e6, 1.0))])
def test_places_that_are_none_are_told_and_nothing_is_marked(a_desk, name, uv):
    a_desk.controller.do(lambda: a_desk.controller.click(name, uv))
    assert len(a_desk.controller.session.marks) == 0 and a_desk.messages


def test_a_protected_acceptance_makes_no_step(a_desk):
    a_desk.controller.do(a_desk.controller.accept)
    assert "nothing to accept" in a_desk.messages and not a_desk.controller.steps.can_undo


def test_marks_of_a_session_that_crashed_are_taken_over_by_the_next(a_desk, tmp_path):
    def a_workspace():
        case = WorkspaceCase(two_boxes_volume()[0])
        controller = WorkspaceController(case, a_desk.controller.session.service, Autosave(tmp_path, clock))
        controller.tick()
        return controller

    clock = Clock()
    crashed = a_workspace()
    crashed.do(lambda: crashed.click("axial", IN_FIRST))
    clock.now += 60
    crashed.tick()
    crashed.session._autosave._lock.release()  # as the end of its process does
    following = a_workspace()
    assert following.session.recovery is not None
    following.do(following.session.recover)
    assert len(following.session.marks) == 1


def test_strokes_and_lassos_become_marks_with_the_chosen_label(a_desk):
    controller = a_desk.controller
    controller.choose_tool("scribble")
    controller.do(lambda: controller.draw("axial", [(6, 8), (14, 10), (12, 14)]))
    controller.choose_tool("lasso")
    controller.do(lambda: controller.draw("axial", [(20, 20), (25, 20), (22, 25)], label=0))
    stroke, lasso = controller.session.marks
    assert stroke.label == 1 and np.allclose(stroke.xy, [(6, 8), (14, 10), (12, 14)])
    assert lasso.label == 0 and np.allclose(lasso.polygon, [(20, 20), (25, 20), (22, 25)])
    controller.do(controller.undo)
    assert len(controller.session.marks) == 1


def test_marks_are_dragged_boxes_by_their_sides(a_desk):
    controller = a_desk.controller
    mark(a_desk)
    controller.do(lambda: controller.box("axial", (5.0, 4.0), (20.0, 18.0)))
    point, box = controller.session.marks
    controller.do(lambda: controller.move("axial", point.id, IN_FIRST, (14.0, 11.0), 2.0))
    controller.do(lambda: controller.move("axial", box.id, (5.0, 11.0), (8.0, 11.5), 2.0))
    point, box = controller.session.marks
    assert np.allclose(point.xy, (14, 11)) and np.allclose(box.box, (8, 4, 20, 18))


def test_what_a_click_would_mark_is_shown_only_in_the_view_that_is_worked_in(a_desk, monkeypatch):
    controller, clock = a_desk.controller, itertools.count(10**9)
    monkeypatch.setattr(controller.session, "_clock", lambda: next(clock))  # slices are encoded once they have rested
    controller.session.hover_enabled = True
    mark(a_desk)
    controller.do(controller.accept)
    a_desk.settle()
    controller.do(lambda: controller.hover("axial", (14.0, 14.0)))
    a_desk.settle()
    assert controller.session.hover_preview is not None
    controller.do(lambda: controller.hover("coronal", (14.0, 8.0)))
    assert controller.session.hover_preview is None and controller.active == "axial"


def test_a_proposal_is_picked_into_the_segment_or_into_a_new_one_and_undone(a_desk):
    controller = a_desk.controller
    controller.do(controller.propose)
    a_desk.settle()
    assert controller.tool == "pick" and len(controller.session.proposals) >= 2
    controller.do(lambda: controller.click("axial", IN_FIRST))
    assert a_desk.voxels() == BOX_ON_SLICE
    controller.new_name = "cyst"
    controller.do(lambda: controller.click("axial", IN_SECOND))
    assert [row.name for row in controller.case.segments()][1] == "cyst" and a_desk.voxels(1) == 25 * 12
    controller.do(controller.undo)
    controller.do(controller.undo)
    assert a_desk.voxels() == 0


def test_several_marked_slices_are_accepted_as_one_step(a_desk):
    controller = a_desk.controller
    for index in (7, 8, 9):
        controller.do(lambda index=index: controller.scroll("axial", index))
        mark(a_desk)
    controller.do(controller.session.predict_stack)
    a_desk.settle()
    controller.do(controller.accept_stack)
    a_desk.settle()
    assert a_desk.voxels() == 3 * BOX_ON_SLICE
    controller.do(controller.undo)
    assert a_desk.voxels() == 0


def test_the_segment_itself_can_be_given_to_the_model(a_desk):
    controller = a_desk.controller
    mark(a_desk)
    controller.do(controller.accept)
    controller.do(controller.use_segment)
    assert len(controller.session.marks) == 2
    controller.do(controller.undo)
    assert len(controller.session.marks) == 1

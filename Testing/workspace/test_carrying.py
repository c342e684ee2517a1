"""Masks are carried from slice to slice as the page asks for it, and undone as one step."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.carrying import Carrying
from support.propagating import FIRST, LAST
from support.workspace_desk import IN_FIRST, IN_SECOND

BOX = 15 * 12
"""Pixels of the first box on an axial slice of the phantom."""

SLICES = LAST - FIRST + 1


def accept_here(desk, uv=IN_FIRST):
    desk.controller.do(lambda: desk.controller.click("axial", uv))
    desk.settle()
    desk.controller.do(desk.controller.accept)


@pytest.fixture
def carrying(a_desk):
    accept_here(a_desk)
    return Carrying(a_desk.controller)


def carried(desk, carrying, **request):
    desk.controller.do(lambda: carrying.propagate({"first": FIRST, "last": LAST, **request}))
    desk.settle()


def test_results_wait_until_they_are_accepted_and_are_undone_as_one_step(a_desk, carrying):
    carried(a_desk, carrying)
    assert a_desk.voxels() == BOX and a_desk.controller.session.propagation.can_accept
    a_desk.controller.do(carrying.accept)
    a_desk.settle()
    assert a_desk.voxels() == SLICES * BOX
    a_desk.controller.do(a_desk.controller.undo)
    a_desk.settle()
    assert a_desk.voxels() == BOX and a_desk.controller.steps.can_redo
    a_desk.controller.do(a_desk.controller.redo)
    assert a_desk.voxels() == SLICES * BOX


def test_a_range_is_accepted_alone_and_the_rest_is_rejected(a_desk, carrying):
    carried(a_desk, carrying)
    a_desk.controller.do(lambda: carrying.accept(5, 6))
    a_desk.settle()
    assert a_desk.voxels() == 3 * BOX
    a_desk.controller.do(carrying.reject)
    assert not a_desk.controller.session.propagation.has_results and a_desk.voxels() == 3 * BOX


def test_one_slice_is_carried_and_shown(a_desk, carrying):
    a_desk.controller.do(lambda: carrying.one_slice(1))
    assert a_desk.controller.view.index == 9
    a_desk.settle()
    assert list(a_desk.controller.session.propagation.held(a_desk.controller.session.segment_id)) == [9]
    a_desk.controller.do(lambda: carrying.one_slice(1))
    assert a_desk.controller.view.index == 10


def test_the_strip_leads_to_slices_and_to_the_worst(a_desk, carrying):
    a_desk.controller.do(carrying.go_to_worst)
    assert "no slice to look at" in a_desk.messages
    carried(a_desk, carrying)
    a_desk.controller.do(lambda: carrying.go_to(5))
    assert (a_desk.controller.active, a_desk.controller.view.index) == ("axial", 5)
    a_desk.controller.do(lambda: carrying.go_to(999))
    assert a_desk.controller.view.index == 15
    a_desk.controller.do(carrying.go_to_worst)
    worst = a_desk.controller.session.propagation.worst(a_desk.controller.session.segment_id)
    assert a_desk.controller.view.index == worst


def test_a_corrected_slice_is_a_keyframe_and_what_depends_on_it_is_made_again(a_desk, carrying):
    carried(a_desk, carrying)
    propagation, segment = a_desk.controller.session.propagation, a_desk.controller.session.segment_id
    before = dict(propagation.held(segment))
    a_desk.controller.do(lambda: carrying.go_to(10))
    a_desk.controller.do(lambda: a_desk.controller.box("axial", (5.0, 5.0), (15.0, 17.0)))
    a_desk.settle()
    a_desk.controller.do(a_desk.controller.accept)
    a_desk.settle()
    assert propagation.keyframes(segment) == (8, 10)
    after = propagation.held(segment)
    assert all(after[index] is before[index] for index in range(FIRST, 8))
    assert after[9] is not before[9] and after[11] is not before[11]


def test_a_stop_mark_ends_a_direction(a_desk, carrying):
    a_desk.controller.do(lambda: carrying.go_to(10))
    a_desk.controller.do(carrying.stop_mark)
    a_desk.controller.do(lambda: carrying.go_to(8))
    a_desk.controller.do(lambda: carrying.propagate({}))
    a_desk.settle()
    assert max(a_desk.controller.session.propagation.held(a_desk.controller.session.segment_id)) == 9


def test_cancelling_keeps_what_was_found(a_desk, carrying):
    a_desk.controller.do(lambda: carrying.propagate({}))
    propagation, segment = a_desk.controller.session.propagation, a_desk.controller.session.segment_id
    for _ in range(100):
        if len(propagation.held(segment)) >= 2:
            break
        a_desk.worker.run_next()
        a_desk.controller.tick()
    found = len(propagation.held(segment))
    a_desk.controller.do(a_desk.controller.session.cancel)
    assert found >= 2 and not propagation.is_running and len(propagation.held(segment)) >= found
    a_desk.controller.do(carrying.accept)
    a_desk.settle()
    assert a_desk.voxels() > 2 * BOX


def test_all_segments_travel_together_when_asked_for(a_desk, carrying):
    a_desk.controller.do(a_desk.controller.add_segment)
    accept_here(a_desk, IN_SECOND)
    carried(a_desk, carrying)
    assert len(a_desk.controller.session.propagation.segments) == 1
    carried(a_desk, carrying, all=True)
    assert len(a_desk.controller.session.propagation.segments) == 2


def test_carried_prompts_become_marks_that_can_be_undone(a_desk, carrying):
    carried(a_desk, carrying)
    a_desk.controller.do(lambda: carrying.go_to(9))
    a_desk.controller.do(carrying.edit_carried)
    assert len(a_desk.controller.session.marks) > 0
    a_desk.controller.do(a_desk.controller.undo)
    assert len(a_desk.controller.session.marks) == 0


def test_results_are_kept_by_the_mask_they_were_made_of(a_desk, carrying):
    carried(a_desk, carrying)
    held = a_desk.controller.session.propagation.held(a_desk.controller.session.segment_id)
    assert {int(np.count_nonzero(one.mask)) for one in held.values()} == {BOX}


def test_nothing_is_shown_without_a_volume(a_desk, carrying, monkeypatch):
    monkeypatch.setattr(type(a_desk.controller.session.propagation), "stack", None)
    with pytest.raises(InputError, match="no volume"):
        carrying.go_to(3)

"""What a face shows of propagation, read off a session."""

from __future__ import annotations

from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.propagation_state import PropagationState, propagation_state, shown_segment
from support.editing import a_desk
from support.propagating import FIRST, IN_ONE, LAST, accept_at, accepted_desk, propagated_desk


def test_there_is_nothing_to_show_without_a_session_or_a_volume():
    assert propagation_state(None) == PropagationState()
    desk = a_desk()
    desk.scene.remove()
    desk.session.tick()
    assert propagation_state(desk.session) == PropagationState()


def test_an_accepted_slice_is_a_keyframe_on_the_strip_before_anything_is_carried():
    state = propagation_state(accepted_desk().session)
    assert state.strip.keyframes == {8} and state.strip.slices == () and state.strip.shown == 8
    assert state.can_start and not state.has_results and (state.slice_range, state.here) == ((0, 15), 8)


def test_results_their_ends_and_the_worst_slice_are_shown():
    desk = propagated_desk()
    state = propagation_state(desk.session)
    assert [one.index for one in state.strip.slices] == list(range(FIRST, LAST + 1))
    assert state.can_accept and state.has_results and not state.is_running
    assert state.strip.worst == desk.session.propagation.worst("one")
    assert [text[: text.index(":")] for text in state.ends] == ["Up", "Down"]


def test_prompts_of_carried_slices_can_be_edited_and_a_stop_mark_is_told():
    desk = propagated_desk()
    at_keyframe = propagation_state(desk.session)
    desk.session.show(SlicePlane.lattice(0, 9))
    carried = propagation_state(desk.session)
    assert (at_keyframe.can_edit, carried.can_edit, carried.is_stopped) == (False, True, False)
    desk.session.toggle_stop_mark()
    assert propagation_state(desk.session).is_stopped


def test_the_strip_is_of_the_selected_segment_else_of_the_first_that_was_carried():
    desk = propagated_desk()
    desk.session.select_segment("two")
    assert shown_segment(desk.session) == "one"
    desk.session.reject_propagation()
    assert shown_segment(desk.session) == "two"


def test_ends_name_their_segments_when_there_are_several():
    desk = propagated_desk()
    desk.session.accept_propagation()
    desk.session.select_segment("two")
    accept_at(desk, (34, 20))
    desk.session.select_segment("one")
    accept_at(desk, IN_ONE)
    assert desk.session.propagate(FIRST, LAST, segments=("one", "two"))
    desk.settle()
    assert {text.split(":")[0] for text in propagation_state(desk.session).ends} == {"one", "two"}

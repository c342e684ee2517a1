"""What there is to see before anything was propagated."""

from __future__ import annotations

from SAMSegmenterLib.core.slicing import SlicePlane
from support.editing import a_desk
from support.phantoms import two_boxes_volume

IN_ONE = (10, 12)


def test_without_results_the_stack_is_that_of_the_slice_shown():
    desk = a_desk()
    propagation = desk.session.propagation
    assert (propagation.axis, propagation.index_of(desk.session.plane)) == (0, 8)
    assert propagation.plane_of(3) == SlicePlane.lattice(0, 3)
    desk.session.show(SlicePlane.lattice(2, 5))
    assert propagation.axis == 2 and propagation.index_of(SlicePlane.lattice(0, 3)) is None
    assert not propagation.has_results and not propagation.is_running and propagation.progress is None
    assert propagation.segments == () and propagation.strip("one") == () and propagation.ends == ()


def test_without_a_volume_or_slice_there_is_no_stack():
    desk = a_desk()
    desk.session.show(None)
    propagation = desk.session.propagation
    assert propagation.stack is None and propagation.plane is None and propagation.axis is None
    assert propagation.index_of(SlicePlane.lattice(0, 3)) is None and propagation.keyframes("one") == ()
    desk.scene.remove()
    desk.settle()
    assert propagation.stack is None and propagation.stop_marks("one") == ()


def test_keyframes_without_results_are_the_slices_accepted_by_hand():
    desk = a_desk()
    desk.session.add_point(IN_ONE)
    desk.settle()
    desk.session.accept()
    assert desk.session.propagation.keyframes("one") == (8,) and desk.session.propagation.keyframes("two") == ()
    desk.session.show(SlicePlane.lattice(1, 9))
    assert desk.session.propagation.keyframes("one") == ()


def test_stop_marks_belong_to_a_segment_of_a_volume():
    desk = a_desk()
    assert desk.session.toggle_stop_mark()
    assert desk.session.propagation.stop_marks("one") == (8,) and desk.session.propagation.stop_marks("two") == ()
    desk.scene.show(two_boxes_volume()[0], "another")
    desk.settle()
    assert desk.session.propagation.stop_marks("one") == ()

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import two_boxes_volume


@pytest.fixture
def desk(start_effect):
    desk = start_effect(two_boxes_volume()[0])
    desk.editing.views["Red"].show(desk.editing.ras(8, 12, 12))
    return desk


@pytest.fixture
def hand(desk):
    return desk.editing.views["Red"]


@pytest.fixture
def slicers(hand):
    """Presses and releases in the view that Slicer gets itself."""
    seen, interactor = [], hand.widget.sliceView().interactor()
    for button in ("Left", "Right"):
        for what in ("Press", "Release"):
            event = f"{button}Button{what}Event"
            interactor.AddObserver(event, lambda *_, event=event: seen.append(event), 0.5)
    return seen


def on_a_fine_screen(hand):
    """The view has twice as many pixels as the desktop counts."""
    width, height = hand.size()
    hand.widget.sliceView().renderWindow().SetSize(2 * width, 2 * height)


def test_slicer_gets_no_half_of_a_click_into_a_hidden_segment(desk, hand, slicers):
    from support.desktop import questions

    display = desk.editing.segmentation_node.GetDisplayNode()
    display.SetSegmentVisibility("one", False)
    questions.answer("no")
    hand.click(desk.editing.ras(8, 12, 12))
    assert slicers == [] and len(desk.session.marks) == 0


def test_slicer_gets_no_half_of_a_click_on_a_proposal(desk, hand, slicers):
    desk.effect.setParameter("Tool", "proposal")
    hand.click(desk.editing.ras(8, 12, 12))
    assert slicers == []


def test_slicer_gets_neither_button_when_the_right_one_stops_a_drag(desk, hand, slicers):
    ras = desk.editing.ras
    desk.effect.setParameter("Tool", "box")
    hand.press(ras(8, 12, 12))
    hand.move(ras(8, 16, 18))
    hand.click(ras(8, 16, 18), button="Right")
    hand.release(ras(8, 16, 18))
    desk.settle()
    assert slicers == [] and len(desk.session.marks) == 0


def test_slicer_gets_what_no_mark_is_made_of(desk, hand, slicers):
    hand.click(desk.editing.ras(8, 12, 12), modifiers=["control"])
    hand.click(desk.editing.ras(8, 12, 12), button="Right")
    assert slicers == [f"{button}Button{what}Event" for button in ("Left", "Right") for what in ("Press", "Release")]


@pytest.mark.parametrize(("fine", "beside", "taken"), [(False, 7, True), (False, 12, False), (True, 12, True)])
def test_marks_are_as_easy_to_hit_on_screens_with_small_pixels(desk, hand, fine, beside, taken):
    start = np.array(hand.xy(desk.editing.ras(8, 12, 12)))
    desk.click("Red", desk.editing.ras(8, 12, 12))
    if fine:
        on_a_fine_screen(hand)
    hand.click(hand.ras(start[0] + beside, start[1]), button="Right")
    desk.settle()
    assert len(desk.session.marks) == (0 if taken else 1)


@pytest.mark.parametrize("fine", [False, True])
def test_a_hand_may_tremble_as_much_on_screens_with_small_pixels(desk, hand, fine):
    start = np.array(hand.xy(desk.editing.ras(8, 12, 12)))
    desk.effect.setParameter("Tool", "box")
    if fine:
        on_a_fine_screen(hand)
    hand.drag(hand.ras(*start), hand.ras(start[0] + 4, start[1]))
    desk.settle()
    (mark,) = desk.session.marks
    assert hasattr(mark, "xy") == fine, "4 of the screen's pixels: a click where they are small, else a box"

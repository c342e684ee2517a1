"""The page is told what was carried, as plain values."""

import json

import pytest

from SAMSegmenterLib.session.propagation_results import StripSlice
from SAMSegmenterLib.session.strip_layout import StripContent
from SAMSegmenterLib.workspace.carrying import Carrying
from SAMSegmenterLib.workspace.carrying_state import carrying_state, strip_state
from support.propagating import FIRST, LAST
from support.workspace_desk import IN_FIRST


def test_slices_say_their_confidence_and_what_became_of_them():
    strip = StripContent(
        (
            StripSlice(4, 0.31, "carried", False, False),
            StripSlice(5, 0.6, "carried", True, False),
            StripSlice(6, 1.0, "keyframe", True, True),
            StripSlice(7, 0.87, "repaired", True, True),
        ),
        frozenset({6, 20}),
        frozenset({3}),
        shown=5,
        worst=5,
    )
    state = strip_state(strip, (0, 30))
    json.dumps(state)
    assert state["slices"] == [
        [4, 0.31, 0, "rejected"],
        [5, 0.6, 1, "waiting"],
        [6, 1.0, 2, "keyframe"],
        [7, 0.87, 2, "accepted"],
        [20, 1.0, 2, "keyframe"],
    ]
    assert (state["first"], state["last"], state["stops"], state["shown"], state["worst"]) == (3, 20, [3], 5, 5)
    assert state["words"].endswith("worst slice")


@pytest.mark.parametrize(("stack", "ends"), [((0, 30), (3, 17)), ((8, 12), (8, 12)), ((9, 99), (9, 17))])
def test_a_strip_of_few_slices_goes_on_as_far_as_the_volume(stack, ends):
    state = strip_state(StripContent((), frozenset({10})), stack)
    assert (state["first"], state["last"]) == ends


def test_an_empty_strip_has_no_slices():
    state = strip_state(StripContent(), (0, 30))
    assert state["last"] < state["first"] and state["slices"] == [] and state["words"] == ""


def test_the_page_knows_what_can_be_done(a_desk):
    controller = a_desk.controller
    controller.do(lambda: controller.click("axial", IN_FIRST))
    a_desk.settle()
    controller.do(controller.accept)
    before = carrying_state(controller.session)["carrying"]
    assert before["start"] and not before["ready"] and (before["first"], before["last"], before["here"]) == (0, 15, 8)
    controller.do(lambda: Carrying(controller).propagate({"first": FIRST, "last": LAST}))
    controller.tick()
    assert carrying_state(controller.session)["carrying"]["running"]
    a_desk.settle()
    after = carrying_state(controller.session)
    json.dumps(after)
    assert after["carrying"]["ready"] and not after["carrying"]["running"] and len(after["carrying"]["ends"]) == 2
    assert not after["carrying"]["editable"], "the slice shown is the keyframe"
    controller.do(lambda: controller.scroll("axial", 9))
    assert carrying_state(controller.session)["carrying"]["editable"]

"""The page is told what the session holds."""

import json

from SAMSegmenterLib.workspace.actions import PageActions
from SAMSegmenterLib.workspace.session_state import session_state
from support.workspace_desk import IN_FIRST


def test_settings_are_those_of_the_session(a_desk):
    actions = PageActions(a_desk.controller, lambda: None).by_name()
    actions["cleanup"]("smooth_px", 2)
    actions["cleanup"]("keep", "largest")
    actions["cleanup"]("fill_holes", True)
    actions["hover"](True)
    actions["label"](0)
    actions["new_name"]("cyst")
    state = session_state(a_desk.controller)
    json.dumps(state)
    told = [state[name] for name in ("smooth_px", "keep", "fill_holes", "minimum_mm2", "hover", "label", "new_name")]
    assert told == [2.0, "largest", True, 0.0, True, 0, "cyst"] and state["as_new"]


def test_model_latency_and_device_are_told_once_a_mask_was_made(a_desk):
    before = session_state(a_desk.controller)
    assert (before["latency"], before["proposals"], before["stack"], before["uncertainty"]) == (-1, -1, None, False)
    a_desk.controller.do(lambda: a_desk.controller.click("axial", IN_FIRST))
    a_desk.settle()
    after = session_state(a_desk.controller)
    assert after["latency"] >= 0 and after["device"] == "cpu"


def test_the_same_thing_is_told_once(a_desk):
    a_desk.controller.tell("Mind the gap.")
    a_desk.controller.tell("Mind the gap.")
    assert [one["message"] for one in session_state(a_desk.controller)["notices"]] == ["Mind the gap."]

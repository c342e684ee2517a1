"""What the page asks for is done; what no page would ask for is refused in words."""

import pytest

from SAMSegmenterLib.workspace.actions import PageActions
from SAMSegmenterLib.workspace.page_keys import KEYS
from support.workspace_desk import IN_FIRST


@pytest.fixture
def actions(a_desk):
    pushes = []
    found = PageActions(a_desk.controller, lambda: pushes.append(1)).by_name()
    found["pushes"] = pushes
    return found


def test_every_key_does_something(a_desk, actions):
    for name in KEYS.values():
        actions["key"](name)
        assert "unknown" not in a_desk.messages, name
    assert len(actions["pushes"]) == len(KEYS)


def test_the_key_for_propagation_carries_over_the_slices_that_are_chosen_on_the_page(a_desk, actions):
    actions["act"]({"kind": "click", "view": "axial", "uv": list(IN_FIRST), "label": None})
    a_desk.settle()
    actions["key"]("accept")
    actions["key"]("propagate", {"first": 7, "last": 9, "all": False})
    a_desk.settle()
    session = a_desk.controller.session
    assert sorted(session.propagation.held(session.segment_id)) == [7, 9]


def test_mouse_events_reach_the_controller(a_desk, actions):
    actions["act"]({"kind": "click", "view": "axial", "uv": list(IN_FIRST), "label": None})
    actions["act"]({"kind": "box", "view": "axial", "start": [5, 4], "end": [20, 18]})
    actions["act"]({"kind": "click", "view": "axial", "uv": [30, 30], "label": 0})
    assert len(a_desk.controller.session.marks) == 3
    actions["act"]({"kind": "remove", "view": "axial", "uv": [30, 31], "tolerance": 3})
    assert len(a_desk.controller.session.marks) == 2
    actions["act"]({"kind": "scroll", "view": "sagittal", "index": 3})
    actions["act"]({"kind": "cross", "view": "axial", "uv": [7, 9]})
    assert {name: view.index for name, view in a_desk.controller.views.items()} == {
        "axial": 8,
        "coronal": 9,
        "sagittal": 7,
    }


def test_candidates_modes_and_windows_are_chosen(a_desk, actions):
    actions["act"]({"kind": "click", "view": "axial", "uv": list(IN_FIRST), "label": 1})
    a_desk.settle()
    actions["candidate"](2)
    assert a_desk.controller.session.preview.chosen == 2
    actions["candidate"](9)
    assert a_desk.controller.session.preview.chosen == 2
    actions["mode"]("add")
    actions["window"]("minmax")
    assert (a_desk.controller.session.mode, a_desk.controller.session.window) == ("add", "minmax")


def test_segments_are_edited_from_the_list(a_desk, actions):
    actions["add_segment"]()
    first, second = a_desk.controller.case.segments()
    assert a_desk.controller.session.segment_id == second.id
    actions["select"](first.id)
    actions["rename"](first.id, "liver")
    actions["show"](first.id, False)
    actions["remove_segment"](second.id)
    (row,) = a_desk.controller.case.segments()
    assert (row.id, row.name, row.visible) == (first.id, "liver", False)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("act", ({"kind": "format disk", "view": "axial"},)),
        ("act", ({},)),
        ("act", ({"kind": "click", "view": "axial"},)),
        ("act", ({"kind": "click", "view": "axial", "uv": "ab"},)),
        ("act", ({"kind": "click", "view": "axial", "uv": [1, 2, 3]},)),
        ("act", ({"kind": "scroll", "view": "axial", "index": "far"},)),
        ("act", ({"kind": "scroll", "view": "axial", "index": float("inf")},)),
        ("act", ("click",)),
        ("key", ("close",)),
        ("key", ({},)),
        ("tool", ("__class__",)),
        ("select", ("gone",)),
        ("model", ("../../weights",)),
        ("mode", ("burn",)),
        ("window", ("fog",)),
        ("candidate", ("x",)),
        ("label", (1, 2)),
        ("cleanup", ("minimum_px", 3)),
        ("cleanup", ("smooth_px", "soft")),
        ("cleanup", ("keep", "some")),
        ("colour", ("workspace_1", "red")),
        ("propagate", (7,)),
        ("propagate", ({"first": "a", "last": 3},)),
        ("go_to", ("x",)),
        ("accept_range", (None, 3)),
        ("act", ({"kind": "draw", "view": "axial", "path": [[1]]},)),
        ("act", ({"kind": "move", "view": "axial", "id": "p1", "start": [1, 1], "end": [2, 2], "reach": None},)),
    ],
)
def test_nonsense_changes_nothing_and_is_survived(a_desk, actions, name, arguments):
    def state():
        do = a_desk.controller
        return do.tool, do.view.index, do.session.segment_id, do.session.window, do.session.mode, a_desk.voxels()

    before = state()
    actions[name](*arguments)
    assert state() == before
    assert len(a_desk.controller.session.marks) == 0


def test_lines_moves_and_the_mouse_reach_the_controller(a_desk, actions):
    actions["tool"]("scribble")
    actions["act"]({"kind": "draw", "view": "axial", "path": [[6, 8], [14, 10]], "label": None})
    (stroke,) = a_desk.controller.session.marks
    move = {"kind": "move", "view": "axial", "id": stroke.id, "start": [6, 8], "end": [7, 10], "reach": 3}
    actions["act"](move)
    (moved,) = a_desk.controller.session.marks
    assert (moved.xy - stroke.xy).tolist() == [[1, 2], [1, 2]]
    actions["hover"](True)
    actions["tool"]("point")
    actions["act"]({"kind": "hover", "view": "axial", "uv": [9, 9], "label": None})
    actions["act"]({"kind": "leave", "view": "axial"})
    assert "unknown" not in a_desk.messages and a_desk.controller.session.hover_preview is None


def test_a_colour_is_given_to_a_segment(a_desk, actions):
    (row,) = a_desk.controller.case.segments()
    actions["colour"](row.id, "#336699")
    assert a_desk.controller.case.segments()[0].colour == pytest.approx((0.2, 0.4, 0.6))


def test_picking_asks_for_proposals_only_when_there_are_none(a_desk, actions):
    actions["key"]("pick")
    a_desk.settle()
    found = a_desk.controller.session.proposals
    actions["key"]("point")
    actions["key"]("pick")
    assert a_desk.controller.tool == "pick" and a_desk.controller.session.proposals is found

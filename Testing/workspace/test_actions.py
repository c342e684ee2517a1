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
    ],
)
def test_nonsense_changes_nothing_and_is_survived(a_desk, actions, name, arguments):
    before = (a_desk.controller.tool, a_desk.controller.view.index, a_desk.voxels())
    actions[name](*arguments)
    assert (a_desk.controller.tool, a_desk.controller.view.index, a_desk.voxels()) == before
    assert len(a_desk.controller.session.marks) == 0

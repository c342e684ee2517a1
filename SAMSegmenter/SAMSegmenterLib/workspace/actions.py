"""What the page can ask for, by name; what comes from a browser is checked before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.carrying import Carrying
from SAMSegmenterLib.workspace.controller import LABELS, PICK, TOOLS, WorkspaceController
from SAMSegmenterLib.workspace.page_values import colour, label, number, path, place

_SESSION_METHODS = {
    "next": "next_candidate",
    "previous": "previous_candidate",
    "recover": "recover",
    "dismiss": "dismiss_recovery",
    "cancel": "cancel",
    "uncertainty": "find_uncertainty",
    "window_now": "use_window_now",
    "outline_marked": "predict_stack",
    "reject_stack": "reject_stack",
}
_CONTROLLER_METHODS = ("accept", "reject", "clear", "undo", "redo", "propose", "use_segment", "accept_stack")
_CARRYING_METHODS = {
    "stop_mark": "stop_mark",
    "worst": "go_to_worst",
    "accept_carried": "accept",
    "reject_carried": "reject",
    "edit_carried": "edit_carried",
}
_CLEANUP = ("keep", "fill_holes", "minimum_mm2", "smooth_px")

_LOOKS = ("tool", "label", "show", "colour", "go_to")
_LOOKS_OF_MOUSE = ("scroll", "cross", "window", "hover", "leave")
"""What changes neither segments nor marks, and is done also while masks are being written."""

Action = Callable[..., Any]


class PageActions:
    """Carries out what the page asks for.

    Args:
        controller: of the workspace.
        push: called after each action, to send the page what has changed.
    """

    def __init__(self, controller: WorkspaceController, push: Callable[[], None]) -> None:
        self._controller, self._push = controller, push
        self._carrying = Carrying(controller)
        self._keys = self._of_keys()
        self._mouse = self._of_mouse()

    def by_name(self) -> dict[str, Callable[..., None]]:
        """All actions: see `page.build_page`."""
        controller, session, case = self._controller, self._controller.session, self._controller.case
        work: dict[str, Action] = {
            "act": self._act,
            "key": self._key,
            "tool": controller.choose_tool,
            "label": lambda value: controller.choose_label("positive" if value else "negative"),
            "add_segment": controller.add_segment,
            "remove_segment": controller.remove_segment,
            "select": controller.select_segment,
            "rename": case.rename_segment,
            "colour": lambda segment_id, text: case.colour_segment(segment_id, colour(text)),
            "show": case.show_segment,
            "candidate": session.choose_candidate,
            "model": session.choose_model,
            "window": lambda text: setattr(session, "window", text),
            "mode": lambda mode: setattr(session, "mode", mode),
            "hover": self._allow_hover,
            "new_name": self._name_picked,
            "cleanup": self._clean_up,
            "surface": controller.surfaces.make,
            "propagate": self._carrying.propagate,
            "go_to": lambda index: self._carrying.go_to(int(number({"index": index}, "index"))),
            "accept_range": lambda first, last: self._carrying.accept(int(first), int(last)),
        }
        return {name: self._acting(name, one) for name, one in work.items()}

    def _acting(self, name: str, work: Action) -> Callable[..., None]:
        def act(*arguments: Any, **_: Any) -> None:
            unwritten = self._unwritten_of(name, arguments)
            self._controller.do(lambda: work(*arguments), not _only_looks(name, arguments), unwritten)
            self._push()

        return act

    def _unwritten_of(self, name: str, arguments: Sequence[Any]) -> Callable[[], bool] | None:
        """Of what accepts masks step by step: tells whether any wait for it; None for all else."""
        if name == "accept_range":
            return lambda: self._carrying.has_results(*map(int, arguments))
        accepts = {"accept_carried": self._carrying.has_results, "accept_stack": self._controller.has_stack}
        return next((accepts[key] for key in accepts if name == "key" and arguments[:1] == (key,)), None)

    def _of_keys(self) -> dict[str, Action]:
        """Actions by the names that keys and buttons have for them; only propagation takes an argument."""
        controller, session, carrying = self._controller, self._controller.session, self._carrying
        keys: dict[str, Action] = {name: lambda name=name: controller.choose_tool(name) for name in TOOLS}
        keys |= {name: lambda name=name: controller.choose_label(name) for name in LABELS}
        keys |= {name: getattr(controller, name) for name in _CONTROLLER_METHODS}
        keys |= {name: getattr(session, method) for name, method in _SESSION_METHODS.items()}
        keys |= {name: getattr(carrying, method) for name, method in _CARRYING_METHODS.items()}
        steps = {"carry_up": 1, "carry_down": -1}
        keys |= {name: lambda step=step: carrying.one_slice(step) for name, step in steps.items()}
        return keys | {PICK: self._pick, "propagate": carrying.propagate}

    def _of_mouse(self) -> dict[str, Action]:
        """What is done with the mouse in a view, by kind; see `client/slice_view.js`."""
        do = self._controller
        return {
            "click": lambda view, event: do.click(view, place(event, "uv"), label(event)),
            "box": lambda view, event: do.box(view, place(event, "start"), place(event, "end")),
            "draw": lambda view, event: do.draw(view, path(event, "path"), label(event)),
            "move": lambda view, event: do.move(
                view, str(event.get("id")), place(event, "start"), place(event, "end"), number(event, "reach")
            ),
            "remove": lambda view, event: do.remove_near(view, place(event, "uv"), number(event, "tolerance")),
            "scroll": lambda view, event: do.scroll(view, int(number(event, "index"))),
            "cross": lambda view, event: do.cross(view, place(event, "uv")),
            "window": lambda view, event: do.drag_window(number(event, "dx"), number(event, "dy")),
            "hover": lambda view, event: do.hover(view, place(event, "uv"), label(event)),
            "leave": lambda view, event: do.hover(view, None),
        }

    def _act(self, event: Mapping[str, Any]) -> None:
        kind = event.get("kind")
        if kind not in self._mouse:
            raise InputError(f"The page asked for something unknown: {kind!r}.", "Reload the page.")
        self._mouse[kind](str(event.get("view")), event)

    def _key(self, action: str, request: Mapping[str, Any] | None = None) -> None:
        """What a key does; `request` is what `Carrying.propagate` takes, as it is chosen on the page."""
        if action not in self._keys:
            raise InputError(f"The page asked for something unknown: {action!r}.", "Reload the page.")
        work = self._keys[action]
        work(request or {}) if work == self._carrying.propagate else work()

    def _pick(self) -> None:
        """Picking needs proposals: they are asked for when there are none."""
        if self._controller.session.proposals is None:
            self._controller.propose()
        else:
            self._controller.choose_tool(PICK)

    def _allow_hover(self, allowed: bool) -> None:
        self._controller.session.hover(None)
        self._controller.session.hover_enabled = bool(allowed)

    def _name_picked(self, name: str | None) -> None:
        """Picked proposals become segments of that name; None adds them to the selected segment."""
        self._controller.new_name = None if name is None else str(name).strip() or "Structure"

    def _clean_up(self, name: str, value: Any) -> None:
        if name not in _CLEANUP:
            raise InputError(f"The clean-up has no option {name!r}.", "Reload the page.")
        session = self._controller.session
        wanted = value if name == "keep" else bool(value) if name == "fill_holes" else number({"value": value}, "value")
        session.cleanup = replace(session.cleanup, **{name: wanted})


def _only_looks(name: str, arguments: Sequence[Any]) -> bool:
    event = arguments[0] if arguments else None
    if name == "act" and isinstance(event, Mapping):
        return event.get("kind") in _LOOKS_OF_MOUSE
    return name in _LOOKS

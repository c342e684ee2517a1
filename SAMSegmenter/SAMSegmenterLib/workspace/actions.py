"""What the page can ask for, by name; what comes from a browser is checked here before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.controller import TOOLS, WorkspaceController

_SESSION_METHODS = {
    "next": "next_candidate",
    "previous": "previous_candidate",
    "recover": "recover",
    "dismiss": "dismiss_recovery",
    "cancel": "cancel",
}
_CONTROLLER_METHODS = ("accept", "reject", "clear", "undo", "redo")


class PageActions:
    """Carries out what the page asks for.

    Args:
        controller: of the workspace.
        push: called after each action, to send the page what has changed.
    """

    def __init__(self, controller: WorkspaceController, push: Callable[[], None]) -> None:
        self._controller, self._push = controller, push

    def by_name(self) -> dict[str, Callable[..., None]]:
        """All actions: see `page.build_page`."""
        session, case = self._controller.session, self._controller.case
        work: dict[str, Callable[..., Any]] = {
            "act": self._act,
            "key": self._key,
            "tool": self._controller.choose_tool,
            "add_segment": self._controller.add_segment,
            "remove_segment": self._controller.remove_segment,
            "select": session.select_segment,
            "rename": case.rename_segment,
            "show": case.show_segment,
            "candidate": self._choose_candidate,
            "model": session.choose_model,
            "window": lambda text: setattr(session, "window", text),
            "mode": lambda mode: setattr(session, "mode", mode),
        }
        return {name: self._acting(one) for name, one in work.items()}

    def _acting(self, work: Callable[..., Any]) -> Callable[..., None]:
        def act(*arguments: Any, **_: Any) -> None:
            self._controller.do(lambda: work(*arguments))
            self._push()

        return act

    def _act(self, event: Mapping[str, Any]) -> None:
        """Something that was done with the mouse in a view; see `client/slice_view.js`."""
        controller, name = self._controller, str(event.get("view"))
        match event.get("kind"):
            case "click":
                label = event.get("label")
                controller.click(name, _place(event, "uv"), None if label is None else int(bool(label)))
            case "box":
                controller.box(name, _place(event, "start"), _place(event, "end"))
            case "remove":
                controller.remove_near(name, _place(event, "uv"), _number(event, "tolerance"))
            case "scroll":
                controller.scroll(name, int(_number(event, "index")))
            case "cross":
                controller.cross(name, _place(event, "uv"))
            case "window":
                controller.drag_window(_number(event, "dx"), _number(event, "dy"))
            case kind:
                raise InputError(f"The page asked for something unknown: {kind!r}.", "Reload the page.")

    def _key(self, action: str) -> None:
        if action in TOOLS:
            self._controller.choose_tool(action)
        elif action in _CONTROLLER_METHODS:
            getattr(self._controller, action)()
        elif action in _SESSION_METHODS:
            getattr(self._controller.session, _SESSION_METHODS[action])()
        else:
            raise InputError(f"The page asked for something unknown: {action!r}.", "Reload the page.")

    def _choose_candidate(self, index: int) -> None:
        session = self._controller.session
        while (
            session.preview is not None and session.preview.chosen != index and 0 <= index < len(session.preview.masks)
        ):
            session.next_candidate()


def _place(event: Mapping[str, Any], name: str) -> tuple[float, float]:
    try:
        u, v = event[name]
        return float(u), float(v)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The page sent no usable place.", "Reload the page.") from error


def _number(event: Mapping[str, Any], name: str) -> float:
    try:
        return float(event[name])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The page sent no usable number.", "Reload the page.") from error

"""Mouse and keys in slice views become prompts of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import vtk

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import BoxMark, Mark, PointMark
from SAMSegmenterLib.desktop.drags import Drag
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.shown_slice import ShownSlice
from SAMSegmenterLib.session.dragged_box import dragged_box

POINT, BOX, SCRIBBLE, LASSO, PROPOSAL = "point", "box", "scribble", "lasso", "proposal"
TOOLS = (POINT, BOX, SCRIBBLE, LASSO, PROPOSAL)

GRAB_PIXELS = 8.0
"""Marks nearer to the mouse than this are taken hold of; like those below, in pixels of the desktop (`view_scale`)."""

CORNER_PIXELS = 12.0
"""A box is held at its corner within this distance of it along both sides."""

CLICK_PIXELS = 3.0
"""Drags shorter than this are clicks."""

CLICK_WAIT_SECONDS = 0.03
"""After a click the model gets this long at once, so that quick masks appear without a delay."""


class ViewEvents:
    """Handles the events of slice views while the effect is active.

    Left click or drag makes a mark with the chosen tool; with Alt, or Ctrl+Shift, it says "outside", since slice views
    use neither. Dragging a mark moves it: of a box the side or the corner that is held. A right click on a mark, or
    Delete with the mouse over it, removes it. Return accepts, Escape rejects.

    Args:
        effect_session: what is prompted.
        confirm: asks whether a hidden segment shall be edited; False stops the press.
        drawn: called when `drag` changes.

    Attributes:
        tool: one of `TOOLS`.
        label: 1 when marks say "inside", 0 for "outside".
        drag: what is being drawn, or None.
        mouse_xy: where the mouse is on the slice, or None.
        new_segment_name: gives the name of the new segment that takes a picked proposal, None for the selected one.
    """

    def __init__(self, effect_session: EffectSession, confirm: Any, drawn: Any) -> None:
        self._owner, self._confirm, self._drawn = effect_session, confirm, drawn
        self.tool, self.label = POINT, 1
        self.drag: Drag | None = None
        self.mouse_xy: tuple[float, float] | None = None
        self.new_segment_name: Callable[[], str | None] = lambda: None
        self._grabs_left = self._grabs_right = False
        self._scale = 1.0
        command = vtk.vtkCommand
        self._handlers = {
            command.LeftButtonPressEvent: self._left_press,
            command.LeftButtonDoubleClickEvent: self._left_press,
            command.LeftButtonReleaseEvent: self._left_release,
            command.MouseMoveEvent: self._move,
            command.RightButtonPressEvent: self._right_press,
            command.RightButtonReleaseEvent: self._right_release,
            command.LeaveEvent: self._leave,
            command.KeyPressEvent: self._key,
        }

    def handle(self, interactor: Any, event: int, slice_node: Any, scale: float) -> bool:
        """Whether the event was used up, `scale` as of `view_scale`; others shall not get it then."""
        self._scale = scale
        handler = self._handlers.get(event)
        return bool(handler(interactor, slice_node)) if handler is not None else False

    def cancel_drag(self) -> bool:
        """Forget what is being drawn; False when nothing was."""
        had, self.drag = self.drag is not None, None
        if had:
            self._drawn()
        return had

    def _left_press(self, interactor: Any, slice_node: Any) -> bool:
        self._grabs_left = False  # also when the press fails
        self._grabs_left = self._press(interactor, slice_node)
        return self._grabs_left

    def _press(self, interactor: Any, slice_node: Any) -> bool:
        label = self._label_of(interactor)
        if label is None:
            return False
        if self._confirm() is False:
            return True
        self.cancel_drag()
        self._owner.use_view(slice_node)
        session = self._owner.follow()
        if session is None:
            return False
        position = tuple(interactor.GetEventPosition())
        xy = self._owner.image_xy(slice_node, position)
        if xy is None:
            # the session says what is missing, or that this lies outside
            session.add_point((np.inf, np.inf) if session.grid is None else (-1e6, -1e6), label)
            return True
        if self.tool == PROPOSAL:
            session.assign_proposal(xy, new_name=self.new_segment_name())
            return True
        shown = ShownSlice.of(self._owner, slice_node)
        grabbed = self._mark_near(shown, position)
        reach = shown.pixels(CORNER_PIXELS * self._scale) if grabbed else 0.0
        self.drag = Drag("move" if grabbed else self.tool, label, position, xy, grabbed or "", reach)
        self._drawn()
        return True

    def moved_mark(self) -> Mark | None:
        """The mark that is dragged, where it would be if the mouse let go of it now; None when none is moved."""
        drag, session = self.drag, self._owner.session
        if drag is None or drag.tool != "move" or drag.is_click or session is None:
            return None
        mark, path = session.marks.get(drag.mark_id), np.array(drag.path)
        if mark is None:
            return None
        if isinstance(mark, BoxMark):
            return BoxMark(mark.id, dragged_box(mark.box, path[0], path[-1], drag.reach))
        try:
            return mark.shifted(path[-1] - path[0])
        except InputError:  # masks stay where they are
            return None

    def _move(self, interactor: Any, slice_node: Any) -> bool:
        position = tuple(interactor.GetEventPosition())
        drag = self.drag
        if drag is None:
            self._hover(interactor, slice_node, position)
            return False
        if slice_node is not self._owner.slice_node:
            return True
        xy = self._owner.image_xy(slice_node, position)
        if xy is not None and xy != drag.path[-1]:
            moved = float(np.hypot(*np.subtract(position, drag.start)))
            drag.is_click = drag.is_click and moved < CLICK_PIXELS * self._scale
            drag.path.append(xy)
            self._drawn()
        return True

    def _left_release(self, interactor: Any, slice_node: Any) -> bool:
        """What belongs to a press that was used up, too: Slicer would take it for a click of its own."""
        grabbed, self._grabs_left = self._grabs_left, False
        drag = self.drag
        if drag is None:
            return grabbed
        self._move(interactor, slice_node)
        session = self._owner.follow()  # the drag is forgotten when the slice, segment or volume is another one now
        if self.drag is drag and session is not None and session.grid is not None:
            moved, self.drag = self.moved_mark(), None
            self._finish(drag, session, moved)
            self._owner.follow(CLICK_WAIT_SECONDS)
        self._drawn()
        return True

    def _finish(self, drag: Drag, session: Any, moved: Mark | None) -> None:
        path = np.array(drag.path)
        if drag.tool == "move" and not drag.is_click:
            self._finish_move(session, moved, path[-1] - path[0])
        elif drag.is_click or drag.tool == POINT:
            session.add_point(drag.path[0] if drag.is_click else drag.path[-1], drag.label)
        elif drag.tool == BOX:
            session.add_box((*path[0], *path[-1]))
        elif drag.tool == SCRIBBLE:
            session.add_scribble(path, drag.label)
        elif drag.tool == LASSO and len(path) >= 3:
            session.add_lasso(path, drag.label)

    def _finish_move(self, session: Any, moved: Mark | None, delta: np.ndarray) -> None:
        if isinstance(moved, PointMark):
            session.move_mark(moved.id, xy=moved.xy)
        elif isinstance(moved, BoxMark):
            session.move_mark(moved.id, box=moved.box)
        elif moved is not None:
            session.move_mark(moved.id, delta=delta)

    def _right_press(self, interactor: Any, slice_node: Any) -> bool:
        """On a mark, or while something is drawn; else Slicer zooms or shows its menu."""
        self._grabs_right = self.cancel_drag() or self._remove_at(slice_node, tuple(interactor.GetEventPosition()))
        return self._grabs_right

    def _right_release(self, interactor: Any, slice_node: Any) -> bool:
        """What belongs to a press that was used up, too."""
        grabbed, self._grabs_right = self._grabs_right, False
        return grabbed

    def _remove_at(self, slice_node: Any, position: tuple[int, int]) -> bool:
        """Remove the mark at a place of any view; the session goes to its slice then."""
        shown = ShownSlice.of(self._owner, slice_node) if self._owner.follow() is not None else None
        mark_id = self._mark_near(shown, position)
        if mark_id is None:
            return False
        self._owner.use_view(slice_node)
        session = self._owner.follow()
        if session is not None:
            session.remove_mark(mark_id)
            self._owner.follow(CLICK_WAIT_SECONDS)
        return True

    def _mark_near(self, shown: ShownSlice | None, position: tuple[int, int]) -> str | None:
        return shown.mark_near(position, GRAB_PIXELS * self._scale) if shown is not None else None

    def _leave(self, interactor: Any, slice_node: Any) -> bool:
        self.mouse_xy = None
        if self._owner.session is not None:
            self._owner.session.hover(None)
        self._drawn()
        return False

    def _key(self, interactor: Any, slice_node: Any) -> bool:
        session = self._owner.follow()
        if session is None or interactor.GetControlKey() or interactor.GetAltKey():
            return False
        key = interactor.GetKeySym()
        if key in ("Return", "KP_Enter"):
            session.accept()
            return True
        if key == "Escape":
            return self.cancel_drag() or bool(session.reject())
        if key in ("Delete", "BackSpace"):
            return self._remove_at(slice_node, tuple(interactor.GetEventPosition()))
        return False

    def _hover(self, interactor: Any, slice_node: Any, position: tuple[int, int]) -> None:
        session = self._owner.session
        if session is None or interactor.GetShiftKey():
            return
        if slice_node is not self._owner.slice_node:
            if session.prompts is not None and session.prompts.is_pending and not self._shows_same(slice_node):
                return  # what is not accepted stays in sight
            self._owner.use_view(slice_node)
        self.mouse_xy = self._owner.image_xy(slice_node, position)
        session.hover(self.mouse_xy if self.tool == POINT else None, self.label)
        if self.tool == PROPOSAL:
            self._drawn()

    def _label_of(self, interactor: Any) -> int | None:
        """1 inside, 0 outside; None when the modifiers mean something else to Slicer."""
        keys = (interactor.GetControlKey(), interactor.GetShiftKey(), interactor.GetAltKey())
        held = tuple(bool(key) for key in keys)
        if held == (False, False, False):
            return self.label
        return 1 - self.label if held in ((True, True, False), (False, False, True)) else None

    def _shows_same(self, slice_node: Any) -> bool:
        shown = ShownSlice.of(self._owner, slice_node)
        return shown is not None and shown.is_current

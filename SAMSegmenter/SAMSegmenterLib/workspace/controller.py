"""What the user of the workspace does, carried out on the editing session; knows nothing of trame or of a browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import BoxMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.stepwise import Stepwise
from SAMSegmenterLib.session.autosave import Autosave
from SAMSegmenterLib.session.dragged_box import dragged_box
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.model_service import ModelService
from SAMSegmenterLib.session.notices import INFO, Notice
from SAMSegmenterLib.session.preview import AcceptResult
from SAMSegmenterLib.workspace.case import WorkspaceCase
from SAMSegmenterLib.workspace.steps import ACCEPTANCE, MARK, Step, Steps
from SAMSegmenterLib.workspace.surfaces import Surfaces
from SAMSegmenterLib.workspace.views import View, shown_at, views_of
from SAMSegmenterLib.workspace.writing import Writing

POINT, BOX, SCRIBBLE, LASSO, PICK = "point", "box", "scribble", "lasso", "pick"
TOOLS = (POINT, BOX, SCRIBBLE, LASSO, PICK)
"""What a click or a drag makes; `PICK` takes one of the proposed structures."""

LABELS = {"positive": 1, "negative": 0}
"""What marks say: inside or outside the structure."""

CLICK_WAIT_SECONDS = 0.03
"""How long a click waits for its mask: what is at hand by then appears at once."""

_QUICK_SECONDS = 0.03
"""Of the processor: after what takes longer, others have their turn."""

_WINDOW_STEP = 1 / 250
"""Part of the window's width that one pixel of a drag changes it by."""

_LEAST_WIDTH = 1e-6


class WorkspaceController:
    """One workspace at work.

    Args:
        case: volume and segments.
        service: the model.
        autosave: keeps unaccepted prompts against a crash; None keeps none.

    Attributes:
        session: what is driven; its notices are to be shown.
        views: by name.
        active: name of the view that is worked in.
        tool: one of `TOOLS`.
        label: 1 when marks say "inside", 0 for "outside".
        new_name: name of the new segments that take picked proposals; None adds them to the selected segment.
        steps: what can be taken back.
        surfaces: of the segments, made when they are asked for.
        writing: what is being written into segments.

    Thread: main, all of it.
    """

    def __init__(self, case: WorkspaceCase, service: ModelService, autosave: Autosave | None = None) -> None:
        self.case = case
        self.session = EditingSession(service, case.writers, case.sources, autosave=autosave)
        self.session.tick()
        self.views = views_of(self.session.source.volume)
        self.active = next(iter(self.views))
        self.tool, self.label, self.steps = POINT, 1, Steps()
        self.new_name: str | None = None
        self.surfaces, self.writing = Surfaces(case), Writing()
        case.before_copy = self.writing.finish
        self._segments = case.state()
        self.session.select_segment(case.segments()[0].id)
        self._follow_view()

    @property
    def view(self) -> View:
        """The view that is worked in."""
        return self.views[self.active]

    def tick(self) -> bool:
        """Publish what is finished, begin what is due; to be called every 20 ms or so. True when anything changed."""
        was_busy = self.writing.is_busy
        self._write_on()
        if not self.writing.is_running and not self._segments.is_current:
            self._segments = self.case.state()
            self.session.segmentation_changed()
        return self._tick_surfaces() | self.session.tick() | was_busy

    def do(self, work: Callable[[], Any], waits: bool = True, unwritten: Callable[[], bool] | None = None) -> None:
        """Do something on behalf of the user: what fails becomes a notice, what is quick appears at once.

        Args:
            waits: whether it comes after what is being written; False for what only changes what is seen.
            unwritten: of an acceptance, whether masks wait for it that are not written to their end.
        """
        if waits and self.writing.is_busy:
            self._try(lambda: self._do_later(work, unwritten))
            return
        self._try(work)
        self.session.tick(CLICK_WAIT_SECONDS)

    def tell(self, message: str) -> None:
        """Show a message."""
        self.session.tell(Notice(INFO, message))

    def click(self, name: str, uv: Sequence[float], label: int | None = None) -> None:
        """Mark a place of a view, or pick the proposal there; `label` 1 inside, 0 outside, None as chosen."""
        xy = self._use(name, uv)
        if self.tool == PICK:
            self._pick(xy)
        else:
            self.mark(lambda: self.session.add_point(xy, self._labelled(label)))

    def box(self, name: str, start: Sequence[float], end: Sequence[float]) -> None:
        """Mark a rectangle of a view by two opposite corners."""
        corners = self._use(name, start), self._use(name, end)
        self.mark(lambda: self.session.add_box(np.concatenate(corners)))

    def draw(self, name: str, path: Sequence[Sequence[float]], label: int | None = None) -> None:
        """Mark a line through places of a view: a stroke along the structure, or with the lasso a line around it."""
        places = np.array([self._use(name, uv) for uv in path])
        add = self.session.add_lasso if self.tool == LASSO else self.session.add_scribble
        self.mark(lambda: add(places, self._labelled(label)))

    def move(self, name: str, mark_id: str, start: Sequence[float], end: Sequence[float], reach: float) -> None:
        """Drag a mark: of a box the side or the corner that is held, anything else as a whole.

        Args:
            reach: how near to a corner of a box the corner is meant, pixels.
        """
        held, let_go = self._use(name, start), self._use(name, end)
        mark = self.session.marks.get(mark_id)
        if isinstance(mark, BoxMark):
            self.mark(lambda: self.session.move_mark(mark_id, box=dragged_box(mark.box, held, let_go, reach)))
        else:
            self.mark(lambda: self.session.move_mark(mark_id, delta=let_go - held))

    def hover(self, name: str, uv: Sequence[float] | None, label: int | None = None) -> None:
        """Tell where the mouse is; only the view that is worked in shows what a click there would mark."""
        is_here = name == self.active and uv is not None and self.tool == POINT and np.isfinite(_pair(uv)).all()
        place = shown_at(self.view, self.session.source.volume, _pair(uv))[0] if is_here else None
        self.session.hover(place, self._labelled(label))

    def remove_near(self, name: str, uv: Sequence[float], tolerance: float) -> None:
        """Delete the mark nearest to a place of a view, within so many pixels."""
        xy = self._use(name, uv)
        mark_id = self.session.mark_near(xy, tolerance)
        if mark_id is not None:
            self.mark(lambda: self.session.remove_mark(mark_id))

    def scroll(self, name: str, index: int) -> None:
        """Show another slice in a view, and work there."""
        self.active = name if name in self.views else self.active
        self.view.go_to(index)
        self._follow_view()

    def cross(self, name: str, uv: Sequence[float]) -> None:
        """Have the other views show what lies at a place of a view."""
        self._use(name, uv)
        ijk = shown_at(self.view, self.session.source.volume, _pair(uv))[1]
        for view in self.views.values():
            if view is not self.view:
                view.go_to(int(np.floor(ijk[2 - view.axis] + 0.5)))

    def drag_window(self, dx: float, dy: float) -> None:
        """Change the window of the views as the mouse was dragged: right for wider, down for darker."""
        displayed = self.session.source.displayed if self.session.source is not None else None
        if displayed is not None:
            step = displayed.width * _WINDOW_STEP
            self.case.set_window(displayed.level + dy * step, max(displayed.width + dx * step, _LEAST_WIDTH))

    def choose_tool(self, tool: str) -> None:
        """What a click or a drag marks.

        Raises:
            InputError: no such tool.
        """
        if tool not in TOOLS:
            raise InputError(f"There is no tool '{tool}'.", f"Choose one of: {', '.join(TOOLS)}.")
        self.tool = tool

    def choose_label(self, name: str) -> None:
        """What marks say.

        Raises:
            InputError: neither "positive" nor "negative".
        """
        if name not in LABELS:
            raise InputError(f"Marks cannot say '{name}'.", f"Choose one of: {', '.join(LABELS)}.")
        self.label = LABELS[name]

    def propose(self) -> None:
        """Ask for everything that the model finds on the slice; a click then picks one of the outlines."""
        self.tool = PICK
        self.session.find_proposals()

    def use_segment(self) -> None:
        """Give the model what the segment is on this slice, as a mask that is roughly right."""
        self.mark(self.session.use_segment)

    def accept(self) -> None:
        """Write the preview into the segment."""
        if self.session.accept().changed:  # of a preview that may have arrived only now
            self.was_written(self.session.segment_id, self.view.plane)

    def has_stack(self) -> bool:
        """Whether masks of marked slices wait for acceptance."""
        return self.session.stack is not None and bool(self.session.stack.slices)

    def accept_stack(self) -> None:
        """Write the masks of all marked slices into the segment."""
        self.write(self.session.accepting_stack(), self.session.segment_id)

    def write(self, work: Stepwise[AcceptResult], segment_id: str) -> None:
        """Write something that takes long, step by step; whatever else changes segments or marks waits meanwhile."""
        plane = self.view.plane

        def done(result: AcceptResult) -> None:
            if result.changed:
                self.was_written(segment_id, plane)

        self.writing.begin(work, done)

    def was_written(self, segment_id: str, plane: SlicePlane) -> None:
        """Something was accepted: it can be undone as one step, and then that slice is shown."""
        self._segments = self.case.state()
        self.steps.did(Step(ACCEPTANCE, segment_id, plane))

    def show_plane(self, plane: SlicePlane) -> None:
        """Show a slice in the view that lies along it, and work there."""
        self.active = next(view.name for view in self.views.values() if view.axis == plane.axis)
        self.view.go_to(plane.index)
        self._follow_view()

    def reject(self) -> None:
        """Drop the preview and the marks that are not accepted."""
        self.mark(self.session.reject)

    def clear(self) -> None:
        """Delete all marks on the slice."""
        self.mark(self.session.clear_marks)

    def undo(self) -> None:
        """Take back what was done last, be it a mark or an acceptance; the slice where it was done is shown."""
        self._take(self.steps.undo(), self.session.undo_mark, "undo")

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._take(self.steps.redo(), self.session.redo_mark, "redo")

    def select_segment(self, segment_id: str) -> None:
        """Work on another segment.

        Raises:
            InputError: it is gone.
        """
        if segment_id not in [row.id for row in self.case.segments()]:
            raise InputError("This segment is not there any more.", "Choose another one.")
        self.session.select_segment(segment_id)

    def add_segment(self) -> None:
        """Add a segment and work on it."""
        self.session.select_segment(self.case.add_segment())

    def remove_segment(self, segment_id: str) -> None:
        """Remove a segment; nothing done before can be undone then."""
        self.case.remove_segment(segment_id)
        self.steps.clear()
        self.session.tick()
        self._select_any()

    def close(self) -> None:
        """End the session; what is being written is written."""
        self._try(self.writing.finish)
        self.surfaces.close()
        self.session.close()

    def _write_on(self) -> None:
        """Go on with what is being written, then do what waited for it."""
        self._try(self.writing.advance)
        while (work := self.writing.take_waiting()) is not None:
            self._try(work)

    def _do_later(self, work: Callable[[], Any], unwritten: Callable[[], bool] | None) -> None:
        """After what is being written; masks that are accepted again meanwhile are not asked for in vain."""
        if unwritten is None or not self.writing.is_running or not unwritten():
            self.writing.wait(work)
            return

        def accept_rest() -> None:
            self.session.segmentation_changed()  # what was undone meanwhile waits again
            if unwritten():
                work()

        self.tell("Accepted masks are still being written.")
        self.writing.wait(accept_rest)

    def _try(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the user gets a message instead of a traceback
            self.session.tell(Notice.of(error))

    def _tick_surfaces(self) -> bool:
        try:
            return self.surfaces.tick()
        except Exception as error:  # noqa: BLE001 - the user gets a message instead of a traceback
            self.session.tell(Notice.of(error))
            return True

    def _use(self, name: str, uv: Sequence[float]) -> np.ndarray:
        """Work in a view; where on its slice a place of it lies.

        Raises:
            InputError: no such view, or no such place.
        """
        if name not in self.views or not np.isfinite(_pair(uv)).all():
            raise InputError("This place lies in no view.", "Reload the page, then try again.")
        self.active = name
        self._follow_view()
        return shown_at(self.view, self.session.source.volume, _pair(uv))[0]

    def _follow_view(self) -> None:
        self.session.show(self.view.plane)

    def mark(self, change: Callable[[], Any]) -> None:
        """Change marks; if they are others then, that can be undone."""
        before = self.session.marks
        change()
        segment_id = self.session.segment_id
        if self.session.marks is not before and segment_id is not None:
            self.steps.did(Step(MARK, segment_id, self.view.plane))

    def _take(self, step: Step | None, take_mark: Callable[[], bool], name: str) -> None:
        if step is None:
            raise InputError(f"There is nothing to {name}.")
        self._show(step)
        if step.kind == MARK:
            take_mark()
            return
        start = time.thread_time()
        if not getattr(self.case.writers.writer(), name)():
            raise InputError("This acceptance is too long ago to be undone or redone.", "Correct the slice by prompts.")
        if time.thread_time() - start < _QUICK_SECONDS:
            self._follow_segments()
        else:
            self.writing.wait(self._follow_segments)  # others have their turn before

    def _follow_segments(self) -> None:
        """Segments are as they were before, or again."""
        self._segments = self.case.state()
        self._select_any()
        self.session.show(None)  # what is not accepted any more is previewed again
        self.session.segmentation_changed()
        self._follow_view()

    def _show(self, step: Step) -> None:
        self.show_plane(step.plane)
        self.session.select_segment(step.segment_id)

    def _pick(self, xy: np.ndarray) -> None:
        name = self.case.free_name(self.new_name) if self.new_name else None
        if self.session.assign_proposal(xy, new_name=name).changed:
            self.was_written(self.session.segment_id, self.view.plane)

    def _labelled(self, label: int | None) -> int:
        return self.label if label is None else label

    def _select_any(self) -> None:
        """Another segment when the selected one is gone, a new one when all are."""
        rows = self.case.segments()
        if self.session.segment_id not in [row.id for row in rows]:
            self.session.select_segment(rows[0].id if rows else self.case.add_segment())


def _pair(uv: Sequence[float]) -> tuple[float, float]:
    u, v = uv
    return float(u), float(v)

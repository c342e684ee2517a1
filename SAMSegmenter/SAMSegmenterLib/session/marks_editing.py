"""Marks: made, moved, removed, undone; each change asks for a new preview."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_marks import (
    BoxMark,
    LassoMark,
    Mark,
    MarkSet,
    PointMark,
    PriorMark,
    ScribbleMark,
)
from SAMSegmenterLib.session.editing_state import SessionState
from SAMSegmenterLib.session.event_log import described
from SAMSegmenterLib.session.prompt_book import SlicePrompts
from SAMSegmenterLib.session.slice_edits import segment_shown


class MarksEditing(SessionState):
    """Edits of the marks of the selected segment on the slice that is shown.

    Coordinates are (x, y) of the slice's own pixels (`grid`), pixel centres at integers. A change that is not possible
    leaves everything as it was and says why in `notices`.
    """

    @property
    def marks(self) -> MarkSet:
        """Marks of the selected segment on the slice that is shown."""
        prompts = self.prompts
        return prompts.marks if prompts is not None else MarkSet()

    def add_point(self, xy: Sequence[float], label: int = 1) -> str | None:
        """Mark a place inside (label 1) or outside (0) the structure.

        Returns:
            The mark's id, None when nothing was done.
        """
        return self._add("p", lambda mark_id: PointMark(mark_id, np.asarray(xy, np.float64), label), np.atleast_2d(xy))

    def add_box(self, box: Sequence[float]) -> str | None:
        """Mark a rectangle [x0, y0, x1, y1] around the structure, corners in any order.

        Returns:
            The mark's id, None when nothing was done.
        """
        corners = np.asarray(box, np.float64).reshape(2, 2)
        return self._add("b", lambda mark_id: BoxMark(mark_id, np.asarray(box, np.float64)), corners)

    def add_scribble(self, xy: np.ndarray, label: int = 1) -> str | None:
        """Mark a stroke (N, 2) inside (label 1) or outside (0) the structure.

        Returns:
            The mark's id, None when nothing was done.
        """
        return self._add("s", lambda mark_id: ScribbleMark(mark_id, np.asarray(xy, np.float64), label), xy)

    def add_lasso(self, polygon: np.ndarray, label: int = 1) -> str | None:
        """Mark a closed line (N, 2) around the structure (label 1), or around what does not belong to it (0).

        Returns:
            The mark's id, None when nothing was done.
        """
        return self._add("l", lambda mark_id: LassoMark(mark_id, np.asarray(polygon, np.float64), label), polygon)

    def use_segment(self) -> str | None:
        """Take what the selected segment is on this slice as a mask that is roughly right.

        Returns:
            The mark's id, None when nothing was done.
        """
        with self._action():
            source, prepared, prompts = self._required()
            mask = segment_shown(prepared.grid, source, self._writers.writer(), prompts.segment_id)
            if not mask.any():
                raise InputError("The segment is empty on this slice.", "Draw something there first.")
            for mark in prompts.marks:
                if isinstance(mark, PriorMark):
                    self._put(prompts, PriorMark(mark.id, mask))
                    return mark.id
            mark = PriorMark(self.book.new_id("m"), mask)
            self._put(prompts, mark)
            return mark.id
        return None

    def move_mark(
        self,
        mark_id: str,
        *,
        xy: Sequence[float] | None = None,
        box: Sequence[float] | None = None,
        delta: Sequence[float] | None = None,
    ) -> bool:
        """Put a mark elsewhere: a point at `xy`, a box at `box`, any but a mask shifted by `delta`."""
        with self._action():
            _source, prepared, prompts = self._required()
            marks = prompts.marks.moved(mark_id, xy=xy, box=box, delta=delta)
            if xy is not None:
                _check_on_slice(np.atleast_2d(xy), prepared.grid.shape)
            self._change(prompts, marks, "moved", marks.get(mark_id))
            return True
        return False

    def remove_mark(self, mark_id: str) -> bool:
        """Delete one mark; False when there is none of that id."""
        with self._action():
            _source, _prepared, prompts = self._required()
            mark = prompts.marks.get(mark_id)
            if mark is not None:
                self._change(prompts, prompts.marks.without(mark_id), "removed", mark)
                return True
        return False

    def clear_marks(self) -> bool:
        """Delete all marks of the segment on this slice; this can be undone."""
        with self._action():
            _source, _prepared, prompts = self._required()
            if len(prompts.marks):
                self._change(prompts, MarkSet(), "cleared")
                return True
        return False

    def undo_mark(self) -> bool:
        """Take back the last change of marks of the segment on this slice; False when there is none."""
        return self._step("undone", SlicePrompts.undo)

    def redo_mark(self) -> bool:
        """Do the change again that was taken back last; False when there is none."""
        return self._step("redone", SlicePrompts.redo)

    def mark_near(self, xy: Sequence[float], tolerance: float) -> str | None:
        """Id of the mark nearest to a place, within so many pixels; None for none."""
        return self.marks.nearest(xy, tolerance)

    def set_keyframe(self, keyframe: bool) -> bool:
        """Say whether propagation starts from this slice."""
        with self._action():
            _source, _prepared, prompts = self._required()
            prompts.keyframe = keyframe
            self._marks_changed()
            return True
        return False

    def _add(self, prefix: str, make: Callable[[str], Mark], places: np.ndarray) -> str | None:
        with self._action():
            _source, prepared, prompts = self._required()
            _check_on_slice(np.asarray(places, np.float64), prepared.grid.shape)
            mark = make(self.book.new_id(prefix))
            self._put(prompts, mark)
            return mark.id
        return None

    def _put(self, prompts: SlicePrompts, mark: Mark) -> None:
        self._change(prompts, prompts.marks.with_(mark), "marked", mark)

    def _change(self, prompts: SlicePrompts, marks: MarkSet, kind: str, mark: Mark | None = None) -> None:
        prompts.change(marks, self._window_now())
        self.log.add(kind, **({"mark": described(mark)} if mark is not None else {}))
        self._marks_changed()
        self._request_preview()

    def _step(self, kind: str, step: Callable[[SlicePrompts], bool]) -> bool:
        with self._action():
            _source, _prepared, prompts = self._required()
            if step(prompts):
                self.log.add(kind)
                self._marks_changed()
                self._request_preview()
                return True
        return False

    def _marks_changed(self) -> None:
        raise NotImplementedError

    def _request_preview(self) -> None:
        raise NotImplementedError


def _check_on_slice(places: np.ndarray, shape: tuple[int, int]) -> None:
    """Refuse what lies outside the slice as a whole; exact, because a view's own conversion rounds towards it."""
    height, width = shape
    x, y = places.reshape(-1, 2).T
    if not np.isfinite(places).all() or not len(x):
        raise InputError("The prompt has no usable position.", "Try again.")
    outside = x.max() < -0.5 or y.max() < -0.5 or x.min() >= width - 0.5 or y.min() >= height - 0.5
    if outside:
        raise InputError("This lies outside the volume; nothing was done.", "Put the prompt on the slice.")

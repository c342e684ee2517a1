"""All marks on one volume: by segment and slice, each with its own history, and what was accepted, in order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.slice_prediction import WindowChoice

_MANY_STEPS = 100


@dataclass(eq=False)
class SlicePrompts:
    """Marks of one segment on one slice.

    Attributes:
        marks: as they are now.
        candidate: index of the candidate that the user stepped to, None for the best-scored one.
        window: frozen with the first mark; None before.
        accepted: the marks whose mask is in the segment, None when there are none.
        keyframe: propagation starts from this slice.
    """

    segment_id: str
    plane: SlicePlane
    marks: MarkSet = field(default_factory=MarkSet)
    candidate: int | None = None
    window: WindowChoice | None = None
    accepted: MarkSet | None = None
    keyframe: bool = False
    _past: list[MarkSet] = field(default_factory=list)
    _future: list[MarkSet] = field(default_factory=list)

    @property
    def is_pending(self) -> bool:
        """True when there are marks whose mask is not in the segment."""
        return len(self.marks) > 0 and self.marks is not self.accepted

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to do again."""
        return bool(self._future)

    def change(self, marks: MarkSet, window: WindowChoice) -> None:
        """Replace the marks; the first ones on a slice freeze the window."""
        if not len(self.marks):
            self.window = window
        if not len(marks):
            self.candidate = None
        self._past.append(self.marks)
        del self._past[:-_MANY_STEPS]
        self._future.clear()
        self.marks = marks

    def undo(self) -> bool:
        """Take the last change of marks back; False when there is none."""
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        """Do the change again that was taken back last; False when there is none."""
        return self._step(self._future, self._past)

    def _step(self, source: list[MarkSet], target: list[MarkSet]) -> bool:
        if not source:
            return False
        target.append(self.marks)
        self.marks = source.pop()
        return True


@dataclass(frozen=True, eq=False)
class AcceptedPrompts:
    """One acceptance: which segment, and everything needed to do it again."""

    segment_id: str
    record: SlicePromptRecord


class PromptBook:
    """Marks on one volume.

    Attributes:
        accepted: all acceptances that stand, in their order.
    """

    def __init__(self) -> None:
        self.accepted: list[AcceptedPrompts] = []
        self._slices: dict[str, list[SlicePrompts]] = {}
        self._numbers = itertools.count(1)

    def new_id(self, prefix: str) -> str:
        """An id for a mark that no other mark of the book has."""
        return f"{prefix}{next(self._numbers)}"

    def keep_ids_above(self, marks: MarkSet) -> None:
        """Never give out the ids of these marks again."""
        used = [int(digits) for mark in marks if (digits := mark.id.lstrip("abcdefghijklmnopqrstuvwxyz")).isdigit()]
        self._numbers = itertools.count(max([next(self._numbers), *(number + 1 for number in used)]))

    def slice(self, segment_id: str, plane: SlicePlane) -> SlicePrompts:
        """Marks of a segment on a slice; empty ones are made where there were none."""
        found = self.find(segment_id, plane)
        if found is None:
            found = SlicePrompts(segment_id, plane)
            self._slices.setdefault(segment_id, []).append(found)
        return found

    def find(self, segment_id: str, plane: SlicePlane) -> SlicePrompts | None:
        """Marks of a segment on a slice, None where there never were any."""
        return next((one for one in self._slices.get(segment_id, ()) if same_plane(one.plane, plane)), None)

    def all(self) -> list[SlicePrompts]:
        """Slices with marks, segment by segment, in the order worked on."""
        return [one for slices in self._slices.values() for one in slices if len(one.marks)]

    def of_segment(self, segment_id: str) -> list[SlicePrompts]:
        """Slices of a segment with marks, in the order worked on."""
        return [one for one in self._slices.get(segment_id, ()) if len(one.marks)]

    def settle(self, segment_id: str, plane: SlicePlane) -> None:
        """Find out from what stands which marks of a slice are accepted: those that set it last."""
        prompts = self.find(segment_id, plane)
        if prompts is not None:
            set_by = [
                one.record.marks
                for one in self.accepted
                if one.segment_id == segment_id and one.record.mode == "set" and same_plane(one.record.plane, plane)
            ]
            prompts.accepted = set_by[-1] if set_by and len(set_by[-1]) else None

    @property
    def last_order(self) -> int:
        """Number of the latest acceptance, 0 without one; they are done again in this order."""
        return max((int(one.record.parameters.get("order", 0)) for one in self.accepted), default=0)

    @property
    def has_pending(self) -> bool:
        """Whether there are marks whose mask is not in a segment."""
        return any(one.is_pending for one in self.all())

    def segments(self) -> list[str]:
        """Ids of the segments that have, or had, marks."""
        return list(dict.fromkeys([*self._slices, *(one.segment_id for one in self.accepted)]))


def same_plane(first: SlicePlane, second: SlicePlane) -> bool:
    """Whether two planes show the same slice; free planes that a viewer gives twice differ in their last digits."""
    if first == second:
        return True
    if first.axis is not None or second.axis is not None or first.size != second.size:
        return False
    names = ("origin_ras", "x_ras", "y_ras", "spacing_mm")
    return all(np.allclose(getattr(first, name), getattr(second, name), rtol=0, atol=1e-3) for name in names)

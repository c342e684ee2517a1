"""The marks that a user makes on one slice for one segment, and edits of them.

A mark is what was drawn; prompts are what the model is told. Marks are kept, moved and saved; `core.prompt_marks`
turns them into prompts. All coordinates are (x, y) of the slice's pixel grid, pixel centres at integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.strokes import distance_to_line


@dataclass(frozen=True, eq=False)
class PointMark:
    """A click.

    Args:
        id: short, unique among the marks of a session.
        xy: (2,) float64.
        label: 1 inside the structure, 0 outside it.
    """

    id: str
    xy: np.ndarray
    label: int = 1

    def __post_init__(self) -> None:
        _settle(self, xy=_positions(self.xy, "A point", 1).reshape(2), label=_checked_label(self.label))

    def shifted(self, delta: np.ndarray) -> PointMark:
        """Moved by (dx, dy)."""
        return replace(self, xy=self.xy + delta)

    def distance(self, xy: np.ndarray) -> float:
        """From a place, in pixels."""
        return float(np.linalg.norm(self.xy - xy))


@dataclass(frozen=True, eq=False)
class BoxMark:
    """A rectangle around the structure.

    Args:
        id: short, unique among the marks of a session.
        box: (4,) float64 [x0, y0, x1, y1], inclusive maxima; corners in any order are put right.
    """

    id: str
    box: np.ndarray

    def __post_init__(self) -> None:
        corners = _positions(self.box, "A box", 2)
        if len(corners) != 2:
            raise InputError(f"A box is [x0, y0, x1, y1]; got {np.asarray(self.box).tolist()}.")
        _settle(self, box=np.concatenate([corners.min(axis=0), corners.max(axis=0)]))

    def shifted(self, delta: np.ndarray) -> BoxMark:
        """Moved by (dx, dy)."""
        return replace(self, box=self.box + np.tile(delta, 2))

    def distance(self, xy: np.ndarray) -> float:
        """Of its outline from a place, in pixels."""
        x0, y0, x1, y1 = self.box
        return distance_to_line(xy, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), closed=True)


@dataclass(frozen=True, eq=False)
class ScribbleMark:
    """A stroke over the structure or over what does not belong to it.

    Args:
        id: short, unique among the marks of a session.
        xy: (N, 2) float64, N >= 1, in the order drawn.
        label: 1 inside the structure, 0 outside it.
    """

    id: str
    xy: np.ndarray
    label: int = 1

    def __post_init__(self) -> None:
        _settle(self, xy=_positions(self.xy, "A scribble", 1), label=_checked_label(self.label))

    def shifted(self, delta: np.ndarray) -> ScribbleMark:
        """Moved by (dx, dy)."""
        return replace(self, xy=self.xy + delta)

    def distance(self, xy: np.ndarray) -> float:
        """From a place, in pixels."""
        return distance_to_line(xy, self.xy)


@dataclass(frozen=True, eq=False)
class LassoMark:
    """A closed line around the structure (label 1) or around what does not belong to it (label 0).

    Args:
        id: short, unique among the marks of a session.
        polygon: (N, 2) float64, N >= 3; closed without repeating the first corner. It may cross itself: everything it
            winds round is inside.
        label: 1 or 0.
    """

    id: str
    polygon: np.ndarray
    label: int = 1

    def __post_init__(self) -> None:
        _settle(self, polygon=_positions(self.polygon, "A lasso", 3), label=_checked_label(self.label))

    def shifted(self, delta: np.ndarray) -> LassoMark:
        """Moved by (dx, dy)."""
        return replace(self, polygon=self.polygon + delta)

    def distance(self, xy: np.ndarray) -> float:
        """Of its line from a place, in pixels."""
        return distance_to_line(xy, self.polygon, closed=True)


@dataclass(frozen=True, eq=False)
class PriorMark:
    """A mask that is roughly right, such as the segment as it is.

    Args:
        id: short, unique among the marks of a session.
        mask: (H, W) bool on the slice's grid, not empty.
    """

    id: str
    mask: Mask

    def __post_init__(self) -> None:
        mask = as_mask(self.mask, "The mask given to the model")
        if not mask.any():
            raise InputError("The mask given to the model is empty on this slice.", "Draw something there first.")
        _settle(self, mask=mask.copy())

    def shifted(self, delta: np.ndarray) -> PriorMark:
        """Refused: a mask belongs where it is."""
        raise InputError("A mask cannot be moved.", "Delete it, or change the segment it was taken from.")

    def distance(self, xy: np.ndarray) -> float:
        """Infinite: a mask is not taken hold of."""
        return float("inf")


Mark = PointMark | BoxMark | ScribbleMark | LassoMark | PriorMark


@dataclass(frozen=True)
class MarkSet:
    """Marks of one segment on one slice, in the order made; it never changes, edits return another one."""

    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "marks", tuple(self.marks))
        ids = [mark.id for mark in self.marks]
        if len(set(ids)) < len(ids):
            raise InputError(f"Two marks share an id: {', '.join(ids)}.")

    def __len__(self) -> int:
        return len(self.marks)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self.marks)

    def get(self, mark_id: str) -> Mark | None:
        """The mark of that id, or None."""
        return next((mark for mark in self.marks if mark.id == mark_id), None)

    def with_(self, mark: Mark) -> MarkSet:
        """With a mark added at the end, or put in the place of the one that has its id."""
        if self.get(mark.id) is None:
            return MarkSet((*self.marks, mark))
        return MarkSet(tuple(mark if other.id == mark.id else other for other in self.marks))

    def moved(
        self,
        mark_id: str,
        *,
        xy: Sequence[float] | None = None,
        box: Sequence[float] | None = None,
        delta: Sequence[float] | None = None,
    ) -> MarkSet:
        """With one mark elsewhere: a point at `xy`, a box at `box`, any mark but a prior shifted by `delta` (dx, dy).

        Raises:
            InputError: no such mark, or it cannot be moved that way.
        """
        mark = self.get(mark_id)
        if mark is None:
            raise InputError(f"There is no mark '{mark_id}' on this slice.")
        if xy is not None and isinstance(mark, PointMark):
            return self.with_(replace(mark, xy=np.asarray(xy, np.float64)))
        if box is not None and isinstance(mark, BoxMark):
            return self.with_(replace(mark, box=np.asarray(box, np.float64)))
        if delta is None:
            raise InputError(f"Mark '{mark_id}' cannot be moved that way.")
        return self.with_(mark.shifted(_positions(delta, "A shift", 1).reshape(2)))

    def without(self, mark_id: str) -> MarkSet:
        """Without one mark; unchanged when there is none of that id."""
        return MarkSet(tuple(mark for mark in self.marks if mark.id != mark_id))

    def nearest(self, xy: Sequence[float], tolerance: float) -> str | None:
        """Id of the mark whose point, stroke or outline lies nearest to a place, the later one on ties.

        Args:
            xy: (x, y).
            tolerance: farthest distance that counts, pixels. Priors are never found.
        """
        place = np.asarray(xy, np.float64)
        found, least = None, float(tolerance)
        for mark in self.marks:
            distance = mark.distance(place)
            if distance <= least:
                found, least = mark.id, distance
        return found


def _settle(mark: Any, **values: Any) -> None:
    """Put checked values into a frozen mark; arrays can no longer be written to."""
    if not isinstance(mark.id, str) or not mark.id:
        raise InputError(f"The id of a mark is a short text; got {mark.id!r}.")
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
        object.__setattr__(mark, name, value)


def _positions(values: Any, what: str, least: int) -> np.ndarray:
    """A copy (N, 2) of finite positions, at least so many."""
    try:
        positions = np.array(values, np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} is made of positions (x, y).") from error
    if len(positions) < least:
        raise InputError(f"{what} needs at least {least} position(s) (x, y); got {len(positions)}.")
    if not np.isfinite(positions).all():
        raise InputError(f"{what} has a position that is not a finite number.", "Draw it again.")
    return positions


def _checked_label(label: Any) -> int:
    if label not in (0, 1):
        raise InputError(f"A label is 1 (inside) or 0 (outside); got {label!r}.")
    return int(label)

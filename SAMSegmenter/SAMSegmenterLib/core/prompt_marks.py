"""The marks that a user makes on one slice for one segment, and edits of them.

A mark is what was drawn; prompts are what the model is told. Marks are kept, moved and saved, `prompts_of` turns them
into prompts. All coordinates are (x, y) of the slice's pixel grid, pixel centres at integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts

MAX_POINTS = 32
"""Points handed to the model at most; it was trained with about ten, and weighs more of them worse, not better."""


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


@dataclass(frozen=True, eq=False)
class BoxMark:
    """A rectangle around the structure.

    Args:
        id: short, unique among the marks of a session.
        box: (4,) float64 [x0, y0, x1, y1], inclusive maxima; corners in any order are put right.
    """

    id: str
    box: np.ndarray


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


@dataclass(frozen=True, eq=False)
class PriorMark:
    """A mask that is roughly right, such as the segment as it is.

    Args:
        id: short, unique among the marks of a session.
        mask: (H, W) bool on the slice's grid, not empty.
    """

    id: str
    mask: Mask


Mark = PointMark | BoxMark | ScribbleMark | LassoMark | PriorMark


@dataclass(frozen=True)
class MarkSet:
    """Marks of one segment on one slice, in the order made; it never changes, edits return another one."""

    marks: tuple[Mark, ...] = ()

    def __len__(self) -> int:
        return len(self.marks)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self.marks)

    def get(self, mark_id: str) -> Mark | None:
        """The mark of that id, or None."""
        raise NotImplementedError

    def with_(self, mark: Mark) -> MarkSet:
        """With a mark added at the end, or put in the place of the one that has its id."""
        raise NotImplementedError

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
        raise NotImplementedError

    def without(self, mark_id: str) -> MarkSet:
        """Without one mark; unchanged when there is none of that id."""
        raise NotImplementedError

    def nearest(self, xy: Sequence[float], tolerance: float) -> str | None:
        """Id of the mark whose point, stroke or outline lies nearest to a place, the later one on ties.

        Args:
            xy: (x, y).
            tolerance: farthest distance that counts, pixels. Priors are never found.
        """
        raise NotImplementedError


def prompts_of(marks: MarkSet, shape: tuple[int, int]) -> Prompts:
    """What the model is told by marks; empty (`is_empty`) when none of them lies on the slice.

    Args:
        marks: of one segment on one slice.
        shape: (H, W) of the slice.
    """
    raise NotImplementedError


def notices_of(marks: MarkSet, shape: tuple[int, int]) -> tuple[str, ...]:
    """What the user should know about how marks become prompts: parts outside the slice, too many points."""
    raise NotImplementedError

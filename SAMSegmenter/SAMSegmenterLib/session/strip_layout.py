"""What a strip of slices shows, and where each slice lies on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

FAIR, GOOD = 0.5, 0.75
"""Slice confidence from which a slice is drawn as fair and as good."""

Colour = tuple[int, int, int]


class Slice(Protocol):
    """What a strip needs to know of a slice.

    Attributes:
        index: number of the slice.
        confidence: 0 to 1.
        origin: how its mask came about.
        final: False for one that was rejected.
        is_accepted: its mask is in the segment.
    """

    index: int
    confidence: float
    origin: str
    final: bool
    is_accepted: bool


@dataclass(frozen=True)
class StripContent:
    """What a strip shows.

    Args:
        slices: in order of their numbers.
        keyframes: slices that were given.
        stop_marks: slices that propagation does not reach.
        shown: number of the slice that the view shows, None when it is none of them.
        worst: number of the slice with the least confidence, None when there is none.
    """

    slices: tuple[Slice, ...] = ()
    keyframes: frozenset[int] = frozenset()
    stop_marks: frozenset[int] = frozenset()
    shown: int | None = None
    worst: int | None = None

    @property
    def ends(self) -> tuple[int, int] | None:
        """First and last number on the strip; None when it is empty."""
        numbers = [one.index for one in self.slices] + [*self.keyframes, *self.stop_marks]
        return (min(numbers), max(numbers)) if numbers else None

    def slice_at(self, index: int) -> Slice | None:
        """What is known of a slice; None for nothing."""
        return next((one for one in self.slices if one.index == index), None)


@dataclass(frozen=True)
class StripLayout:
    """Places of slices along a strip.

    Args:
        first, last: numbers of the outermost slices.
        width: of the strip in pixels.
    """

    first: int
    last: int
    width: int

    @property
    def count(self) -> int:
        """Slices on the strip."""
        return self.last - self.first + 1

    def left(self, index: int) -> int:
        """The pixel at which a slice begins."""
        return (index - self.first) * self.width // self.count

    def size(self, index: int) -> int:
        """Pixels that a slice takes, 1 at least: of many slices several share a pixel."""
        return max(1, self.left(index + 1) - self.left(index))

    def middle(self, index: int) -> int:
        """The pixel in the middle of a slice."""
        return self.left(index) + self.size(index) // 2

    def index_at(self, x: int) -> int:
        """The slice at a pixel; beyond the ends the outermost one."""
        if x >= self.width:
            return self.last
        return self.first + ((max(0, x) + 1) * self.count - 1) // max(1, self.width)

    def one_per_place(self, slices: Iterable[Slice]) -> list[Slice]:
        """Of the slices that share a pixel the one with the least confidence, for that is the one to look at."""
        found: dict[int, Slice] = {}
        for one in slices:
            at = self.left(one.index)
            if at not in found or one.confidence < found[at].confidence:
                found[at] = one
        return list(found.values())


def confidence_colour(confidence: float, on_dark: bool) -> Colour:
    """Blue for good, yellow for fair, red-orange for poor: told apart without red and green, and by brightness.

    Args:
        confidence: 0 to 1.
        on_dark: for a dark background.
    """
    level = 2 if confidence >= GOOD else 1 if confidence >= FAIR else 0
    return (_ON_DARK if on_dark else _ON_LIGHT)[level]


_ON_LIGHT: tuple[Colour, ...] = (176, 48, 0), (214, 150, 0), (0, 104, 172)
_ON_DARK: tuple[Colour, ...] = (255, 112, 60), (245, 208, 92), (92, 180, 240)

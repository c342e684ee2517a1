"""The square part of a picture around an answer, in which a mask is drawn finer than the network drew it.

Places are shares of the padded square that the network sees: (0, 0) its upper left corner, (1, 1) the lower right one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

SIDE = 112
"""Rows and columns of numbers that a window is sampled at."""

STEPS = (torch.arange(SIDE) + 0.5) / SIDE
"""(SIDE,) where the numbers of a window lie, as shares of it."""

LARGEST_SIDE = 0.9
"""Share of the square above which a window is left alone: the model's own logits are as fine there."""

_AROUND_BOX, _AROUND_MASK = 1.35, 1.6
"""Side of the window beside the longer side of a box, and of a mask that nothing bounds."""

_LEAST = 0.09
_PIXELS_AT_ONCE = 4_000_000
_TAIL = 0.01
"""Share of a mask's pixels that may lie beyond each side: single ones far away do not make the window large."""


@dataclass(frozen=True)
class Window:
    """Centre and side, as shares of the padded square; it lies inside."""

    x: float
    y: float
    side: float

    def inside(self, place: Sequence[float]) -> tuple[float, float]:
        """Of a place (x, y), where it is in the window; from 0 to 1 inside."""
        return (place[0] - self.x) / self.side + 0.5, (place[1] - self.y) / self.side + 0.5


def window_around(logits: torch.Tensor, box: Sequence[float] | None, clicked: Sequence[Sequence[float]]) -> Window:
    """The window of an answer.

    Args:
        logits: (h, h) of the mask.
        box: (x0, y0, x1, y1), outer edges, or None.
        clicked: places of positive points; without a box they lie inside.
    """
    if box is not None:
        (x0, y0, x1, y1), wider = box, _AROUND_BOX
    else:
        mask, wider = logits > 0, _AROUND_MASK
        if not bool(mask.any()):
            mask = logits >= logits.max()
        (x0, x1), (y0, y1) = (_middle_part(mask.sum(axis)) for axis in (0, 1))
        x0, x1 = min([x0, *(x for x, _ in clicked)]), max([x1, *(x for x, _ in clicked)])
        y0, y1 = min([y0, *(y for _, y in clicked)]), max([y1, *(y for _, y in clicked)])
    side = min(1.0, max(_LEAST, wider * max(x1 - x0, y1 - y0)))
    x, y = (min(max((low + high) / 2, side / 2), 1 - side / 2) for low, high in ((x0, x1), (y0, y1)))
    return Window(x, y, side)


def _middle_part(counts: torch.Tensor) -> tuple[float, float]:
    """Between which shares of the side all but the tails of (h,) counts lie."""
    reached = counts.cumsum(0) / counts.sum()
    first, last = (reached > _TAIL).nonzero()[0, 0], (reached >= 1 - _TAIL).nonzero()[0, 0]
    return float(first) / len(counts), (float(last) + 1) / len(counts)


class Pyramid:
    """Planes that cover the padded square, and averages of their pixels for windows that need fewer.

    Args:
        planes: (C, n, n) float32.
    """

    def __init__(self, planes: torch.Tensor) -> None:
        self._levels = {1: planes}
        self._latest: tuple[Window | None, torch.Tensor] = (None, planes)

    def sampled(self, window: Window) -> torch.Tensor:
        """(C, SIDE, SIDE) numbers of a window; kept until another is asked for, as all candidates of a box have one."""
        latest, pixels = self._latest
        if latest != window:
            pixels = self._sampled(window)
            self._latest = window, pixels
        return pixels

    def _sampled(self, window: Window) -> torch.Tensor:
        planes = self._level(max(1, int(window.side * self._levels[1].shape[-1] / SIDE)))
        count = planes.shape[-1]
        (left, across), (top, down) = (_part(middle, window.side, count) for middle in (window.x, window.y))
        part = planes[:, top : top + down.shape[1], left : left + across.shape[1]]
        return down @ part @ across.t()

    def _level(self, coarser: int) -> torch.Tensor:
        if coarser not in self._levels:
            planes = self._levels[1]
            size = (planes.shape[-1] // coarser,) * 2
            self._levels[coarser] = functional.interpolate(planes[None], size, mode="area")[0]
        return self._levels[coarser]


def sampled(planes: torch.Tensor, window: Window) -> torch.Tensor:
    """(C, SIDE, SIDE) numbers of a window of planes (C, n, n) that cover the padded square."""
    return Pyramid(planes).sampled(window)


def draw(mask: np.ndarray, window: Window, fine: torch.Tensor, scale: tuple[float, float]) -> None:
    """Draw a window's logits into a mask of a slice.

    Args:
        mask: (H, W) bool; changed in place where the window lies.
        fine: (SIDE, SIDE) logits, above 0 inside.
        scale: of columns and rows: shares of the padded square for each pixel of the slice.
    """
    (left, across), (top, down) = (
        _covered(count, share, middle, window.side)
        for count, share, middle in zip(mask.shape[::-1], scale, (window.x, window.y), strict=True)
    )
    if not len(across):
        return
    for some in down.split(max(1, _PIXELS_AT_ONCE // len(across))):
        drawn = some @ fine @ across.t()
        mask[top : top + len(some), left : left + len(across)] = (drawn > 0).numpy()
        top += len(some)


@functools.lru_cache(maxsize=8)
def _covered(count: int, share: float, middle: float, side: float) -> tuple[int, torch.Tensor]:
    """The first pixel, of `count`, whose centre lies in the window, and (pixels there, SIDE) weights of each."""
    first = max(0, math.ceil((middle - side / 2) / share - 0.5))
    last = min(count, math.floor((middle + side / 2) / share - 0.5) + 1)
    places = ((torch.arange(first, max(first, last), dtype=torch.float64) + 0.5) * share - middle) / side + 0.5
    return first, _weights((places * SIDE - 0.5).clamp(0, SIDE - 1).float(), SIDE)


@functools.lru_cache(maxsize=8)
def _part(middle: float, side: float, count: int) -> tuple[int, torch.Tensor]:
    """The first of `count` numbers that lie in a window, and (SIDE, numbers from there) weights; 0 beyond them."""
    places = (middle + (STEPS - 0.5) * side) * count - 0.5
    first, last = max(0, math.floor(float(places[0]))), min(count, math.ceil(float(places[-1])) + 1)
    return first, _weights(places - first, last - first)


def _weights(places: torch.Tensor, count: int) -> torch.Tensor:
    """(len(places), count) weights of linear interpolation between numbers at 0, 1, ... count - 1."""
    return (1 - (places[:, None] - torch.arange(count)).abs()).clamp(min=0)

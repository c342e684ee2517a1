"""The square part of a picture around an answer, in which a mask is drawn finer than the network drew it.

Places are shares of the padded square that the network sees: (0, 0) its upper left corner, (1, 1) the lower right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

SIDE = 112
"""Rows and columns of numbers that a window is sampled at."""

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


def sampled(planes: torch.Tensor, window: Window) -> torch.Tensor:
    """(C, SIDE, SIDE) of planes (C, n, n) that cover the padded square; averages where they are finer."""
    count = planes.shape[-1]
    coarser = int(window.side * count / SIDE)
    if coarser >= 2:
        planes = functional.interpolate(planes[None], (count // coarser,) * 2, mode="area")[0]
    steps = (torch.arange(SIDE) + 0.5) / SIDE - 0.5
    x, y = 2 * (window.x + steps * window.side) - 1, 2 * (window.y + steps * window.side) - 1
    grid = torch.stack([x.expand(SIDE, SIDE), y[:, None].expand(SIDE, SIDE)], -1)[None]
    return functional.grid_sample(planes[None], grid, align_corners=False)[0]


def draw(mask: np.ndarray, window: Window, fine: torch.Tensor, scale: tuple[float, float]) -> None:
    """Draw a window's logits into a mask of a slice.

    Args:
        mask: (H, W) bool; changed in place where the window lies.
        fine: (SIDE, SIDE) logits, above 0 inside.
        scale: of columns and rows: shares of the padded square for each pixel of the slice.
    """
    columns, rows = (
        _covered(count, share, middle, window.side)
        for count, share, middle in zip(mask.shape[::-1], scale, (window.x, window.y), strict=True)
    )
    if not len(rows) or not len(columns):
        return
    across = _in_window(columns, scale[0], window.x, window.side)
    for some in rows.split(max(1, _PIXELS_AT_ONCE // max(1, len(columns)))):
        down = _in_window(some, scale[1], window.y, window.side)
        grid = torch.stack([across.expand(len(some), -1), down[:, None].expand(-1, len(columns))], -1)[None]
        drawn = functional.grid_sample(fine[None, None], grid, align_corners=False, padding_mode="border")[0, 0]
        mask[int(some[0]) : int(some[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1] = (drawn > 0).numpy()


def _covered(count: int, share: float, middle: float, side: float) -> torch.Tensor:
    """Numbers of the pixels, of `count`, whose centres lie in the window."""
    return (_in_window(torch.arange(count), share, middle, side).abs() <= 1).nonzero()[:, 0]


def _in_window(pixels: torch.Tensor, share: float, middle: float, side: float) -> torch.Tensor:
    """Where the centres of pixels lie in the window, from -1 to 1."""
    return ((pixels.double() + 0.5) * share - middle).mul(2 / side).float()

"""Masks and uncertainty as shapes for slice views; large ones no finer than a view can show them.

An outline of a hundred million pixels would take seconds, and a view has a million pixels at most: what covers many
pixels is made coarser by whole pixels first, and cut to the part of the slice that the view shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.mask_box import Box, area, box_of
from SAMSegmenterLib.desktop.overlay_shapes import (
    Cells,
    Colour,
    heat_area,
    heat_levels,
    joined,
    mask_area,
    mask_outline,
    scaled,
)

_MANY_PIXELS = 1 << 20
"""What covers no more than these is drawn as it is, whatever the view shows: it takes about 5 ms, once."""

_TILE = 256
"""Parts begin and end at multiples of so many coarse pixels, so that they stay the same while a view is panned."""

_MANY_HELD = 6


@dataclass(frozen=True)
class Detail:
    """What a view can show of a slice.

    Args:
        step: as many image pixels as one view pixel covers along a side, rounded to a power of two.
        part: the pixels in sight, rounded outwards.
    """

    step: int
    part: Box

    @classmethod
    def of(cls, to_view: np.ndarray, size: tuple[int, int]) -> Detail:
        """From (2, 3) slice image (x, y, 1) to view pixels, and the view's width and height."""
        scale = float(np.sqrt(abs(np.linalg.det(to_view[:, :2]))))
        step = 2 ** max(0, round(np.log2(1 / scale))) if scale > 0 else 1
        corners = np.array([(0, 0), (size[0], 0), (0, size[1]), size], np.float64)
        shown = (corners - to_view[:, 2]) @ np.linalg.inv(to_view[:, :2]).T
        tile = _TILE * step
        low = np.floor((shown.min(axis=0) - 2 * step) / tile).astype(int) * tile
        high = np.ceil((shown.max(axis=0) + 2 * step) / tile).astype(int) * tile
        return cls(step, (int(low[0]), int(low[1]), int(high[0]), int(high[1])))


class DrawnValues:
    """An array on a slice, to be drawn; made into shapes when a view asks, and kept for as long as it asks the same.

    Args:
        values: (H, W) bool or uint8; 0 is not drawn, and of the pixels made one the largest value counts.
        make: areas and outlines of such an array.
        box: around what is not 0, where it is known.
    """

    def __init__(
        self, values: np.ndarray, make: Callable[[np.ndarray], tuple[Cells, Cells]], box: Box | None = None
    ) -> None:
        self._values, self._make, self._known_box = values, make, box
        self._held: dict[tuple[int, Box], tuple[Cells, Cells]] = {}

    @classmethod
    def mask(
        cls, mask: Mask, fill: Colour | None = None, line: Colour | None = None, box: Box | None = None
    ) -> DrawnValues:
        """A mask (H, W) filled, outlined, or both; with the box around it, where it is known."""
        return cls(
            mask,
            lambda shown: (
                mask_area(shown, fill) if fill is not None else joined([], 4),
                mask_outline(shown, line) if line is not None else joined([], 2),
            ),
            box,
        )

    @classmethod
    def heat(cls, values: np.ndarray) -> DrawnValues:
        """Uncertainty (H, W), 0 to 1."""
        return cls(heat_levels(values), lambda shown: (heat_area(shown), joined([], 2)))

    def cells(self, detail: Detail) -> tuple[Cells, Cells]:
        """Areas and outlines in slice image pixels, no finer and no more than the view can show."""
        key = self._cutout(detail)
        if key not in self._held:
            while len(self._held) >= _MANY_HELD:
                del self._held[next(iter(self._held))]
            self._held[key] = self._made(*key)
        return self._held[key]

    @cached_property
    def _box(self) -> Box:
        return self._known_box if self._known_box is not None else box_of(self._values)

    def _cutout(self, detail: Detail) -> tuple[int, Box]:
        """How coarse, and which part."""
        if area(self._box) <= _MANY_PIXELS:
            return 1, self._box
        x0, y0, x1, y1 = self._box
        if area(self._box) > 4 * _MANY_PIXELS * detail.step**2:
            left, top, right, bottom = detail.part
            x0, y0, x1, y1 = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
        x0, y0 = x0 // detail.step * detail.step, y0 // detail.step * detail.step
        return detail.step, (x0, y0, max(x0, x1), max(y0, y1))

    def _made(self, step: int, part: Box) -> tuple[Cells, Cells]:
        x0, y0, x1, y1 = part
        areas, outlines = self._make(coarser(self._values[y0:y1, x0:x1], step))
        return scaled(areas, step, (x0, y0)), scaled(outlines, step, (x0, y0))


def coarser(values: np.ndarray, step: int) -> np.ndarray:
    """The largest value of each block of step x step pixels; the last blocks may be smaller.

    Args:
        values: (H, W) bool or numbers.

    Returns:
        (H / step, W / step) rounded up; thin lines and small spots stay, a little larger.
    """
    if step == 1:
        return values
    rows = values[::step].copy()
    for offset in range(1, step):
        more = values[offset::step]
        np.maximum(rows[: len(more)], more, out=rows[: len(more)])
    found = rows[:, ::step].copy()  # row by row in memory, which is many times faster than the transposed array
    for offset in range(1, step):
        more = rows[:, offset::step]
        np.maximum(found[:, : more.shape[1]], more, out=found[:, : more.shape[1]])
    return found

"""What is drawn over a slice, as polygons and lines in the pixels of the slice image. No VTK, no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.runs import Runs, runs_of

Colour = tuple[int, int, int, int]
"""Red, green, blue and opacity, 0 to 255."""

INSIDE, OUTSIDE = (64, 220, 96, 255), (240, 72, 72, 255)
"""Marks that say inside and outside: as green and red, and as plus and minus, for those who see no difference."""

BORDER = (0, 0, 0, 200)

HEAT_LEVELS = 8
"""Colours of uncertainty."""


@dataclass
class Shapes:
    """Cells of one layer.

    Attributes:
        cells: (N, 2) corners each, in slice image pixels or, with an anchor, in pixels of the desktop around it.
        colours: one per cell.
        anchors: per cell the place (x, y) on the slice image that its corners are offsets from, or None.
    """

    cells: list[np.ndarray] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)
    anchors: list[np.ndarray | None] = field(default_factory=list)

    def add(self, corners: np.ndarray, colour: Colour, anchor: np.ndarray | None = None) -> None:
        """One more cell."""
        self.cells.append(np.asarray(corners, np.float64))
        self.colours.append(colour)
        self.anchors.append(anchor)


@dataclass(frozen=True)
class Cells:
    """Many cells of the same number of corners.

    Args:
        corners: (N, C, 2) slice image pixels.
        colours: (N, 4) uint8.
    """

    corners: np.ndarray
    colours: np.ndarray


def mask_area(mask: Mask, colour: Colour) -> Cells:
    """One rectangle per run of a mask."""
    runs = runs_of(mask)
    left, right = runs.starts - 0.5, runs.stops - 0.5
    top, bottom = runs.rows - 0.5, runs.rows + 0.5
    corners = np.stack([left, top, right, top, right, bottom, left, bottom], axis=-1).reshape(-1, 4, 2)
    return Cells(corners, _repeated(colour, len(corners)))


def mask_outline(mask: Mask, colour: Colour) -> Cells:
    """The border between pixels inside and outside of a mask (H, W), each straight stretch as one line."""
    padded = np.pad(mask, 1)
    across = runs_of(padded[1:, 1:-1] != padded[:-1, 1:-1])
    down = _runs_down(padded[1:-1, 1:] != padded[1:-1, :-1])
    corners = np.concatenate([_stretches(across), _stretches(down)[..., ::-1]])
    return Cells(corners, _repeated(colour, len(corners)))


def heat_levels(values: np.ndarray, least: float = 0.1) -> np.ndarray:
    """How uncertain pixels are, in steps that the eye tells apart.

    Args:
        values: (H, W) float, 0 to 1.
        least: smaller values are not drawn.

    Returns:
        (H, W) uint8, 0 for nothing up to `HEAT_LEVELS`.
    """
    shares = (np.asarray(values, np.float32) - least) / (1 - least)
    return np.where(values > least, np.clip(np.ceil(shares * HEAT_LEVELS), 1, HEAT_LEVELS), 0).astype(np.uint8)


def heat_area(levels: np.ndarray) -> Cells:
    """Pixels that are uncertain, from yellow to red; one rectangle per stretch of equal ones in a row.

    Args:
        levels: (H, W) uint8 of `heat_levels`.
    """
    found = []
    for level in range(1, HEAT_LEVELS + 1):
        strength = (level - 0.5) / HEAT_LEVELS
        colour = (255, round(220 * (1 - strength)), 0, 90 + round(130 * strength))
        found.append(mask_area(levels == level, colour))
    return joined(found, 4)


def scaled(cells: Cells, step: int, origin: tuple[int, int]) -> Cells:
    """Cells of a coarse image where they lie on the fine one.

    Args:
        step: fine pixels per coarse one.
        origin: (x, y) of the fine pixel that the coarse image begins with.
    """
    return Cells((cells.corners + 0.5) * step - 0.5 + np.asarray(origin, np.float64), cells.colours)


def distinct_colour(number: int) -> Colour:
    """Colours that differ for neighbouring numbers."""
    hue = (number * 0.618034) % 1.0 * 6
    ramp = [min(1.0, max(0.0, abs((hue + shift) % 6 - 3) - 1)) for shift in (0, 4, 2)]
    red, green, blue = (80 + round(175 * value) for value in ramp)
    return red, green, blue, 255


def joined(parts: Sequence[Cells], corners: int) -> Cells:
    """Cells of several kinds as one."""
    if not parts:
        return Cells(np.zeros((0, corners, 2)), np.zeros((0, 4), np.uint8))
    return Cells(np.concatenate([one.corners for one in parts]), np.concatenate([one.colours for one in parts]))


def _runs_down(mask: Mask) -> Runs:
    """The runs of the turned mask; the few pixels of an outline are put into order, the many others are not turned."""
    height, width = mask.shape
    rows, columns = np.divmod(np.flatnonzero(mask), width)
    order = np.argsort(columns.astype(np.min_scalar_type(width)), kind="stable")
    rows, columns = rows[order], columns[order]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = (columns[1:] != columns[:-1]) | (rows[1:] != rows[:-1] + 1)
    ends = np.ones_like(begins)
    ends[:-1] = begins[1:]
    return Runs(columns[begins], rows[begins], rows[ends] + 1, (width, height))


def _stretches(runs: Runs) -> np.ndarray:
    """(N, 2, 2) lines along the upper sides of runs."""
    ends = (runs.starts - 0.5, runs.rows - 0.5, runs.stops - 0.5, runs.rows - 0.5)
    return np.stack(ends, axis=-1).reshape(-1, 2, 2)


def _repeated(colour: Colour, count: int) -> np.ndarray:
    return np.tile(np.array(colour, np.uint8), (count, 1))

"""How marks look: points as discs with a sign, boxes, strokes and lassos as lines."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.marks import BoxMark, LassoMark, Mark, PointMark, PriorMark, ScribbleMark
from SAMSegmenterLib.desktop.overlay_shapes import BORDER, INSIDE, OUTSIDE, Cells, Colour, Shapes, mask_outline

_RADIUS, _SIGN = 6.0, 3.5
"""Of a point and of the sign in it, in view pixels."""

_BOX = (255, 208, 64, 255)
_PRIOR = (96, 176, 255, 255)
_ROUND = np.linspace(0, 2 * np.pi, 24, endpoint=False)
_CIRCLE = np.stack([np.cos(_ROUND), np.sin(_ROUND)], axis=-1)


def add_mark(mark: Mark, discs: Shapes, lines: Shapes) -> Cells | None:
    """Draw a mark.

    Args:
        discs, lines: layers that get its polygons and lines.

    Returns:
        The outline of a mask; None for other marks.
    """
    if isinstance(mark, PointMark):
        add_point(mark.xy, mark.label, discs, lines)
    elif isinstance(mark, BoxMark):
        add_line(box_corners(mark.box), _BOX, lines, closed=True)
    elif isinstance(mark, ScribbleMark):
        add_line(mark.xy, _colour(mark.label), lines)
    elif isinstance(mark, LassoMark):
        add_line(mark.polygon, _colour(mark.label), lines, closed=True)
    elif isinstance(mark, PriorMark):
        return mask_outline(mark.mask, _PRIOR)
    return None


def add_point(xy: np.ndarray, label: int, discs: Shapes, lines: Shapes) -> None:
    """A disc with a plus or a minus."""
    anchor = np.asarray(xy, np.float64)
    discs.add(_CIRCLE * (_RADIUS + 1.5), BORDER, anchor)
    discs.add(_CIRCLE * _RADIUS, _colour(label), anchor)
    white = (255, 255, 255, 255)
    lines.add(np.array([(-_SIGN, 0.0), (_SIGN, 0.0)]), white, anchor)
    if label:
        lines.add(np.array([(0.0, -_SIGN), (0.0, _SIGN)]), white, anchor)


def add_line(xy: np.ndarray, colour: Colour, lines: Shapes, closed: bool = False) -> None:
    """A line through places (N, 2) of the slice image."""
    if len(xy) < 2:
        return
    lines.add(np.concatenate([xy, xy[:1]]) if closed else np.asarray(xy), colour)


def box_corners(box: np.ndarray) -> np.ndarray:
    """(4, 2) corners of [x0, y0, x1, y1]."""
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def add_drag(tool: str, label: int, path: list[tuple[float, float]], lines: Shapes) -> None:
    """What is being drawn."""
    places = np.array(path)
    if tool == "box":
        add_line(box_corners(np.concatenate([places[0], places[-1]])), _BOX, lines, closed=True)
    elif tool in ("scribble", "lasso"):
        add_line(places, _colour(label), lines, closed=tool == "lasso")
    elif tool == "move":
        add_line(places[[0, -1]], (255, 255, 255, 200), lines)


def _colour(label: int) -> Colour:
    return INSIDE if label else OUTSIDE

"""How marks look: points as discs with a sign, boxes, strokes and lassos as lines."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.marks import BoxMark, LassoMark, Mark, PointMark, ScribbleMark
from SAMSegmenterLib.desktop.overlay_shapes import BORDER, INSIDE, OUTSIDE, Colour, Shapes

RADIUS = 6.0
"""Of a point, in pixels of the desktop; see `view_scale`."""

_RIM, _SIGN, _STROKE, _HANDLE = 1.5, 3.5, 1.0, 3.0
"""Of a point's dark rim, of half the sign in it, of half the sign's thickness, of half a box's handle."""

BOX, PRIOR, GHOST = (255, 208, 64, 255), (96, 176, 255, 255), (255, 255, 255, 255)
"""Boxes, masks given to the model, and marks while they are moved."""

_SIGN_COLOUR = (255, 255, 255, 255)
_ROUND = np.linspace(0, 2 * np.pi, 24, endpoint=False)
_CIRCLE = np.stack([np.cos(_ROUND), np.sin(_ROUND)], axis=-1)


def add_mark(mark: Mark, discs: Shapes, lines: Shapes) -> None:
    """Draw a mark; one that is a mask is not drawn here.

    Args:
        discs, lines: layers that get its polygons and lines.
    """
    if isinstance(mark, PointMark):
        add_point(mark.xy, mark.label, discs)
    elif isinstance(mark, BoxMark):
        add_line(box_corners(mark.box), BOX, lines, closed=True)
        for corner in box_corners(mark.box):
            discs.add(_rectangle(_HANDLE + 1, _HANDLE + 1), BORDER, corner)
            discs.add(_rectangle(_HANDLE, _HANDLE), BOX, corner)
    elif isinstance(mark, ScribbleMark):
        add_line(mark.xy, _colour(mark.label), lines)
    elif isinstance(mark, LassoMark):
        add_line(mark.polygon, _colour(mark.label), lines, closed=True)


def add_point(xy: np.ndarray, label: int, discs: Shapes) -> None:
    """A disc with a plus or a minus."""
    anchor = np.asarray(xy, np.float64)
    discs.add(_CIRCLE * (RADIUS + _RIM), BORDER, anchor)
    discs.add(_CIRCLE * RADIUS, _colour(label), anchor)
    discs.add(_rectangle(_SIGN, _STROKE), _SIGN_COLOUR, anchor)
    if label:
        discs.add(_rectangle(_STROKE, _SIGN), _SIGN_COLOUR, anchor)


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
        add_line(box_corners(np.concatenate([places[0], places[-1]])), BOX, lines, closed=True)
    elif tool in ("scribble", "lasso"):
        add_line(places, _colour(label), lines, closed=tool == "lasso")


def add_ghost(mark: Mark, lines: Shapes) -> None:
    """Where a mark would be if the mouse let go of it now."""
    if isinstance(mark, PointMark):
        lines.add(np.concatenate([_CIRCLE, _CIRCLE[:1]]) * RADIUS, GHOST, mark.xy)
    elif isinstance(mark, BoxMark):
        add_line(box_corners(mark.box), GHOST, lines, closed=True)
    elif isinstance(mark, ScribbleMark):
        add_line(mark.xy, GHOST, lines)
    elif isinstance(mark, LassoMark):
        add_line(mark.polygon, GHOST, lines, closed=True)


def _rectangle(half_width: float, half_height: float) -> np.ndarray:
    return box_corners(np.array([-half_width, -half_height, half_width, half_height]))


def _colour(label: int) -> Colour:
    return INSIDE if label else OUTSIDE

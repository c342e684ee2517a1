"""Marks as the page draws them: plain values, places (u, v) on the picture, pixel centres at integers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from SAMSegmenterLib.core.marks import BoxMark, LassoMark, Mark, PointMark, ScribbleMark
from SAMSegmenterLib.workspace.orientation import Orientation


def marks_state(marks: Iterable[Mark], orientation: Orientation) -> list[dict[str, Any]]:
    """All marks but masks, which are drawn as pictures."""
    return [state for state in (_state(mark, orientation) for mark in marks) if state is not None]


def _state(mark: Mark, orientation: Orientation) -> dict[str, Any] | None:
    if isinstance(mark, PointMark):
        u, v = orientation.to_shown(mark.xy[None])[0]
        return {"id": mark.id, "kind": "point", "label": mark.label, "u": float(u), "v": float(v)}
    if isinstance(mark, BoxMark):
        corners = orientation.to_shown(mark.box.reshape(2, 2))
        (u0, v0), (u1, v1) = corners.min(axis=0), corners.max(axis=0)
        size = {"w": float(u1 - u0), "h": float(v1 - v0)}
        return {"id": mark.id, "kind": "box", "u": float(u0), "v": float(v0), **size}
    if isinstance(mark, ScribbleMark):
        return {"id": mark.id, "kind": "scribble", "label": mark.label, "path": _path(mark.xy, orientation)}
    if isinstance(mark, LassoMark):
        return {"id": mark.id, "kind": "lasso", "label": mark.label, "path": _path(mark.polygon, orientation)}
    return None


def _path(places: np.ndarray, orientation: Orientation) -> list[list[float]]:
    return np.round(orientation.to_shown(places), 2).tolist()

"""What the page is told about a view and about the session: plain values that can be sent to a browser."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import BoxMark, Mark, PointMark
from SAMSegmenterLib.core.slicing import extract
from SAMSegmenterLib.session.prompt_book import same_plane
from SAMSegmenterLib.session.slice_edits import segment_shown
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.orientation import Orientation
from SAMSegmenterLib.workspace.pictures import Layer, layers_url, slice_url
from SAMSegmenterLib.workspace.views import View, cross_hair

_PREVIEW_COLOUR = (1.0, 1.0, 0.2)


class ViewDrawer:
    """Draws one view; pictures are made again only when what they show has changed.

    Args:
        controller: of the workspace.
        view: one of its views.
    """

    def __init__(self, controller: WorkspaceController, view: View) -> None:
        self._controller, self._view = controller, view
        self._known: dict[str, tuple[Any, str]] = {}

    def state(self) -> dict[str, Any]:
        """The view as the page shows it; places are (u, v) on the picture, pixel centres at integers.

        Returns:
            `image` and `overlay` are data URLs, the latter empty when no mask lies on the slice.
        """
        controller, view = self._controller, self._view
        volume = controller.session.source.volume
        grid = view.grid(volume)
        orientation = Orientation.of(grid, volume.ijk_to_ras)
        return {
            "name": view.name,
            "index": view.index,
            "count": view.count,
            "width": orientation.size[0],
            "height": orientation.size[1],
            "edges": list(orientation.edges),
            "cross": list(cross_hair(view, volume, controller.views)),
            "active": view.name == controller.active,
            "image": self._image(orientation),
            "overlay": self._overlay(orientation),
            "marks": [
                _mark_state(mark, orientation) for mark in self._marks() if isinstance(mark, PointMark | BoxMark)
            ],
        }

    def _image(self, orientation: Orientation) -> str:
        source, plane = self._controller.session.source, self._view.plane
        key = (source.token, source.displayed, plane)
        return self._remembered(
            "image", key, lambda: slice_url(extract(source.volume, plane), source.displayed, orientation)
        )

    def _overlay(self, orientation: Orientation) -> str:
        session, case = self._controller.session, self._controller.case
        preview = session.preview
        if preview is not None and not same_plane(preview.plane, self._view.plane):
            preview = None
        rows, state = tuple(case.segments()), case.state()
        chosen = preview.chosen if preview is not None else None
        key = (self._view.plane, rows, state.modified, session.source.token, preview, chosen, session.segment_id)

        def draw() -> str:
            layers = [Layer(self._mask(row.id), row.colour) for row in rows if row.visible]
            if preview is not None:
                layers.append(Layer(preview.mask, _PREVIEW_COLOUR, 0.25, 1.0))
            return layers_url(layers, orientation)

        return self._remembered("overlay", key, draw)

    def _mask(self, segment_id: str) -> Mask:
        controller = self._controller
        source, writer = controller.session.source, controller.case.writers.writer()
        grid = self._view.grid(source.volume)
        try:
            return segment_shown(grid, source, writer, segment_id)
        except InputError:  # removed meanwhile: the next drawing knows
            return np.zeros(grid.shape, bool)

    def _marks(self) -> tuple[Mark, ...]:
        session = self._controller.session
        known = session.book.find(session.segment_id, self._view.plane) if session.segment_id is not None else None
        return tuple(known.marks) if known is not None else ()

    def _remembered(self, name: str, key: Any, make: Any) -> str:
        if name not in self._known or self._known[name][0] != key:
            self._known[name] = (key, make())
        return self._known[name][1]


def session_state(controller: WorkspaceController) -> dict[str, Any]:
    """Everything else that the page shows, by the names of its variables."""
    session, preview = controller.session, controller.session.preview
    progress, status = session.progress, session.status
    return {
        "tool": controller.tool,
        "segments": [
            {"id": row.id, "name": row.name, "colour": _css(row.colour), "visible": row.visible}
            for row in controller.case.segments()
        ],
        "segment_id": session.segment_id or "",
        "candidates": [] if preview is None else [f"{score:.2f}" for score in preview.scores.tolist()],
        "candidate": -1 if preview is None else preview.chosen,
        "can_accept": preview is not None and session.preview_is_current,
        "can_undo": controller.steps.can_undo,
        "can_redo": controller.steps.can_redo,
        "has_marks": len(session.marks) > 0,
        "is_pending": session.prompts is not None and session.prompts.is_pending,
        "notices": [{"kind": one.kind, "message": one.message, "hint": one.hint} for one in session.notices],
        "progress": "" if progress is None else progress.message or progress.stage,
        "busy": status.is_busy,
        "model": status.model,
        "mode": session.mode,
        "window": session.window,
        "level_width": _level_width(session.source.displayed if session.source is not None else None),
        "recovery": session.recovery is not None,
    }


def _mark_state(mark: PointMark | BoxMark, orientation: Orientation) -> dict[str, Any]:
    if isinstance(mark, PointMark):
        u, v = orientation.to_shown(mark.xy[None])[0]
        return {"id": mark.id, "kind": "point", "label": mark.label, "u": float(u), "v": float(v)}
    corners = orientation.to_shown(mark.box.reshape(2, 2))
    (u0, v0), (u1, v1) = corners.min(axis=0), corners.max(axis=0)
    return {"id": mark.id, "kind": "box", "u": float(u0), "v": float(v0), "w": float(u1 - u0), "h": float(v1 - v0)}


def _level_width(displayed: Any) -> list[float]:
    return [] if displayed is None else [float(displayed.level), float(displayed.width)]


def _css(colour: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour)

"""What the page is told about the session, by the names of its variables: plain values."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.css_colours import css


def session_state(controller: WorkspaceController) -> dict[str, Any]:
    """Everything but the views and what is carried from slice to slice."""
    session = controller.session
    return {
        "tool": controller.tool,
        "label": controller.label,
        "new_name": controller.new_name or "",
        "as_new": controller.new_name is not None,
        "segments": _segments(controller),
        "segment_id": session.segment_id or "",
        "can_undo": controller.steps.can_undo,
        "can_redo": controller.steps.can_redo,
        "has_marks": len(session.marks) > 0,
        "is_pending": session.prompts is not None and session.prompts.is_pending,
        "notices": _notices(session),
        "recovery": session.recovery is not None,
        "level_width": _level_width(session.source.displayed if session.source is not None else None),
        "surface_state": controller.surfaces.state,
        "writing": controller.writing.is_running,
        **_masks(session),
        **_work(session),
        **_settings(session),
    }


def _segments(controller: WorkspaceController) -> list[dict[str, Any]]:
    return [
        {"id": row.id, "name": row.name, "colour": css(row.colour), "visible": row.visible}
        for row in controller.case.segments()
    ]


def _notices(session: EditingSession) -> list[dict[str, str]]:
    told = dict.fromkeys((one.kind, one.message, one.hint) for one in session.notices)
    return [{"kind": kind, "message": message, "hint": hint} for kind, message, hint in told]


def _masks(session: EditingSession) -> dict[str, Any]:
    preview, stack = session.preview, session.stack
    return {
        "candidates": [] if preview is None else [f"{score:.2f}" for score in preview.scores.tolist()],
        "candidate": -1 if preview is None else preview.chosen,
        "can_accept": preview is not None and session.preview_is_current,
        "proposals": -1 if session.proposals is None else len(session.proposals),
        "uncertainty": session.uncertainty is not None,
        "stack": None if stack is None else [stack.done, stack.total, len(stack.slices)],
    }


def _work(session: EditingSession) -> dict[str, Any]:
    progress, status = session.progress, session.status
    return {
        "progress": "" if progress is None else progress.message or progress.stage,
        "busy": status.is_busy,
        "model": status.model,
        "device": status.device if status.is_loaded else "",
        "latency": -1 if status.latency_seconds is None else round(1000 * status.latency_seconds),
    }


def _settings(session: EditingSession) -> dict[str, Any]:
    return {
        "mode": session.mode,
        "window": session.window,
        "hover": session.hover_enabled,
        "keep": session.cleanup.keep,
        "fill_holes": session.cleanup.fill_holes,
        "minimum_mm2": session.cleanup.minimum_mm2,
        "smooth_px": session.cleanup.smooth_px,
    }


def _level_width(displayed: Any) -> list[float]:
    return [] if displayed is None else [float(displayed.level), float(displayed.width)]

"""What the page is told about masks that are carried from slice to slice: plain values."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.core.propagation import KEYFRAME
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.propagation_state import PropagationState, propagation_state
from SAMSegmenterLib.session.propagation_words import progress_words, slice_words
from SAMSegmenterLib.session.strip_layout import FAIR, GOOD, StripContent, StripLayout

_PLACES = 1500
"""Places along the strip; of slices that share one, the one with the least confidence is shown."""


_FEWEST = 15
"""Slices on a strip at least, so that single ones do not become walls."""


def carrying_state(session: EditingSession) -> dict[str, Any]:
    """Variables of the page about propagation."""
    state = propagation_state(session)
    low, high = state.slice_range if state.slice_range is not None else (0, 0)
    return {
        "carrying": {
            "running": state.is_running,
            "results": state.has_results,
            "ready": state.can_accept,
            "start": state.can_start,
            "first": low,
            "last": high,
            "here": -1 if state.here is None else state.here,
            "stopped": state.is_stopped,
            "editable": state.can_edit,
            "ends": list(state.ends),
            "progress": _progress(state),
            "share": _share(state),
        },
        "strip": strip_state(state.strip, (low, high)),
    }


def strip_state(strip: StripContent, stack: tuple[int, int]) -> dict[str, Any]:
    """The strip: `slices` as [number, confidence, level, state], levels 0 poor to 2 good.

    States are "keyframe", "rejected", "accepted" and "waiting"; `first` is larger than `last` on an empty strip.

    Args:
        strip: what is known of the slices.
        stack: numbers of the outermost slices of the volume; a strip of few slices goes on beyond them.
    """
    first, last = _ends(strip, stack)
    slices = StripLayout(first, last, _PLACES).one_per_place(strip.slices) if last >= first else []
    there = {one.index for one in slices}
    given = [[index, 1.0, 2, "keyframe"] for index in sorted(strip.keyframes - there)]
    return {
        "first": first,
        "last": last,
        "slices": [[one.index, round(one.confidence, 3), _level(one.confidence), _kind(one)] for one in slices] + given,
        "stops": sorted(strip.stop_marks),
        "shown": -1 if strip.shown is None else strip.shown,
        "worst": -1 if strip.worst is None else strip.worst,
        "words": "" if strip.shown is None else slice_words(strip, strip.shown),
    }


def _ends(strip: StripContent, stack: tuple[int, int]) -> tuple[int, int]:
    """First and last number on the strip."""
    if strip.ends is None:
        return 0, -1
    first, last = strip.ends
    room = max(0, _FEWEST - (last - first + 1))
    low, high = min(first, max(stack[0], first - room // 2)), max(last, min(stack[1], last + room - room // 2))
    return low, high


def _level(confidence: float) -> int:
    return 2 if confidence >= GOOD else 1 if confidence >= FAIR else 0


def _kind(one: Any) -> str:
    if one.origin == KEYFRAME:
        return "keyframe"
    return "rejected" if not one.final else "accepted" if one.is_accepted else "waiting"


def _progress(state: PropagationState) -> str:
    return progress_words(state.progress) if state.is_running and state.progress is not None else ""


def _share(state: PropagationState) -> float:
    """Percent that are done; 0 where nobody knows how many there will be."""
    progress = state.progress
    return round(100 * progress.done / progress.total, 1) if progress is not None and progress.total else 0.0

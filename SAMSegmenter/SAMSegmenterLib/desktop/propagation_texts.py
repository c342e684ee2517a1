"""Words of the panel about masks that are carried from slice to slice."""

from __future__ import annotations

from collections.abc import Sequence

from slicer.i18n import tr as _

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.propagation import CARRIED, FUSED, KEYFRAME, REPAIRED, StopReason
from SAMSegmenterLib.desktop.strip_layout import StripContent
from SAMSegmenterLib.desktop.texts import time_left

TO_THE_END, SLICES, REGION = "end", "slices", "region"
"""How far masks are carried."""

ALL_SEGMENTS, SELECTED_SEGMENT = "all", "selected"
"""Which segments are carried."""


def range_texts() -> tuple[tuple[str, str], ...]:
    """Value and name of each range."""
    return (
        (TO_THE_END, _("Until the structure ends")),
        (SLICES, _("Between two slices")),
        (REGION, _("Within a region of interest")),
    )


def segments_texts() -> tuple[tuple[str, str], ...]:
    """Value and name of each choice of segments."""
    return (
        (SELECTED_SEGMENT, _("Selected segment")),
        (ALL_SEGMENTS, _("All with accepted slices")),
    )


def reason_text(reason: StopReason | None) -> str:
    """Why a direction ended."""
    texts = {
        StopReason.EMPTY: _("the model found nothing"),
        StopReason.TAKEN: _("another segment is there"),
        StopReason.AREA: _("the area changed too much"),
        StopReason.JUMP: _("the structure jumped to another place"),
        StopReason.OVERLAP: _("too little overlap with the slice before"),
        StopReason.SCORE: _("the model is not sure of anything there"),
        StopReason.INTENSITY: _("the intensities are those of something else"),
        StopReason.EVIDENCE: _("several signs together say that the structure ended"),
        StopReason.MARK: _("stop mark"),
        StopReason.RANGE: _("end of the range"),
        StopReason.VOLUME: _("end of the volume"),
        StopReason.CANCELLED: _("stopped by you"),
    }
    return texts.get(reason, str(reason)) if reason is not None else _("unknown")


def end_text(direction: int, index: int, reason: StopReason | None, segment: str = "") -> str:
    """Where one direction ended, and why.

    Args:
        direction: 1 for growing slice numbers, -1 for falling ones.
        index: number of the slice.
        segment: name of the segment, where there are several.
    """
    text = _("Up: ended at slice {index}, {reason}.") if direction > 0 else _("Down: ended at slice {index}, {reason}.")
    line = text.format(index=index, reason=reason_text(reason))
    return f"{segment}: {line}" if segment else line


def slice_text(content: StripContent, index: int) -> str:
    """What is known of a slice, in one line."""
    one = content.slice_at(index)
    parts = [_("Slice {index}").format(index=index)]
    if one is None:
        parts.append(_("accepted before") if index in content.keyframes else _("not visited"))
    elif one.origin == KEYFRAME:
        parts.append(_("accepted before"))
    else:
        parts.append(_("confidence {value}").format(value=f"{one.confidence:.2f}"))
        parts.append(_origin_text(one.origin))
        if not one.final:
            parts.append(_("rejected"))
        elif one.is_accepted:
            parts.append(_("accepted"))
    if index in content.stop_marks:
        parts.append(_("stop mark"))
    if index == content.worst:
        parts.append(_("worst slice"))
    return " \u00b7 ".join(part for part in parts if part)


def progress_words(event: ProgressEvent) -> str:
    """How far it is, short enough for a bar."""
    if event.total:
        words = _("{done} of 1 slice") if event.total == 1 else _("{done} of {total} slices")
    else:
        words = _("1 slice") if event.done == 1 else _("{done} slices")
    text = words.format(done=event.done, total=event.total)
    return text if event.seconds_left is None else f"{text}, {time_left(event.seconds_left)}"


def range_text(chosen: tuple[int, int] | None) -> str:
    """On the button that accepts the slices chosen on the strip."""
    if chosen is None:
        return _("Accept range")
    if chosen[0] == chosen[1]:
        return _("Accept slice {index}").format(index=chosen[0])
    return _("Accept {first} to {last}").format(first=chosen[0], last=chosen[1])


def ends_text(ends: Sequence[str]) -> str:
    """One end per line."""
    return "\n".join(ends)


def no_view_text() -> tuple[str, str]:
    """What there is to say where no slice view shows slices of the direction in question, and what to do."""
    return (
        _("No slice view shows slices in the direction in which the masks were carried."),
        _("Turn a slice view to that direction, or choose another layout."),
    )


def no_region_text() -> tuple[str, str]:
    """What there is to say when no region is chosen, and what to do."""
    return _("No region is chosen."), _("Choose a region of interest or a point list, or create one.")


def _origin_text(origin: str) -> str:
    texts = {
        CARRIED: _("carried from the neighbour"),
        REPAIRED: _("filled in from both sides"),
        FUSED: _("made from both sides"),
        KEYFRAME: _("accepted before"),
    }
    return texts.get(origin, origin)

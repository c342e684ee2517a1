"""What faces say about masks that are carried from slice to slice, in whichever language they speak."""

from __future__ import annotations

from collections.abc import Callable

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.propagation import CARRIED, FUSED, KEYFRAME, REPAIRED, StopReason
from SAMSegmenterLib.session.strip_layout import StripContent

Translate = Callable[[str], str]
"""Gives a text in the user's language; `str` leaves it in English."""


def reason_words(reason: StopReason | None, _: Translate = str) -> str:
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


def end_words(direction: int, index: int, reason: StopReason | None, segment: str = "", _: Translate = str) -> str:
    """Where one direction ended, and why.

    Args:
        direction: 1 for growing slice numbers, -1 for falling ones.
        index: number of the slice.
        reason: why.
        segment: name of the segment, where there are several.
    """
    text = _("Up: ended at slice {index}, {reason}.") if direction > 0 else _("Down: ended at slice {index}, {reason}.")
    line = text.format(index=index, reason=reason_words(reason, _))
    return f"{segment}: {line}" if segment else line


def slice_words(content: StripContent, index: int, _: Translate = str) -> str:
    """What is known of a slice, in one line."""
    one = content.slice_at(index)
    parts = [_("Slice {index}").format(index=index)]
    if one is None:
        parts.append(_("accepted before") if index in content.keyframes else _("not visited"))
    elif one.origin == KEYFRAME:
        parts.append(_("accepted before"))
    else:
        parts.append(_("confidence {value}").format(value=f"{one.confidence:.2f}"))
        parts.append(_origin_words(one.origin, _))
        if not one.final:
            parts.append(_("rejected"))
        elif one.is_accepted:
            parts.append(_("accepted"))
    if index in content.stop_marks:
        parts.append(_("stop mark"))
    if index == content.worst:
        parts.append(_("worst slice"))
    return " \u00b7 ".join(part for part in parts if part)


def progress_words(event: ProgressEvent, _: Translate = str) -> str:
    """How far it is, short enough for a bar."""
    if event.total:
        words = _("{done} of 1 slice") if event.total == 1 else _("{done} of {total} slices")
    else:
        words = _("1 slice") if event.done == 1 else _("{done} slices")
    text = words.format(done=event.done, total=event.total)
    return text if event.seconds_left is None else f"{text}, {time_left(event.seconds_left, _)}"


def time_left(seconds: float, _: Translate = str) -> str:
    """The rest of the time, as rough as it is known."""
    if seconds < 60:
        return _("about {seconds} s left").format(seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("about {minutes} min left").format(minutes=minutes)
    return _("about {hours} h {minutes} min left").format(hours=minutes // 60, minutes=minutes % 60)


def range_words(chosen: tuple[int, int] | None, _: Translate = str) -> str:
    """On the button that accepts the slices chosen on the strip."""
    if chosen is None:
        return _("Accept range")
    if chosen[0] == chosen[1]:
        return _("Accept slice {index}").format(index=chosen[0])
    return _("Accept {first} to {last}").format(first=chosen[0], last=chosen[1])


def _origin_words(origin: str, _: Translate) -> str:
    texts = {
        CARRIED: _("carried from the neighbour"),
        REPAIRED: _("filled in from both sides"),
        FUSED: _("made from both sides"),
        KEYFRAME: _("accepted before"),
    }
    return texts.get(origin, origin)

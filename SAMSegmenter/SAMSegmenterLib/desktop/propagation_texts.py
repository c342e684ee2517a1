"""Words of the panel about masks that are carried from slice to slice."""

from __future__ import annotations

from collections.abc import Sequence

from slicer.i18n import tr as _

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.propagation import StopReason
from SAMSegmenterLib.session import propagation_words
from SAMSegmenterLib.session.strip_layout import StripContent

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
    return propagation_words.reason_words(reason, _)


def slice_text(content: StripContent, index: int) -> str:
    """What is known of a slice, in one line."""
    return propagation_words.slice_words(content, index, _)


def progress_words(event: ProgressEvent) -> str:
    """How far it is, short enough for a bar."""
    return propagation_words.progress_words(event, _)


def range_text(chosen: tuple[int, int] | None) -> str:
    """On the button that accepts the slices chosen on the strip."""
    return propagation_words.range_words(chosen, _)


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

"""What a face shows of masks that are carried from slice to slice."""

from __future__ import annotations

from dataclasses import dataclass, field

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.propagation_words import Translate, end_words
from SAMSegmenterLib.session.strip_layout import StripContent
from SAMSegmenterLib.session.supplied_stack import index_in


@dataclass(frozen=True)
class PropagationState:
    """What there is to show.

    Args:
        is_running: masks are being carried.
        has_results: there is something to reject, slices that were rejected included.
        can_accept: there is something to write.
        progress: how far it is, None for not at all.
        strip: of the segment selected.
        ends: where directions ended, in words.
        slice_range: numbers of the outermost slices of the view's direction, None without a volume.
        here: number of the slice that the view shows among them.
        can_start: there is a slice shown to start at.
    """

    is_running: bool = False
    has_results: bool = False
    can_accept: bool = False
    progress: ProgressEvent | None = None
    strip: StripContent = field(default_factory=StripContent)
    ends: tuple[str, ...] = ()
    slice_range: tuple[int, int] | None = None
    here: int | None = None
    can_start: bool = False

    @property
    def is_stopped(self) -> bool:
        """The slice shown has a stop mark."""
        return self.strip.shown in self.strip.stop_marks

    @property
    def can_edit(self) -> bool:
        """The slice shown was carried: its prompts can become the user's own."""
        shown = self.strip.shown
        return shown is not None and shown not in self.strip.keyframes and self.strip.slice_at(shown) is not None


def propagation_state(session: EditingSession | None, _: Translate = str) -> PropagationState:
    """What there is to show of a session; nothing without one, or without a volume."""
    if session is None or session.source is None:
        return PropagationState()
    propagation, plane = session.propagation, session.plane
    stack = propagation.shown_stack
    return PropagationState(
        propagation.is_running,
        propagation.has_results,
        propagation.can_accept,
        propagation.progress,
        _strip(session),
        _ends(session, _),
        (stack.first, stack.last) if stack is not None else None,
        index_in(stack, plane) if stack is not None else None,
        plane is not None and session.segment_id is not None,
    )


def shown_segment(session: EditingSession) -> str | None:
    """The segment whose slices a strip shows: the selected one, else the first of those carried; None for none."""
    carried = tuple(session.propagation.segments)
    if session.segment_id in carried or not carried:
        return session.segment_id
    return carried[0]


def _strip(session: EditingSession) -> StripContent:
    propagation, segment = session.propagation, shown_segment(session)
    shown = propagation.index_of(session.plane)
    if segment is None:
        return StripContent(shown=shown)
    return StripContent(
        tuple(propagation.strip(segment)),
        frozenset(propagation.keyframes(segment)),
        frozenset(propagation.stop_marks(segment)),
        shown,
        propagation.worst(segment),
    )


def _ends(session: EditingSession, _: Translate) -> tuple[str, ...]:
    several = len(tuple(session.propagation.segments)) > 1
    return tuple(
        end_words(
            end.direction,
            end.index,
            end.reason,
            (session.segment_name(end.segment_id) or "") if several else "",
            _,
        )
        for end in sorted(session.propagation.ends, key=lambda end: (end.segment_id, -end.direction))
    )

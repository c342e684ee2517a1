"""What the panel shows of masks that are carried from slice to slice."""

from __future__ import annotations

from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.propagation_actions import shown_segment
from SAMSegmenterLib.desktop.propagation_section import PropagationState
from SAMSegmenterLib.desktop.propagation_texts import end_text
from SAMSegmenterLib.desktop.strip_layout import StripContent
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.supplied_stack import index_in


def propagation_state(owner: EffectSession) -> PropagationState:
    """What there is to show of the session at hand; nothing without one."""
    session = owner.session
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
        _ends(owner, session),
        (stack.first, stack.last) if stack is not None else None,
        index_in(stack, plane) if stack is not None else None,
        plane is not None and session.segment_id is not None,
    )


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


def _ends(owner: EffectSession, session: EditingSession) -> tuple[str, ...]:
    several = len(tuple(session.propagation.segments)) > 1
    return tuple(
        end_text(end.direction, end.index, end.reason, owner.segment_name(end.segment_id) if several else "")
        for end in sorted(session.propagation.ends, key=lambda end: (end.segment_id, -end.direction))
    )

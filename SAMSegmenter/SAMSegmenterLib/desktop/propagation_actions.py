"""What the buttons and keys that carry masks from slice to slice do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.propagation_section import PropagationRequest
from SAMSegmenterLib.desktop.propagation_texts import REGION, SLICES, no_region_text
from SAMSegmenterLib.desktop.slice_jumps import go_to_plane, step_in_view
from SAMSegmenterLib.scene.regions import REGION_CLASS, extreme_points, region_corners
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.propagation_state import shown_segment

Acting = Callable[[Callable[[EditingSession], Any]], Callable[[], None]]
"""Makes a function of no arguments that does some work with the session at hand, and says what goes wrong."""


class PropagationActions:
    """Carries out actions about propagation.

    Args:
        owner: whose session is meant.
        acting: see `Acting`.
        region: gives the markups node chosen, None for none.
    """

    def __init__(self, owner: EffectSession, acting: Acting, region: Callable[[], Any]) -> None:
        self._owner, self._acting, self._region = owner, acting, region

    def by_name(self) -> dict[str, Callable[..., None]]:
        """All actions; "propagate" takes a `PropagationRequest`, "accept_range" two numbers, "go_to_slice" one."""
        acting = self._acting
        return {
            "propagate": lambda request: acting(lambda session: self._propagate(session, request))(),
            "propagate_up": acting(lambda session: self._one_slice(session, True)),
            "propagate_down": acting(lambda session: self._one_slice(session, False)),
            "stop_mark": acting(lambda session: session.toggle_stop_mark()),
            "cancel_propagation": acting(lambda session: session.cancel()),
            "accept_propagation": acting(lambda session: session.accept_propagation()),
            "accept_range": lambda first, last: acting(lambda session: session.accept_propagation(first, last))(),
            "reject_propagation": acting(lambda session: session.reject_propagation()),
            "edit_carried": acting(lambda session: session.edit_carried_prompts()),
            "worst": acting(self._go_to_worst),
            "go_to_slice": lambda index: acting(lambda session: self._go_to(session, index))(),
        }

    def _propagate(self, session: EditingSession, request: PropagationRequest) -> None:
        segments = [session.segment_id] if request.only_selected else None
        if request.kind == SLICES:
            session.propagate(request.first, request.last, segments=segments)
        elif request.kind == REGION:
            session.propagate_within_roi(self._corners(), segments)
        else:
            session.propagate(segments=segments)

    def _corners(self) -> Any:
        """(N, 3) places in the world around which the region lies."""
        node = self._region()
        if node is None:
            raise InputError(*no_region_text())
        return region_corners(node) if node.IsA(REGION_CLASS) else extreme_points(node)

    def _one_slice(self, session: EditingSession, forward: bool) -> None:
        step = step_in_view(self._owner, forward)
        if session.propagate_one(step):
            self._go_to(session, session.propagation.index_of(session.plane) + step)

    def _go_to_worst(self, session: EditingSession) -> None:
        index = session.propagation.worst(shown_segment(session))
        if index is not None:
            self._go_to(session, index)

    def _go_to(self, session: EditingSession, index: int) -> None:
        go_to_plane(self._owner, session.propagation.plane_of(index))

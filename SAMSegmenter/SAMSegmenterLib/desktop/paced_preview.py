"""What previews beside the edited segmentation share: the segmentation, and how much time showing them may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.scene.streamed_preview import SURFACE

_SHARE = 10
"""Showing takes at most one part in so many of the time, and happens at most every `_REST_SECONDS`."""

_REST_SECONDS = 0.5


class PacedPreview:
    """A preview that follows what an effect has found, at ticks of a timer.

    Args:
        scripted_effect: the C++ half of the effect.
        effect_session: whose results are shown.
        clock: seconds that never run backwards.
    """

    def __init__(
        self, scripted_effect: Any, effect_session: EffectSession, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._effect, self._owner, self._clock = scripted_effect, effect_session, clock
        self._forget()

    def remove(self) -> None:
        """Leave nothing in the scene."""
        if self._preview is not None:
            self._preview.clear()
        self._forget()

    def _forget(self) -> None:
        """Nothing is shown; subclasses add their own state."""
        self._preview: Any = None
        self._next_at = 0.0

    def _is_resting(self) -> bool:
        return self._clock() < self._next_at

    def _rest_after(self, work: Callable[[], None]) -> None:
        """Work, then leave the time to others for a while."""
        begun = self._clock()
        work()
        self._next_at = self._clock() + max(_REST_SECONDS, _SHARE * (self._clock() - begun))

    def _segmentation(self) -> Any:
        """The node that is edited; None when there is none, or it is no longer in the scene."""
        editor = self._effect.parameterSetNode()
        node = editor.GetSegmentationNode() if editor is not None else None
        return node if node is not None and node.GetScene() is not None else None

    def _is_in_3d(self) -> bool:
        """Whether the user has the segmentation shown as surfaces; making one takes a while."""
        node = self._segmentation()
        display = node.GetDisplayNode()
        shown = display is not None and display.GetVisibility() and display.GetVisibility3D()
        return bool(shown) and node.GetSegmentation().ContainsRepresentation(SURFACE)

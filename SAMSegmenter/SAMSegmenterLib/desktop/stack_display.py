"""Shows the masks of many slices that are not accepted yet, in slice views of every orientation and in 3D."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from SAMSegmenterLib.core.slicing import paste
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.scene.preview_node import SegmentationPreview

_SHARE = 10
"""Showing the masks takes at most one part in so many of the time, and happens at most every `_REST_SECONDS`."""

_REST_SECONDS = 0.5

_SURFACE = "Closed surface"


class StackDisplay:
    """Keeps a preview beside the segmentation in step with the stack of the session.

    Args:
        scripted_effect: the C++ half of the effect.
        effect_session: whose stack is shown.
        clock: seconds that never run backwards.
    """

    def __init__(
        self, scripted_effect: Any, effect_session: EffectSession, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._effect, self._owner, self._clock = scripted_effect, effect_session, clock
        self._preview: SegmentationPreview | None = None
        self._shown: list[Any] = []
        self._blocks: dict[Any, Any] = {}
        self._next_at = 0.0

    def follow(self, colour: tuple[int, int, int]) -> None:
        """Show what is new; to be called at every tick, where it costs nothing while nothing changes.

        Args:
            colour: of the segment, 0 to 255.
        """
        session = self._owner.session
        stack = session.stack if session is not None and session.source is not None else None
        if stack is None or not stack.slices or self._segmentation() is None:
            self.remove()
            return
        wanted = [stack, *stack.slices.values(), stack.is_complete, colour]
        if wanted == self._shown or (self._clock() < self._next_at and not stack.is_complete):
            return
        begun = self._clock()
        self._show(stack, session.source.volume.ijk_to_ras, colour)
        self._shown = wanted
        self._next_at = self._clock() + max(_REST_SECONDS, _SHARE * (self._clock() - begun))

    def remove(self) -> None:
        """Leave nothing in the scene."""
        if self._preview is not None:
            self._preview.clear()
            self._preview, self._shown, self._blocks, self._next_at = None, [], {}, 0.0

    def _show(self, stack: Any, ijk_to_world: Any, colour: tuple[int, int, int]) -> None:
        if self._preview is None:
            self._preview = SegmentationPreview(self._segmentation())
        pasted = {one: self._blocks.get(one) or paste(one.mask, one.grid) for one in stack.slices.values()}
        self._blocks = pasted
        blocks = [block for block in pasted.values() if block is not None]
        red, green, blue = (value / 255 for value in colour)
        self._preview.show(blocks, ijk_to_world, (red, green, blue), stack.is_complete and self._is_in_3d())

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
        return bool(shown) and node.GetSegmentation().ContainsRepresentation(_SURFACE)

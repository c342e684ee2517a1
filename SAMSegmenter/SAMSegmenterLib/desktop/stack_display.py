"""Shows the masks of many slices that are not accepted yet, in slice views of every orientation and in 3D."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.core.slicing import paste
from SAMSegmenterLib.desktop.paced_preview import PacedPreview
from SAMSegmenterLib.scene.preview_node import SegmentationPreview


class StackDisplay(PacedPreview):
    """Keeps a preview beside the segmentation in step with the stack of the session."""

    def _forget(self) -> None:
        super()._forget()
        self._shown: list[Any] = []
        self._blocks: dict[Any, Any] = {}

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
        if wanted == self._shown or (self._is_resting() and not stack.is_complete):
            return
        self._rest_after(lambda: self._show(stack, session.source.volume.ijk_to_ras, colour))
        self._shown = wanted

    def _show(self, stack: Any, ijk_to_world: Any, colour: tuple[int, int, int]) -> None:
        if self._preview is None:
            self._preview = SegmentationPreview(self._segmentation())
        pasted = {one: self._blocks.get(one) or paste(one.mask, one.grid) for one in stack.slices.values()}
        self._blocks = pasted
        blocks = [block for block in pasted.values() if block is not None]
        red, green, blue = (value / 255 for value in colour)
        self._preview.show(blocks, ijk_to_world, (red, green, blue), stack.is_complete and self._is_in_3d())

"""Shows masks that are carried from slice to slice while they come, in all slice views and in 3D."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.core.slicing import paste
from SAMSegmenterLib.desktop.paced_preview import PacedPreview
from SAMSegmenterLib.scene.streamed_preview import Block, StreamedPreview

_PIXELS_AT_ONCE = 4 << 20
"""Pixels that are turned into voxels in one go, some 20 ms; of many masks at once the others follow at later ticks."""


class PropagationDisplay(PacedPreview):
    """Keeps a preview beside the segmentation in step with what was carried and is not accepted yet."""

    def _forget(self) -> None:
        super()._forget()
        self._source: Any = None
        self._pasted: dict[str, dict[int, tuple[Any, Block | None]]] = {}
        self._is_stale = True

    def invalidate(self) -> None:
        """There may be something new to show."""
        self._is_stale = True

    def follow(self) -> None:
        """Show what is new; to be called at every tick, where it costs nothing while nothing changes."""
        session = self._owner.session
        propagation = session.propagation if session is not None and session.source is not None else None
        if propagation is None or not tuple(propagation.segments) or self._segmentation() is None:
            self.remove()
            return
        if self._is_stale and not (self._is_resting() and propagation.is_running):
            self._rest_after(lambda: self._show(session))

    def _show(self, session: Any) -> None:
        self._is_stale = False
        segmentation, source = self._segmentation(), session.source
        if self._preview is None or self._source is not source.volume:
            self.remove()
            self._is_stale = False
            self._preview, self._source = StreamedPreview(segmentation, source.volume.ijk_to_ras), source.volume
        carried = tuple(session.propagation.segments)
        changed = [self._preview.show(name, (0, 0, 0), {}) for name in self._preview.segments() if name not in carried]
        for name in carried:
            segment = segmentation.GetSegmentation().GetSegment(name)
            colour = segment.GetColor() if segment is not None else (1.0, 1.0, 0.0)
            changed.append(self._preview.show(name, colour, self._blocks(session, name)))
        if any(changed) and not self._is_stale and self._is_in_3d():
            self._preview.make_surface()

    def _blocks(self, session: Any, name: str) -> dict[int, Block]:
        """Voxels by slice; a mask is pasted once, and later when there are many."""
        before, now, pixels = self._pasted.get(name, {}), {}, 0
        for index, one in _waiting(session.propagation, name).items():
            held = before.get(index)
            if held is None or held[0] is not one:
                if pixels > _PIXELS_AT_ONCE:
                    self._is_stale = True
                    continue
                held = one, paste(one.mask, session.propagation.stack.grid(index))
                pixels += one.packed.shape[0] * one.packed.shape[1]
            now[index] = held
        self._pasted[name] = now
        return {index: block for index, (_, block) in now.items() if block is not None}


def _waiting(propagation: Any, segment: str) -> dict[int, Any]:
    """What an acceptance would write of a segment, by slice."""
    return {one.index: one for one in propagation.results.waiting(None, None) if one.segment == segment}

"""Where propagation starts: slices accepted by hand, else the preview or the segment's voxels on the slice shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.propagation import VolumeStack
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane
from SAMSegmenterLib.session.packed_masks import PackedMask
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook
from SAMSegmenterLib.session.propagated_records import by_hand
from SAMSegmenterLib.session.propagation_results import Keyframe
from SAMSegmenterLib.session.segment_writer import WriterProvider
from SAMSegmenterLib.session.slice_edits import segment_shown, slice_edit
from SAMSegmenterLib.session.source_provider import Source
from SAMSegmenterLib.session.supplied_stack import index_in, pixel_shift, shifted


@dataclass(frozen=True, eq=False)
class KeyframeReader:
    """Reads keyframes at one moment. Main thread.

    Args:
        stack: slices that are propagated through.
        source: the volume.
        book: its marks and acceptances.
        writers: the segmentation.
        shown: number of the slice shown in the stack; None when it is not in it.
        preview: the preview of that slice as a keyframe, None without one.
    """

    stack: VolumeStack
    source: Source
    book: PromptBook
    writers: WriterProvider
    shown: int | None
    preview: Keyframe | None

    def accepted(self, segment_id: str) -> dict[int, AcceptedPrompts]:
        """Slices of a segment that were accepted by hand, by number."""
        return by_hand(self.book, segment_id, self._index_of)

    def gather(self, segments: Sequence[str], first: int | None, last: int | None) -> Iterator[Keyframe]:
        """Keyframes of segments, one by one, as it takes a while to read each.

        Args:
            first, last: range wanted; the nearest keyframes beyond it are taken where none lies in it.

        Raises:
            InputError: a segment has nothing to start from.
        """
        for segment_id in segments:
            accepted, found = self.accepted(segment_id), 0
            for index in within(list(accepted), first, last):
                keyframe = self.of(accepted[index], index)
                if keyframe is not None:
                    found += 1
                    yield keyframe
            if not found:
                yield self.seed(segment_id)

    def on_shown(self, segment_id: str) -> Keyframe:
        """The slice shown as a keyframe, whether it was accepted or not.

        Raises:
            InputError: there is nothing on it.
        """
        accepted = self.accepted(segment_id).get(self.shown) if self.shown is not None else None
        keyframe = self.of(accepted, self.shown) if accepted is not None else None
        return keyframe if keyframe is not None else self.seed(segment_id)

    def of(self, one: AcceptedPrompts, index: int) -> Keyframe | None:
        """An accepted slice as it is in the segment now, None when nothing is left there.

        The mask that was accepted is taken where the segment still consists of its voxels: it is the finer one.

        Raises:
            InputError: there is no such segment any more.
        """
        plane, grid = self.stack.plane(index), self.stack.grid(index)
        mask, shift = one.record.mask, pixel_shift(plane, one.record.plane)
        if mask is not None and shift is not None:
            mask = shifted(mask, shift, grid.shape)
        if mask is None or one.record.mode != "set" or not self._is_all_of(mask, grid, one.segment_id):
            mask = self._voxels(grid, one.segment_id)
        return Keyframe(one.segment_id, plane, index, PackedMask.of(mask), one.record) if mask.any() else None

    def seed(self, segment_id: str) -> Keyframe:
        """The slice shown as a keyframe: its preview, else what the segment is on it.

        Raises:
            InputError: there is neither, or the slice shown is none of the stack.
        """
        name = self.writers.segment_name(segment_id)
        if self.preview is not None and self.preview.segment == segment_id:
            return self.preview
        mask = self._voxels(self.stack.grid(self.shown), segment_id) if self.shown is not None else None
        if mask is None or not mask.any():
            raise InputError(
                f"There is no slice of '{name}' to start from.", "Segment it on the slice that is shown first."
            )
        return Keyframe(segment_id, self.stack.plane(self.shown), self.shown, PackedMask.of(mask), None)

    def _index_of(self, plane: SlicePlane) -> int | None:
        return index_in(self.stack, plane)

    def _voxels(self, grid: SliceImage, segment_id: str) -> Mask:
        return segment_shown(grid, self.source, self.writers.writer(), segment_id)

    def _is_all_of(self, mask: Mask, grid: SliceImage, segment_id: str) -> bool:
        """Whether a mask covers exactly the segment's voxels on its slice."""
        edit = slice_edit(mask, grid, self.source, self.writers.writer(), segment_id, "set")
        if edit is None or edit.clear is None:
            return False
        extent, block = edit.clear
        return tuple(extent) == tuple(edit.extent) and np.array_equal(block != 0, edit.block != 0)


def within(indices: Sequence[int], first: int | None, last: int | None) -> list[int]:
    """Indices in a range; the nearest one on either side when none is in it.

    Args:
        indices: rising.
        first, last: inclusive; None for no limit.
    """
    below = [index for index in indices if first is not None and index < first]
    above = [index for index in indices if last is not None and index > last]
    inside = [index for index in indices if index not in below and index not in above]
    return inside or [*below[-1:], *above[:1]]

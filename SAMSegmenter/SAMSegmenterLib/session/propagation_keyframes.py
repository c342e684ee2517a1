"""Where propagation starts: slices accepted by hand, else the preview or the segment's voxels on the slice shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook
from SAMSegmenterLib.session.propagation_results import Keyframe, PackedMask
from SAMSegmenterLib.session.segment_writer import SegmentWriter
from SAMSegmenterLib.session.slice_edits import segment_shown, slice_edit
from SAMSegmenterLib.session.source_provider import Source

PROPAGATED = "propagated"
"""Parameter of the records of slices that were propagated."""


def is_propagated(record: SlicePromptRecord) -> bool:
    """Whether a record is of a propagated slice, not of one accepted by hand."""
    return PROPAGATED in record.parameters


def by_hand(
    book: PromptBook, segment_id: str, index_of: Callable[[SlicePlane], int | None]
) -> dict[int, AcceptedPrompts]:
    """Slices of a segment that were accepted by hand, by number, in their order; of each slice the last acceptance.

    Args:
        index_of: number of a slice in the stack, None for a slice that is not in it.
    """
    found = {}
    for one in book.accepted:
        if one.segment_id == segment_id and not is_propagated(one.record):
            found[index_of(one.record.plane)] = one
    found.pop(None, None)
    return dict(sorted(found.items()))


def accepted_keyframe(
    one: AcceptedPrompts, plane: SlicePlane, index: int, grid: SliceImage, source: Source, writer: SegmentWriter
) -> Keyframe | None:
    """A slice as it is in the segment now, None when nothing is left there.

    The mask that was accepted is taken where the segment still consists of its voxels: it is the finer one.

    Raises:
        InputError: there is no such segment any more.

    Thread: main.
    """
    mask, is_set = one.record.mask, one.record.mode == "set"
    fits = mask is not None and is_set and mask.shape == grid.shape
    if not fits or not _is_all_of(mask, grid, source, writer, one.segment_id):
        mask = segment_shown(grid, source, writer, one.segment_id)
    return Keyframe(one.segment_id, plane, index, PackedMask.of(mask), one.record) if mask.any() else None


def voxel_keyframe(
    segment_id: str, plane: SlicePlane, index: int, grid: SliceImage, source: Source, writer: SegmentWriter
) -> Keyframe | None:
    """What a segment is on a slice, whoever put it there; None when it is empty there.

    Raises:
        InputError: there is no such segment any more.

    Thread: main.
    """
    mask = segment_shown(grid, source, writer, segment_id)
    return Keyframe(segment_id, plane, index, PackedMask.of(mask), None) if mask.any() else None


def _is_all_of(mask: Mask, grid: SliceImage, source: Source, writer: SegmentWriter, segment_id: str) -> bool:
    """Whether a mask covers exactly the segment's voxels on its slice."""
    edit = slice_edit(mask, grid, source, writer, segment_id, "set")
    if edit is None or edit.clear is None:
        return False
    extent, block = edit.clear
    return tuple(extent) == tuple(edit.extent) and np.array_equal(block != 0, edit.block != 0)

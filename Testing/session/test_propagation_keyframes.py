"""Keyframes are what the segment is on slices that were accepted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.packed_masks import PackedMask
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook
from SAMSegmenterLib.session.propagation_keyframes import KeyframeReader, within
from SAMSegmenterLib.session.propagation_results import Keyframe
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.supplied_stack import stack_of
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.phantoms import matrix, two_boxes_volume


class Table:
    """A volume, a segmentation, and slices accepted in it."""

    def __init__(self, spacing=(1.0, 1.0, 1.0), axis=0):
        volume, _ = two_boxes_volume(ijk_to_ras=matrix(spacing))
        self.source, self.book = VolumeSource(volume), PromptBook()
        self.writer = ArraySegmentWriter.for_volume(volume, ("one", "two"))
        self.stack = stack_of(volume, SlicePlane.lattice(axis, 0))

    def accept(self, index, columns, mode="set", segment="one"):
        grid = self.stack.grid(index)
        mask = np.zeros(grid.shape, bool)
        mask[5:15, columns] = True
        self.writer.commit([slice_edit(mask, grid, self.source, self.writer, segment, mode)], "accept")
        record = SlicePromptRecord(self.stack.plane(index), mode=mode, accepted=True, mask=mask)
        self.book.accepted.append(AcceptedPrompts(segment, record))
        return mask

    def reader(self, shown=None, preview=None):
        return KeyframeReader(self.stack, self.source, self.book, self.writer, shown, preview)


def gathered(reader, segments=("one",), first=None, last=None):
    return {one.index: one.mask for one in reader.gather(segments, first, last)}


def test_accepted_masks_are_keyframes_in_their_order():
    table = Table()
    second, first = table.accept(9, slice(5, 10)), table.accept(3, slice(6, 12))
    found = gathered(table.reader())
    assert list(found) == [3, 9]
    np.testing.assert_array_equal(found[3], first)
    np.testing.assert_array_equal(found[9], second)


def test_what_was_added_or_painted_later_belongs_to_the_keyframe():
    table = Table()
    table.accept(3, slice(6, 12))
    table.accept(3, slice(12, 14), mode="add")
    assert gathered(table.reader())[3].sum() == 10 * 8
    table.writer.mask("one")[3, 30, 30] = 1
    assert gathered(table.reader())[3][30, 30]


def test_the_mask_that_was_accepted_is_taken_where_pixels_are_finer_than_voxels():
    table = Table((1.0, 2.0, 1.0))
    mask = table.accept(3, slice(6, 12))
    mask_on_voxels = table.writer.mask("one")[3]
    found = gathered(table.reader())[3]
    assert mask_on_voxels.shape != found.shape
    np.testing.assert_array_equal(found, mask)


def test_a_slice_that_was_emptied_since_is_no_keyframe():
    table = Table()
    table.accept(3, slice(6, 12))
    table.accept(5, slice(6, 12))
    table.writer.mask("one")[3] = 0
    assert list(gathered(table.reader())) == [5]


def test_without_accepted_slices_the_preview_is_taken_then_the_voxels_shown():
    table = Table()
    table.writer.mask("one")[4, 2:6, 2:6] = 1
    plane, mask = SlicePlane.lattice(0, 4), np.ones((40, 48), bool)
    preview = Keyframe("one", plane, 4, PackedMask.of(mask), SlicePromptRecord(plane), in_segment=False)
    assert table.reader(4, preview).on_shown("one") is preview
    assert gathered(table.reader(4))[4].sum() == 16
    with pytest.raises(InputError, match="no slice of 'two'"):
        gathered(table.reader(4, preview), ("two",))
    with pytest.raises(InputError, match="start from"):
        gathered(table.reader(None))


def test_the_slice_shown_counts_as_accepted_before_it_counts_as_a_preview():
    table = Table()
    mask = table.accept(4, slice(6, 12))
    plane = SlicePlane.lattice(0, 4)
    preview = Keyframe("one", plane, 4, PackedMask.of(~mask), SlicePromptRecord(plane), in_segment=False)
    np.testing.assert_array_equal(table.reader(4, preview).on_shown("one").mask, mask)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(None, None, [2, 5, 9]), (3, 9, [5, 9]), (6, 8, [5, 9]), (10, 12, [9]), (None, 1, [2]), (6, None, [9])],
)
def test_keyframes_in_the_range_count_else_the_nearest(first, last, found):
    assert within([2, 5, 9], first, last) == found

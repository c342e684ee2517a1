"""Masks of many slices, as far as they are done."""

from __future__ import annotations

from collections import deque

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.prompt_records import SlicePromptRecord
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.session.prompt_book import SlicePrompts
from SAMSegmenterLib.session.stack_preview import StackPreview, StackSlice


def test_a_mask_is_kept_in_an_eighth_of_its_size_and_comes_back_whole():
    plane = SlicePlane.lattice(0, 1)
    grid = slice_grid(Volume(np.zeros((3, 13, 11), np.int16), np.eye(4)), plane)
    mask = np.random.default_rng(0).random(grid.shape) < 0.5
    one = StackSlice(grid, np.packbits(mask), 0.9, SlicePromptRecord(plane, MarkSet()), SlicePrompts("one", plane))
    assert one.packed.nbytes == (13 * 11 + 7) // 8
    assert one.mask.dtype == bool and np.array_equal(one.mask, mask)


def test_slices_without_a_mask_count_as_done():
    stack = StackPreview("one", deque(), total=2)
    assert (stack.done, stack.is_complete) == (0, False)
    stack.slices[SlicePlane.lattice(0, 1)] = None
    stack.skipped = 1
    assert (stack.done, stack.is_complete) == (2, True)

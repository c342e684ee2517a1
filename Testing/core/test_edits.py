from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit, grouped
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, extent_shape

NOTHING = np.zeros((0, 0, 0), np.uint8)


def _edit(segment_id, k, mode="add"):
    extent = (0, 3, 0, 3, k, k)
    block = np.ones(extent_shape(extent), np.uint8)
    return Edit(segment_id, mode, extent, block, (extent, block) if mode == "set_on_slice" else None)


def test_a_block_must_fill_its_extent():
    with pytest.raises(InputError, match="does not fill"):
        Edit("a", "add", (0, 3, 0, 3, 0, 0), np.ones((2, 4, 4), np.uint8))
    with pytest.raises(InputError, match="does not fill"):
        Edit("a", "set_on_slice", EMPTY_EXTENT, NOTHING, ((0, 1, 0, 1, 0, 1), np.ones((1, 1, 1), np.uint8)))


def test_a_slice_is_cleared_when_it_is_set_and_only_then():
    with pytest.raises(InputError, match="clears a slice"):
        Edit("a", "set_on_slice", EMPTY_EXTENT, NOTHING)
    with pytest.raises(InputError, match="clears a slice"):
        Edit("a", "add", EMPTY_EXTENT, NOTHING, (EMPTY_EXTENT, NOTHING))
    with pytest.raises(InputError, match="no way 'replace'"):
        Edit("a", "replace", EMPTY_EXTENT, NOTHING)


def test_an_edit_reaches_over_what_it_clears():
    clear = ((0, 9, 0, 9, 4, 4), np.ones((1, 10, 10), np.uint8))
    assert Edit("a", "set_on_slice", EMPTY_EXTENT, NOTHING, clear).reach == clear[0]
    assert Edit("a", "set_on_slice", (8, 11, 0, 0, 4, 4), np.ones((1, 1, 4), np.uint8), clear).reach == (
        0, 11, 0, 9, 4, 4,
    )  # fmt: skip


def test_edits_of_several_segments_slice_by_slice_become_one_group_each():
    edits = [_edit(segment, k) for k in range(5) for segment in "ab"]
    groups = grouped(edits, 10**6)
    assert [group.segment_id for group in groups] == ["a", "b"]
    assert groups[0].edits == edits[::2]
    assert groups[1].edits == edits[1::2]
    assert groups[0].reach == (0, 3, 0, 3, 0, 4)


def test_an_edit_stays_behind_another_segments_edit_at_the_same_place():
    edits = [_edit("a", 0), _edit("b", 1), _edit("a", 1), _edit("a", 0)]
    groups = grouped(edits, 10**6)
    assert [(group.segment_id, group.edits) for group in groups] == [
        ("a", [edits[0]]),
        ("b", [edits[1]]),
        ("a", [edits[2], edits[3]]),
    ]


def test_groups_do_not_outgrow_the_number_of_voxels_allowed():
    groups = grouped([_edit("a", k) for k in (0, 1, 100, 101)], 32)
    assert [group.reach[4:] for group in groups] == [(0, 1), (100, 101)]


def test_edits_of_nothing_are_left_out():
    assert grouped([Edit("a", "add", EMPTY_EXTENT, NOTHING)], 100) == []

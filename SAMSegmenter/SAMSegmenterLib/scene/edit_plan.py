"""What a group of edits amounts to under the Segment Editor's settings, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.edits import Edit, EditGroup
from SAMSegmenterLib.core.extents import (
    EMPTY_EXTENT,
    bounding_extent,
    filled_extent,
    intersection,
    is_empty,
    placed,
    window,
)
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.scene.edit_rules import EditRules, editable_block, overwritable, removable_block
from SAMSegmenterLib.scene.segment_voxels import any_in_block, extent_around, layer_of, segment_block, segment_of


@dataclass(frozen=True, eq=False)
class EditPlan:
    """Voxels of one segment that are to change.

    Args:
        segment_id: the segment.
        extent: of all blocks, on the segmentation's lattice.
        removed: (k, j, i) bool, taken away from the segment.
        added: (k, j, i) bool, given to the segment; where others give way, also those that belong to it already.
        after: (k, j, i) bool, the segment when all is done.
        overwrites: a segment that gives way has voxels among those added.
        changed: number of voxels of the segment that change.
    """

    segment_id: str
    extent: Extent
    removed: np.ndarray
    added: np.ndarray
    after: np.ndarray
    overwrites: bool
    changed: int


def plan_of(group: EditGroup, node: Any, volume_node: Any, rules: EditRules, lattice: Lattice) -> EditPlan:
    """What edits of one segment change, all asked of the segmentation as it is now.

    Thread: main.
    """
    extent = group.reach
    before = segment_block(node, group.segment_id, lattice, extent).view(bool)
    editable = editable_block(node, volume_node, rules, group.segment_id, lattice, extent)
    removable = removable_block(editable, before, rules)
    after, added = before.copy(), np.zeros_like(before)
    for edit in group.edits:
        for where, cells in _taken_away(edit):
            cells &= removable[window(where, extent)]
            np.logical_not(cells, out=cells)
            after[window(where, extent)] &= cells
            added[window(where, extent)] &= cells
        if edit.mode != "remove" and not is_empty(edit.extent):
            cells = edit.block != 0
            cells &= editable[window(edit.extent, extent)]
            after[window(edit.extent, extent)] |= cells
            added[window(edit.extent, extent)] |= cells
    others = added & any_in_block(node, overwritable(node, rules, group.segment_id), lattice, extent)
    overwrites = bool(others.any())
    if not overwrites:
        added &= ~before
    changed = int(np.count_nonzero(before != after))
    before &= ~after
    return EditPlan(group.segment_id, extent, before, added, after, overwrites, changed)


def clipped(edits: Sequence[Edit], node: Any, lattice: Lattice) -> Iterator[Edit]:
    """Edits without what lies outside the lattice, and without clearing where their segment has no voxel anyway."""
    given: dict[str, Extent] = {}  # where the edits together may give a segment voxels that it has not yet
    for edit in edits:
        given[edit.segment_id] = bounding_extent([given.get(edit.segment_id, EMPTY_EXTENT), edit.extent])
    return (_clipped(edit, node, lattice, given[edit.segment_id]) for edit in edits)


def _clipped(edit: Edit, node: Any, lattice: Lattice, given: Extent) -> Edit:
    extent = intersection(edit.extent, lattice.extent)
    clear, segment = edit.clear, segment_of(node, edit.segment_id)
    if clear is not None:
        slab = intersection(clear[0], lattice.extent)
        drawn = intersection(slab, extent_around(layer_of(segment), lattice))
        own = filled_extent(segment_block(node, edit.segment_id, lattice, drawn), drawn)
        kept = bounding_extent([own, intersection(slab, given)])
        clear = (kept, placed(clear[1], clear[0], kept))
    return Edit(edit.segment_id, edit.mode, extent, placed(edit.block, edit.extent, extent), clear)


def _taken_away(edit: Edit) -> list[tuple[Extent, np.ndarray]]:
    """Extent and (k, j, i) bool of what an edit takes away; a slice that is set keeps what is set anew."""
    if edit.mode == "remove":
        return [] if is_empty(edit.extent) else [(edit.extent, edit.block != 0)]
    if edit.clear is None or is_empty(edit.clear[0]):
        return []
    where, block = edit.clear
    return [(where, (block != 0) & (placed(edit.block, edit.extent, where) == 0))]

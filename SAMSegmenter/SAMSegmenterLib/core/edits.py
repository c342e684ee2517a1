"""What is to be written into a segment: blocks of voxels on the segmentation's lattice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import bounding_extent, extent_shape, intersection, is_empty
from SAMSegmenterLib.core.slicing import Extent

MODES = ("set_on_slice", "add", "remove")


@dataclass(frozen=True, eq=False)
class Edit:
    """One change of one segment.

    Args:
        segment_id: the segment's id in its segmentation.
        mode: "add" and "remove" change the segment by `block`; "set_on_slice" first takes away what lies in `clear`
            and not in `block`, then adds `block`.
        extent: (i0, i1, j0, j1, k0, k1) of `block` on the segmentation's lattice.
        block: (k, j, i) uint8, non-zero inside; of size 0, with `EMPTY_EXTENT`, to set a slice to nothing.
        clear: extent and block of the slice as a whole; given with "set_on_slice", and only there.
    """

    segment_id: str
    mode: str
    extent: Extent
    block: np.ndarray
    clear: tuple[Extent, np.ndarray] | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"There is no way '{self.mode}' to edit a segment.", f"Choose one of: {', '.join(MODES)}.")
        if (self.clear is not None) != (self.mode == "set_on_slice"):
            raise InputError(f"An edit clears a slice when it sets one, and only then; its mode is '{self.mode}'.")
        for extent, block in ((self.extent, self.block), *([self.clear] if self.clear is not None else [])):
            if block.shape != extent_shape(extent):
                raise InputError(f"A block of shape {block.shape} does not fill the extent {tuple(extent)}.")

    @property
    def reach(self) -> Extent:
        """Smallest extent that holds every voxel that may change; `EMPTY_EXTENT` when none may."""
        return bounding_extent([self.extent] if self.clear is None else [self.extent, self.clear[0]])


@dataclass(eq=False)
class EditGroup:
    """Edits of one segment that are written at once.

    Args:
        segment_id: the segment.
        edits: in their order.
        reach: smallest extent around all of them.
    """

    segment_id: str
    edits: list[Edit]
    reach: Extent


def grouped(edits: Iterable[Edit], max_voxels: int) -> list[EditGroup]:
    """Edits gathered by segment, without a change of what they amount to when done one after the other.

    An edit joins the last group of its segment unless a later group of another segment meets it in space, or the group
    would reach over more than `max_voxels` voxels.

    Returns:
        Groups to be written in order; edits that can change nothing are left out.
    """
    groups: list[EditGroup] = []
    for edit in edits:
        if is_empty(edit.reach):
            continue
        home = _group_for(edit, groups, max_voxels)
        if home is None:
            groups.append(EditGroup(edit.segment_id, [edit], edit.reach))
        else:
            home.edits.append(edit)
            home.reach = bounding_extent([home.reach, edit.reach])
    return groups


def _group_for(edit: Edit, groups: list[EditGroup], max_voxels: int) -> EditGroup | None:
    for group in reversed(groups):
        if group.segment_id == edit.segment_id:
            joined = bounding_extent([group.reach, edit.reach])
            return group if int(np.prod(extent_shape(joined), dtype=np.int64)) <= max_voxels else None
        if not is_empty(intersection(group.reach, edit.reach)):
            return None
    return None

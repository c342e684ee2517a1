"""What an edit should do to segments, voxel by voxel, written to be read rather than to be fast."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.scene.edit_rules import (
    EVERYWHERE,
    INSIDE_ALL,
    INSIDE_SINGLE,
    INSIDE_VISIBLE,
    OUTSIDE_ALL,
    OUTSIDE_VISIBLE,
    OVERWRITE_ALL,
    OVERWRITE_VISIBLE,
    EditRules,
)


@dataclass
class Segments:
    """Segments on a lattice that begins at voxel (0, 0, 0).

    Args:
        masks: (K, J, I) bool by segment id.
        hidden: ids of segments that are not shown.
        intensities: (K, J, I) of the source volume on the same voxels.
    """

    masks: dict[str, np.ndarray]
    hidden: set[str] = field(default_factory=set)
    intensities: np.ndarray | None = None


def edited(segments: Segments, edit: Edit, rules: EditRules) -> tuple[dict[str, np.ndarray], int]:
    """Masks after one edit, and the number of voxels of the edited segment that changed."""
    before = segments.masks
    after = {name: mask.copy() for name, mask in before.items()}
    for voxel in np.ndindex(before[edit.segment_id].shape):
        wanted = _value(edit.extent, edit.block, voxel)
        cleared = edit.clear is not None and _value(*edit.clear, voxel)
        takes_away = wanted if edit.mode == "remove" else cleared and not wanted
        if takes_away:
            _take_away(after, segments, edit.segment_id, rules, voxel)
        elif wanted and edit.mode != "remove" and _may_add(segments, edit.segment_id, rules, voxel):
            for name in after:
                if name == edit.segment_id:
                    after[name][voxel] = True
                elif _gives_way(name, segments, rules):
                    after[name][voxel] = False
    return after, int((after[edit.segment_id] != before[edit.segment_id]).sum())


def _take_away(after, segments, segment_id, rules, voxel):
    inside = segments.masks[segment_id][voxel]
    if not inside:
        return
    if rules.mask_mode == INSIDE_SINGLE:
        after[segment_id][voxel] = False
        if rules.mask_segment_id != segment_id:
            after[rules.mask_segment_id][voxel] = True
    elif _may_add(segments, segment_id, rules, voxel):
        after[segment_id][voxel] = False


def _may_add(segments, segment_id, rules, voxel):
    here = {name for name, mask in segments.masks.items() if mask[voxel]}
    shown = here - segments.hidden
    others, shown_others = here - {segment_id}, shown - {segment_id}
    in_area = {
        EVERYWHERE: True,
        INSIDE_ALL: bool(here),
        INSIDE_VISIBLE: bool(shown),
        OUTSIDE_ALL: not others,
        OUTSIDE_VISIBLE: not shown_others,
        INSIDE_SINGLE: rules.mask_segment_id in here,
    }[rules.mask_mode]
    if rules.intensity_range is None:
        return in_area
    low, high = rules.intensity_range
    return in_area and low <= segments.intensities[voxel] <= high


def _gives_way(name, segments, rules):
    if rules.overwrite_mode == OVERWRITE_VISIBLE:
        return name not in segments.hidden
    return rules.overwrite_mode == OVERWRITE_ALL


def _value(extent, block, voxel):
    """Whether a block is set at a voxel (k, j, i); outside its extent it is not."""
    k, j, i = voxel
    i0, i1, j0, j1, k0, k1 = extent
    return i0 <= i <= i1 and j0 <= j <= j1 and k0 <= k <= k1 and bool(block[k - k0, j - j0, i - i0])

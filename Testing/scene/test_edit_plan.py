from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.edits import Edit, EditGroup, grouped
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, extent_shape, filled_extent
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.scene.edit_plan import clipped, plan_of
from SAMSegmenterLib.scene.edit_rules import OVERWRITE_NONE, EditRules
from SAMSegmenterLib.scene.segment_voxels import segment_block
from support.editing_scenes import overlapping_segments

LATTICE = Lattice(np.eye(4), (0, 6, 0, 5, 0, 3))
FREE = EditRules(overwrite_mode=OVERWRITE_NONE)


def _ones(extent):
    return np.ones(extent_shape(extent), np.uint8)


def _plan(case, edits, rules=FREE):
    (group,) = grouped(clipped(edits, case.node, LATTICE), 10**6)
    return plan_of(group, case.node, case.volume_node, rules, LATTICE)


def test_later_edits_see_what_earlier_ones_did(a_scene):
    case = overlapping_segments()
    here, there = (0, 3, 0, 3, 1, 1), (2, 5, 0, 3, 1, 1)
    segment_id = case.ids["empty"]
    plan = _plan(case, [Edit(segment_id, "add", here, _ones(here)), Edit(segment_id, "remove", there, _ones(there))])
    assert plan.extent == (0, 5, 0, 3, 1, 1)
    assert plan.after[0].tolist() == [[True, True, False, False, False, False]] * 4
    assert np.array_equal(plan.added, plan.after)
    assert not plan.removed.any()
    assert plan.changed == 8


def test_setting_a_slice_clears_what_an_earlier_edit_added_there(a_scene):
    case = overlapping_segments()
    here, whole = (0, 3, 0, 3, 1, 1), (0, 6, 0, 5, 1, 1)
    segment_id = case.ids["empty"]
    edits = [
        Edit(segment_id, "add", here, _ones(here)),
        Edit(segment_id, "set_on_slice", (5, 5, 5, 5, 1, 1), np.ones((1, 1, 1), np.uint8), (whole, _ones(whole))),
    ]
    plan = _plan(case, edits)
    assert plan.changed == plan.after.sum() == 1


def test_only_new_voxels_are_added_unless_somebody_gives_way(a_scene):
    case = overlapping_segments()
    whole = (0, 6, 0, 5, 0, 3)
    edit = Edit(case.ids["overlapping"], "add", whole, _ones(whole))
    quiet, loud = _plan(case, [edit]), _plan(case, [edit], EditRules())
    assert not quiet.overwrites
    assert quiet.changed == quiet.added.sum() == loud.changed
    assert loud.overwrites
    assert loud.added.all()


def test_a_slice_that_holds_nothing_is_not_walked(a_scene):
    import slicer

    case = overlapping_segments()
    slab = (0, 9999, 0, 9999, 2, 2)
    large = Lattice(np.eye(4), (0, 9999, 0, 9999, 0, 3))
    clear = (slab, np.broadcast_to(np.uint8(1), (1, 10_000, 10_000)))
    edit = Edit(case.ids["first"], "set_on_slice", (1, 2, 1, 2, 2, 2), np.ones((1, 2, 2), np.uint8), clear)
    (found,) = clipped([edit], case.node, large)
    own = filled_extent(segment_block(case.node, case.ids["first"], LATTICE, (0, 6, 0, 5, 2, 2)), (0, 6, 0, 5, 2, 2))
    assert found.clear[0] == own
    segment = slicer.vtkSegment()
    segment.AddRepresentation("Binary labelmap", slicer.vtkOrientedImageData())
    case.node.GetSegmentation().AddSegment(segment, "never drawn")
    (found,) = clipped([Edit("never drawn", "set_on_slice", edit.extent, edit.block, clear)], case.node, large)
    assert found.reach == (1, 2, 1, 2, 2, 2)


def test_what_lies_outside_the_lattice_is_cut_off(a_scene):
    case = overlapping_segments()
    extent = (-2, 2, 3, 9, 3, 3)
    block = np.arange(35, dtype=np.uint8).reshape(1, 7, 5) + 1
    (found,) = clipped([Edit(case.ids["first"], "add", extent, block)], case.node, LATTICE)
    assert found.extent == (0, 2, 3, 5, 3, 3)
    assert np.array_equal(found.block, block[:, :3, 2:])
    (found,) = clipped([Edit(case.ids["first"], "remove", (9, 9, 9, 9, 9, 9), _ones((9,) * 6))], case.node, LATTICE)
    assert found.extent == EMPTY_EXTENT
    assert grouped([found], 100) == []


def test_a_plan_changes_nothing_yet(a_scene):
    case = overlapping_segments()
    before = case.segments(LATTICE).masks
    whole = (0, 6, 0, 5, 0, 3)
    edit = Edit(case.ids["first"], "remove", whole, _ones(whole))
    plan = plan_of(EditGroup(edit.segment_id, [edit], whole), case.node, case.volume_node, FREE, LATTICE)
    assert plan.removed.sum() == before[case.ids["first"]].sum() > 0
    after = case.segments(LATTICE).masks
    assert all(np.array_equal(after[n], before[n]) for n in before)

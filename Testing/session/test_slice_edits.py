"""A mask becomes an edit that can change nothing beside its slice."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.extents import EMPTY_EXTENT
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.slice_edits import segment_shown, slice_edit, slices_in_common, without_slices
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.phantoms import matrix, two_boxes_volume

PLANE = SlicePlane.lattice(0, 8)


@pytest.fixture
def a_source():
    return VolumeSource(two_boxes_volume()[0])


@pytest.fixture
def a_writer(a_source):
    return ArraySegmentWriter.for_volume(a_source.volume, ["one"])


def some_mask():
    mask = np.zeros((40, 48), bool)
    mask[5:9, 10:20] = True
    return mask


@pytest.mark.parametrize("mode", ["add", "remove"])
def test_adding_and_removing_touch_the_masks_own_voxels(a_source, a_writer, mode):
    edit = slice_edit(some_mask(), slice_grid(a_source.volume, PLANE), a_source, a_writer, "one", mode)
    assert (edit.mode, edit.extent, edit.clear) == (mode, (10, 19, 5, 8, 8, 8), None) and edit.block.all()


def test_setting_clears_no_more_than_what_the_segment_has_on_the_slice(a_source, a_writer):
    a_writer.mask("one")[7:10, 20:30, 2:4] = 1
    edit = slice_edit(some_mask(), slice_grid(a_source.volume, PLANE), a_source, a_writer, "one", "set")
    extent, block = edit.clear
    assert edit.mode == "set_on_slice" and extent == (2, 3, 20, 29, 8, 8) and block.all()


def test_setting_an_empty_segment_clears_nothing(a_source, a_writer):
    edit = slice_edit(some_mask(), slice_grid(a_source.volume, PLANE), a_source, a_writer, "one", "set")
    assert edit.clear[0] == EMPTY_EXTENT and edit.clear[1].size == 0


def test_setting_a_slice_without_the_segment_clears_nothing(a_source, a_writer):
    a_writer.mask("one")[3, 20:30, 2:4] = 1
    edit = slice_edit(some_mask(), slice_grid(a_source.volume, PLANE), a_source, a_writer, "one", "set")
    assert edit.clear[0] == EMPTY_EXTENT


def test_a_mask_outside_the_segmentation_is_no_edit(a_source):
    elsewhere = ArraySegmentWriter(Lattice(matrix(origin_ras=(500, 0, 0)), (0, 9, 0, 9, 0, 9)), ["one"])
    grid = slice_grid(a_source.volume, PLANE)
    assert slice_edit(some_mask(), grid, a_source, elsewhere, "one", "set") is None
    assert not segment_shown(grid, a_source, elsewhere, "one").any()


@pytest.mark.parametrize("plane", [PLANE, SlicePlane.lattice(1, 12), SlicePlane.lattice(2, 10)])
def test_a_segment_is_seen_on_a_slice_as_it_was_written_there(a_source, a_writer, plane):
    grid = slice_grid(a_source.volume, plane)
    mask = np.random.default_rng(0).random(grid.shape) > 0.5
    a_writer.commit([slice_edit(mask, grid, a_source, a_writer, "one", "set")], "test")
    np.testing.assert_array_equal(segment_shown(grid, a_source, a_writer, "one"), mask)


def test_a_finer_segment_is_seen_at_the_pixels_centres(a_source):
    fine = a_source.volume.ijk_to_ras @ np.diag([0.25, 0.25, 0.25, 1])
    writer = ArraySegmentWriter(Lattice(fine, (0, 191, 0, 159, 0, 63)), ["one"])
    writer.mask("one")[32, ::4, ::8] = 1
    shown = segment_shown(slice_grid(a_source.volume, PLANE), a_source, writer, "one")
    assert shown[:, ::2].all() and not shown[:, 1::2].any()


def test_only_thick_voxels_and_tilted_slices_have_voxels_in_common(a_source, a_writer):
    volume = a_source.volume
    grids = [slice_grid(volume, SlicePlane.lattice(0, index)) for index in (4, 5)]
    assert slices_in_common(*grids, a_source, a_writer) == 0
    thick = ArraySegmentWriter(Lattice(volume.ijk_to_ras @ np.diag([1, 1, 3, 1]), (0, 47, 0, 39, 0, 4)), ("one",))
    assert slices_in_common(*grids, a_source, thick) == 2


def test_an_edit_leaves_out_what_another_slice_covers(a_source, a_writer):
    grids = [slice_grid(a_source.volume, SlicePlane.lattice(0, index)) for index in (4, 5)]
    mask = np.zeros(grids[0].shape, bool)
    mask[4:9, 6:12] = True
    edit = slice_edit(mask, grids[0], a_source, a_writer, "one", "set")
    assert (without_slices(edit, grids[1:], a_source, a_writer).block == edit.block).all() and edit.block.any()
    assert not without_slices(edit, grids[:1], a_source, a_writer).block.any()

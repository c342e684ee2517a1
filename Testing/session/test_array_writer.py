"""Segments in plain arrays are edited, undone and protected as in the Segment Editor."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from support.phantoms import matrix, two_boxes_volume

LATTICE = Lattice(matrix(), (2, 7, 0, 4, -1, 2))  # 4 x 5 x 6 voxels that begin anywhere


def a_writer(**options):
    return ArraySegmentWriter(LATTICE, {"one": "Liver", "two": "Spleen"}, **options)


def box(extent, mode="add", segment="one", clear=None):
    i0, i1, j0, j1, k0, k1 = extent
    return Edit(segment, mode, extent, np.ones((k1 - k0 + 1, j1 - j0 + 1, i1 - i0 + 1), np.uint8), clear)


def test_voxels_are_written_where_the_extent_says():
    writer = a_writer()
    assert writer.commit([box((3, 4, 1, 2, 0, 0))], "add") == 4
    expected = np.zeros((4, 5, 6), np.uint8)
    expected[1, 1:3, 1:3] = 1
    np.testing.assert_array_equal(writer.mask("one"), expected)
    assert writer.segment_on("one", (3, 4, 1, 2, 0, 0)).all()
    assert writer.segment_on("one", (-5, 20, 1, 1, 0, 0)).sum() == 2


def test_what_lies_outside_the_lattice_is_left_out():
    writer = a_writer()
    assert writer.commit([box((-3, 3, -2, 0, -4, -1))], "add") == 2
    assert writer.commit([box((50, 51, 0, 0, 0, 0))], "add") == 0


def test_setting_clears_and_adds_in_one_step():
    writer = a_writer()
    writer.commit([box((2, 4, 0, 4, 0, 0))], "add")
    clear = ((2, 4, 0, 4, 0, 0), np.ones((1, 5, 3), np.uint8))
    changed = writer.commit([box((4, 5, 0, 0, 0, 0), "set_on_slice", clear=clear)], "set")
    assert changed == 14 + 1 and writer.mask("one").sum() == 2 and writer.undo_steps == ("add", "set")


def test_several_edits_are_one_step_that_is_undone_and_redone_exactly():
    writer = a_writer()
    writer.commit([box((2, 7, 0, 4, -1, 2), segment="two")], "first")
    before = [writer.mask(name).copy() for name in ("one", "two")]
    writer.commit([box((2, 3, 0, 0, 0, 0)), box((5, 6, 1, 4, 0, 2), "remove", "two")], "both")
    after = [writer.mask(name).copy() for name in ("one", "two")]
    writer.undo()
    for name, mask in zip(("one", "two"), before, strict=True):
        np.testing.assert_array_equal(writer.mask(name), mask)
    writer.redo()
    for name, mask in zip(("one", "two"), after, strict=True):
        np.testing.assert_array_equal(writer.mask(name), mask)
    writer.undo()
    writer.undo()
    writer.undo()
    assert not writer.mask("two").any()


def test_a_commit_without_effect_is_no_undo_step_and_keeps_what_can_be_redone():
    writer = a_writer()
    writer.commit([box((3, 3, 0, 0, 0, 0))], "add")
    writer.undo()
    assert writer.commit([box((3, 3, 0, 0, 0, 0), "remove")], "nothing") == 0
    writer.redo()
    assert writer.mask("one").sum() == 1 and writer.undo_steps == ("add",)


@pytest.mark.parametrize("overwrite", [False, True])
def test_others_give_way_only_when_told_so(overwrite):
    writer = a_writer(overwrite=overwrite)
    writer.mask("two")[:] = 1
    assert writer.commit([box((3, 4, 0, 0, 0, 0))], "add") == 2
    assert (writer.mask("two") == 0).sum() == (2 if overwrite else 0)
    writer.undo()
    assert writer.mask("two").all()


def test_protected_voxels_stay():
    editable = np.zeros((4, 5, 6), bool)
    editable[1, 0] = True
    writer = a_writer(editable=editable)
    assert writer.commit([box((2, 7, 0, 4, -1, 2))], "add") == 6
    np.testing.assert_array_equal(writer.mask("one").astype(bool), editable)
    assert writer.editable_on("one", (1, 2, 0, 1, 0, 0)).tolist() == [[[False, True], [False, False]]]
    assert a_writer().editable_on("one", (2, 7, 0, 4, -1, 2)).all()


def test_an_unknown_segment_is_named_and_nothing_is_changed():
    writer = a_writer()
    with pytest.raises(InputError, match="'three'"):
        writer.commit([box((3, 3, 0, 0, 0, 0)), box((3, 3, 0, 0, 0, 0), segment="three")], "add")
    assert not writer.mask("one").any() and writer.undo_steps == ()
    for ask in (writer.extent_of, writer.mask, lambda name: writer.segment_on(name, EMPTY_EXTENT)):
        with pytest.raises(InputError):
            ask("three")


def test_segments_are_added_named_tagged_and_removed():
    writer = a_writer()
    assert writer.writer() is writer and writer.segment_name("one") == "Liver" and writer.segment_name("x") is None
    first, second = writer.add_segment("Kidney"), writer.add_segment("Kidney")
    assert first != second and writer.segment_name(second) == "Kidney"
    writer.tag_segment(first, {"a": "1"})
    writer.tag_segment(first, {"b": "2"})
    assert writer.tags[first] == {"a": "1", "b": "2"}
    writer.remove_segment(first)
    assert writer.segment_name(first) is None


def test_the_extent_of_an_empty_segment_is_empty():
    writer = a_writer()
    assert writer.extent_of("one") == EMPTY_EXTENT
    writer.mask("one")[0, 0, 0] = 1
    assert writer.extent_of("one") == LATTICE.extent


def test_a_segmentation_lies_on_its_volume():
    volume, _ = two_boxes_volume()
    writer = ArraySegmentWriter.for_volume(volume, ["one"])
    assert writer.lattice().extent == (0, 47, 0, 39, 0, 15)
    np.testing.assert_array_equal(writer.lattice().ijk_to_ras, volume.ijk_to_ras)

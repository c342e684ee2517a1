from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, extent_shape
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.label_writer import LabelWriter

EXTENT = (2, 8, 0, 5, -1, 3)


def a_writer(**values):
    return LabelWriter(Lattice(np.eye(4), EXTENT), values or {"a": 3, "b": 1})


def full(extent):
    return np.ones(extent_shape(extent), np.uint8)


def add(segment, *extent):
    return Edit(segment, "add", extent, full(extent))


def test_what_is_added_is_written_where_it_lies_and_taken_from_others():
    writer = a_writer()
    assert writer.commit([add("a", 2, 4, 0, 1, 0, 0)], "first") == 6
    assert writer.commit([add("b", 4, 5, 0, 1, 0, 0)], "second") == 4
    assert writer.labels[1, 0].tolist() == [3, 3, 1, 1, 0, 0, 0]
    assert writer.labels.sum() == 2 * (3 + 3 + 1 + 1)
    assert writer.segment_on("a", (2, 5, 0, 0, 0, 0)).tolist() == [[[1, 1, 0, 0]]]


def test_what_is_removed_leaves_other_segments_alone():
    writer = a_writer()
    writer.commit([add("a", 2, 4, 0, 0, 0, 0), add("b", 5, 6, 0, 0, 0, 0)], "")
    extent = (4, 8, 0, 0, 0, 0)
    assert writer.commit([Edit("a", "remove", extent, full(extent))], "") == 1
    assert writer.labels[1, 0].tolist() == [3, 3, 0, 1, 1, 0, 0]


def test_a_slice_that_is_set_loses_what_was_there_of_the_segment_alone():
    writer = a_writer()
    writer.commit([add("a", 2, 4, 0, 0, 0, 0), add("b", 5, 6, 0, 0, 0, 0)], "")
    slab, block = (2, 8, 0, 5, 0, 0), (7, 7, 0, 0, 0, 0)
    assert writer.commit([Edit("a", "set_on_slice", block, full(block), (slab, full(slab)))], "") == 4
    assert writer.labels[1, 0].tolist() == [0, 0, 0, 1, 1, 3, 0]


def test_the_same_edits_give_the_same_segments_as_with_masks_of_their_own():
    rng, volume = np.random.default_rng(4), Volume(np.zeros((4, 5, 6), np.uint8))
    masks = ArraySegmentWriter.for_volume(volume, ["a", "b"], overwrite=True)
    labels = LabelWriter(masks.lattice(), {"a": 1, "b": 2})
    for _ in range(60):
        low = rng.integers(0, 4, 3)
        high = low + rng.integers(0, 3, 3)
        extent = (low[0], high[0], low[1], high[1], low[2], high[2])
        block = rng.integers(0, 2, extent_shape(extent)).astype(np.uint8)
        mode = ("add", "remove", "set_on_slice")[rng.integers(3)]
        clear = (extent, full(extent)) if mode == "set_on_slice" else None
        edit = Edit("ab"[rng.integers(2)], mode, extent, block, clear)
        assert labels.commit([edit], "") == masks.commit([edit], "")
    assert labels.labels.any()
    for number, segment in enumerate("ab", start=1):
        np.testing.assert_array_equal(labels.labels == number, masks.mask(segment) != 0)


def test_what_lies_outside_the_lattice_is_left_out():
    writer = a_writer()
    assert writer.commit([add("a", 0, 2, -3, 0, -1, -1)], "") == 1
    assert writer.commit([add("a", 40, 42, 0, 0, 0, 0)], "") == 0
    assert writer.extent_of("a") == (2, 2, 0, 0, -1, -1)
    assert writer.extent_of("b") == EMPTY_EXTENT
    assert writer.editable_on("a", (1, 2, 0, 0, 0, 0)).tolist() == [[[False, True]]]


def test_an_unknown_segment_is_refused_and_nothing_written():
    writer = a_writer()
    with pytest.raises(InputError, match="no segment 'c'"):
        writer.commit([add("a", 2, 4, 0, 0, 0, 0), add("c", 2, 4, 0, 0, 0, 0)], "")
    assert not writer.labels.any()


@pytest.mark.parametrize("values", [{"a": 1, "b": 1}, {"a": 0}, {"a": 70000}])
def test_values_that_labels_cannot_have_are_refused(values):
    with pytest.raises(InputError, match="1 to 65535"):
        a_writer(**values)

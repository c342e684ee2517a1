"""Reports of slices."""

import numpy as np

from SAMSegmenterLib.core.propagation.results import REPAIRED, SliceResult, StopReason, latest
from SAMSegmenterLib.core.slicing import SlicePlane


def result(segment, index, **more):
    return SliceResult(segment, SlicePlane.lattice(0, index), index, np.zeros((2, 2), bool), None, 0.5, **more)


def test_the_latest_report_of_a_slice_holds_and_slices_are_in_order():
    rejected, repaired = result("a", 5, final=False), result("a", 5, origin=REPAIRED)
    held = latest([result("a", 7), rejected, result("b", 5), result("a", 2), repaired])
    assert list(held) == ["a", "b"] and list(held["a"]) == [2, 5, 7]
    assert held["a"][5] is repaired and held["b"][5].segment == "b"


def test_no_report_is_no_slice():
    assert latest([]) == {}


def test_reasons_can_be_read():
    texts = [str(reason) for reason in StopReason]
    assert len(set(texts)) == len(texts) and StopReason.TAKEN == "another segment is there"

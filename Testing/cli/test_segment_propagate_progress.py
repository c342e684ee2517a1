from __future__ import annotations

import numpy as np

from SAMSegmenterLib.cli.segment_propagate_progress import SliceCountdown
from SAMSegmenterLib.core.propagation import KEYFRAME, SliceResult, StopReason
from SAMSegmenterLib.core.slicing import SlicePlane


def result(index, direction=1, segment="a", reason=None, origin="carried"):
    mask = np.zeros((1, 1), bool)
    plane = SlicePlane.lattice(0, index)
    return SliceResult(segment, plane, index, mask, None, 0.25, reason is None, reason, origin, direction)


def test_the_count_shrinks_where_a_direction_ends_and_the_time_left_with_it():
    seen, times = [], iter(range(0, 100, 2))
    countdown = SliceCountdown(
        {"a": {5}, "b": {5}}, 0, 9, seen.append, lambda index: f"slice k {index}", lambda: next(times)
    )
    countdown.advance(result(5, 0, origin=KEYFRAME))
    assert seen == []
    countdown.advance(result(6))
    assert (seen[-1].done, seen[-1].total, seen[-1].seconds_left) == (1, 18, 2 * 17)
    countdown.advance(result(7, reason=StopReason.EMPTY))
    assert (seen[-1].done, seen[-1].total, seen[-1].seconds_left) == (2, 16, 4 / 2 * 14)
    countdown.advance(result(7, reason=StopReason.EMPTY))
    assert (seen[-1].done, seen[-1].total) == (2, 16)
    countdown.advance(result(4, -1, reason=StopReason.AREA))
    assert (seen[-1].done, seen[-1].total) == (3, 12)
    assert seen[-1].message == "slice k 4, confidence 0.25"


def test_all_slices_done_leave_no_time():
    seen = []
    countdown = SliceCountdown({"a": {0}}, 0, 2, seen.append, str, lambda: 0.0)
    for index in (1, 2):
        countdown.advance(result(index))
    assert (seen[-1].done, seen[-1].total, seen[-1].seconds_left) == (2, 2, 0)

"""Keyframes: checks, and the spans between and beyond them."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import PropagationParameters, StopReason, VolumeStack
from SAMSegmenterLib.core.propagation.keyframes import Gap, Outwards, checked, range_of, spans_of
from SAMSegmenterLib.core.slicing import SlicePlane
from support.masks import disk

MASK = disk((10, 12), (5, 5), 3)
VOLUME = Volume(np.zeros((20, 10, 12), np.uint8))
STACK = VolumeStack(VOLUME, SlicePlane.lattice(0, 0))


def spans(indices, around=None, segment="a", **parameters):
    told = PropagationParameters(**parameters)
    return spans_of(STACK, {segment: dict.fromkeys(indices, MASK)}, told, around)


def test_masks_are_sorted_by_segment_and_slice():
    found = checked(STACK, {9: {"b": MASK}, 4: {"a": MASK.astype(int), "b": MASK}}, PropagationParameters())
    assert {name: list(masks) for name, masks in found.items()} == {"a": [4], "b": [4, 9]}
    assert np.array_equal(found["a"][4], MASK) and found["a"][4].dtype == bool


@pytest.mark.parametrize(
    ("keyframes", "parameters", "word"),
    [
        ({}, {}, "no slice"),
        ({4: {"a": ~(MASK | ~MASK)}}, {}, "empty"),
        ({4: {"a": MASK | ~MASK}}, {}, "whole slice"),
        ({4: {"a": MASK.T}}, {}, "shape"),
        ({20: {"a": MASK}}, {}, "outside"),
        ({-1: {"a": MASK}, 4: {"a": MASK}}, {}, "outside"),
        ({4: {"a": MASK}}, {"stop_marks": {"a": frozenset({4})}}, "stop mark"),
        ({4: {"a": MASK}, 12: {"b": MASK}}, {"last": 8}, "range"),
    ],
)
def test_what_cannot_be_a_keyframe_is_told(keyframes, parameters, word):
    with pytest.raises(InputError, match=word):
        checked(STACK, keyframes, PropagationParameters(**parameters))


def test_a_stop_mark_of_another_segment_is_no_trouble():
    told = PropagationParameters(stop_marks={"b": frozenset({4})})
    assert list(checked(STACK, {4: {"a": MASK}}, told)) == ["a"]


def test_a_keyframe_beyond_an_oblique_stack_is_outside_too():
    plane = SlicePlane.oblique((0, 0, 5.0), (1, 0, 0), (0, 1, 0), (1.0, 1.0), (12, 10))
    stack = VolumeStack(VOLUME, plane, 1.0)
    assert (stack.first, stack.last) == (-5, 14)
    with pytest.raises(InputError, match="outside"):
        checked(stack, {0: {"a": MASK}, 15: {"a": MASK}}, PropagationParameters())


def test_the_range_ends_with_the_volume():
    assert range_of(STACK, PropagationParameters()) == (0, 19)
    assert range_of(STACK, PropagationParameters(first=-5, last=12)) == (0, 12)


def test_gaps_lie_between_neighbours_and_the_rest_is_outwards():
    gaps, outwards = spans([4, 5, 9, 15])
    assert gaps == [Gap("a", 5, 9), Gap("a", 9, 15)]
    assert outwards == [Outwards("a", 15, 1, 19, StopReason.VOLUME), Outwards("a", 4, -1, 0, StopReason.VOLUME)]


@pytest.mark.parametrize(
    ("around", "gaps", "starts"),
    [(4, [(4, 9)], [4]), (9, [(4, 9), (9, 15)], []), (15, [(9, 15)], [15]), (7, [], [])],
)
def test_around_a_keyframe_are_the_spans_that_touch_it(around, gaps, starts):
    found, outwards = spans([4, 9, 15], around)
    assert [(gap.below, gap.above) for gap in found] == gaps and [span.start for span in outwards] == starts


def test_a_range_cuts_the_ends_and_ignores_keyframes_beyond():
    gaps, outwards = spans([2, 6, 9, 18], first=5, last=12)
    assert gaps == [Gap("a", 6, 9)]
    assert outwards == [Outwards("a", 9, 1, 12, StopReason.RANGE), Outwards("a", 6, -1, 5, StopReason.RANGE)]


def test_a_range_that_ends_with_the_volume_ends_with_the_volume():
    assert {span.reason for span in spans([4], first=0, last=19)[1]} == {StopReason.VOLUME}


def test_at_the_end_of_the_range_nothing_lies_outwards():
    assert spans([19])[1] == [Outwards("a", 19, -1, 0, StopReason.VOLUME)]
    assert spans([6], first=6, last=6) == ([], [])


def test_the_nearest_stop_mark_ends_a_direction_a_slice_before():
    marks = {"a": frozenset({2, 12, 17}), "b": frozenset({9})}
    assert spans([8], stop_marks=marks)[1] == [
        Outwards("a", 8, 1, 11, StopReason.MARK),
        Outwards("a", 8, -1, 3, StopReason.MARK),
    ]


def test_a_mark_beside_the_keyframe_leaves_nothing_to_visit_and_one_beyond_the_range_is_nothing():
    beside, other = spans([8], stop_marks={"a": frozenset({9})})[1]
    assert (beside.start, beside.end, beside.reason) == (8, 8, StopReason.MARK) and other.end == 0
    assert spans([8], last=12, stop_marks={"a": frozenset({13})})[1][0].reason == StopReason.RANGE

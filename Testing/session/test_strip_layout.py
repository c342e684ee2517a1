"""Places of slices along a strip."""

from __future__ import annotations

from itertools import pairwise

import pytest

from SAMSegmenterLib.session.propagation_results import StripSlice
from SAMSegmenterLib.session.strip_layout import StripContent, StripLayout, confidence_colour


def a_slice(index, confidence=0.5):
    return StripSlice(index, confidence, "carried", True, False)


@pytest.mark.parametrize(("first", "last", "width"), [(3, 9, 350), (0, 0, 120), (-40, 700, 333), (5, 104, 100)])
def test_slices_fill_the_strip_from_left_to_right(first, last, width):
    places = StripLayout(first, last, width)
    assert places.left(first) == 0
    lefts = [places.left(index) for index in range(first, last + 2)]
    assert lefts[-1] == width
    assert all(0 <= b - a <= width // places.count + 1 for a, b in pairwise(lefts))
    assert all(places.size(index) >= 1 for index in range(first, last + 1))


@pytest.mark.parametrize(("first", "last", "width"), [(3, 9, 350), (0, 0, 120), (5, 104, 100), (2, 301, 317)])
def test_a_slice_is_found_where_it_is_drawn(first, last, width):
    places = StripLayout(first, last, width)
    assert [places.index_at(places.middle(index)) for index in range(first, last + 1)] == list(range(first, last + 1))


def test_beyond_the_ends_the_outermost_slices_are_meant():
    places = StripLayout(3, 9, 350)
    assert [places.index_at(x) for x in (-20, 350, 9999)] == [3, 9, 9]


def test_of_slices_that_share_a_pixel_the_worst_is_drawn():
    places = StripLayout(0, 399, 100)
    slices = [a_slice(index, 0.2 if index == 202 else 0.9) for index in range(400)]
    drawn = places.one_per_place(slices)
    assert len(drawn) == 100
    assert [one.index for one in drawn if one.confidence == 0.2] == [202]


def test_a_strip_reaches_from_the_first_to_the_last_slice_that_is_known():
    assert StripContent().ends is None
    content = StripContent((a_slice(5), a_slice(6)), frozenset({4}), frozenset({9}), shown=1)
    assert content.ends == (4, 9)
    assert content.slice_at(6).index == 6 and content.slice_at(7) is None


def test_colours_differ_in_brightness_not_only_in_hue():
    def brightness(colour):
        return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]

    for on_dark, ground in ((False, 255), (True, 30)):
        poor, fair, good = (brightness(confidence_colour(value, on_dark)) for value in (0.2, 0.6, 0.9))
        assert abs(poor - fair) > 30 and abs(fair - good) > 30
        assert all(abs(value - ground) > 60 for value in (poor, fair, good))

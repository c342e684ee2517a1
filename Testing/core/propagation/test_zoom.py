"""The part of a slice that the model is shown."""

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation.zoom import around_all, part_shown, whole
from support.masks import rectangle

SHAPE = (200, 240)
SMALL = (slice(90, 110), slice(100, 130))


def test_all_of_a_slice():
    assert whole(SHAPE) == (slice(0, 200), slice(0, 240))


def test_the_box_around_several_masks():
    masks = [rectangle(SHAPE, 10, 20, 30, 40), rectangle(SHAPE, 5, 35, 12, 60)]
    assert around_all(iter(masks)) == (slice(20, 61), slice(5, 31))


def test_a_small_structure_is_in_the_middle_of_a_square_whose_sides_are_multiples_of_eight():
    part = part_shown(SMALL, SHAPE, 2.0)
    assert part == (slice(64, 136), slice(80, 152))


@pytest.mark.parametrize("zoom", [1.5, 2.0, 4.0])
@pytest.mark.parametrize("corner", [(0, 0), (196, 0), (0, 230), (190, 228)])
def test_the_structure_and_what_surrounds_it_lie_inside(zoom, corner):
    structure = tuple(slice(at, min(at + 10, count)) for at, count in zip(corner, SHAPE, strict=True))
    part = part_shown(structure, SHAPE, zoom)
    for inner, outer, count in zip(structure, part, SHAPE, strict=True):
        assert outer.start == 0 or inner.start - outer.start >= 12
        assert outer.stop == count or outer.stop - inner.stop >= 12
        assert 0 <= outer.start < outer.stop <= count


def test_large_structures_and_no_zoom_show_the_whole_slice():
    assert part_shown((slice(20, 180), slice(30, 200)), SHAPE, 2.0) == whole(SHAPE)
    assert part_shown(SMALL, SHAPE, 0) == whole(SHAPE)


def test_the_part_before_is_kept_while_the_structure_lies_well_inside():
    before = part_shown(SMALL, SHAPE, 2.0)
    near = tuple(slice(axis.start + 5, axis.stop + 5) for axis in SMALL)
    far = tuple(slice(axis.start + 25, axis.stop + 25) for axis in SMALL)
    assert part_shown(near, SHAPE, 2.0, before) == before
    assert part_shown(far, SHAPE, 2.0, before) == part_shown(far, SHAPE, 2.0) != before


def test_a_part_that_became_far_too_large_is_left():
    before = part_shown((slice(70, 120), slice(80, 130)), SHAPE, 2.0)
    tiny = (slice(94, 97), slice(104, 107))
    assert part_shown(tiny, SHAPE, 2.0, before) == part_shown(tiny, SHAPE, 2.0) != before


def test_a_slice_smaller_than_any_part_is_shown_whole():
    assert part_shown((slice(3, 5), slice(3, 5)), (9, 11), 2.0) == whole((9, 11))
    assert np.prod([axis.stop for axis in whole((9, 11))]) == 99

"""Grey values of the structure and of what surrounds it."""

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation.appearance import Appearance, grey_of, reach_of
from SAMSegmenterLib.core.propagation.shape import signed_distance
from support.masks import disk, rectangle


def seen(inside=200, beside=40, far=120):
    mask = disk((60, 60), (30, 30), 8)
    grey = np.full(mask.shape, far, np.uint8)
    grey[disk((60, 60), (30, 30), 15)] = beside
    grey[mask] = inside
    return grey, mask


def test_grey_is_the_brightness_and_holds_no_colours_in_memory():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    found = grey_of(np.repeat(grey[..., None], 3, axis=2))
    assert np.array_equal(found, grey) and found.flags.c_contiguous
    assert (found if found.base is None else found.base).nbytes == grey.nbytes
    assert grey_of(np.array([[[10, 20, 33]]], np.uint8)).tolist() == [[21]]


def test_histograms_are_of_the_inside_and_of_a_ring_around_it():
    grey, mask = seen()
    one = Appearance.of(grey, mask)
    assert one.inside.argmax() == 200 >> 3 and one.beside.argmax() == 40 >> 3
    assert one.inside.sum() == pytest.approx(1) and one.beside.sum() == pytest.approx(1)
    assert one.beside[120 >> 3] < 1e-3


def test_the_ring_begins_behind_the_next_pixel_and_ends_at_the_reach():
    mask = rectangle((1, 60), 0, 0, 4, 0)
    grey = np.full(mask.shape, 248, np.uint8)
    assert reach_of(np.sqrt(5 / np.pi)) == 4.0
    grey[0, 6:9] = 0  # 2, 3 and 4 pixels away
    beside = Appearance.of(grey, mask).beside
    assert beside[31] == beside[16] < beside[0] / 5
    assert beside[0] / beside[31] == pytest.approx((3 * 0.6995 + 0.3) / 0.3, rel=0.01)  # smoothed over the bins


def test_what_fills_its_part_has_nothing_beside_it_and_no_warning():
    one = Appearance.of(np.full((5, 6), 80, np.uint8), np.ones((5, 6), bool))
    assert np.allclose(one.beside, 1 / 32) and one.inside.argmax() == 10


def test_newer_slices_count_with_their_share():
    first, second = Appearance(np.full(32, 0.5), np.full(32, 0.1)), Appearance(np.full(32, 1.0), np.full(32, 0.3))
    mixed = first.mixed(second, 0.25)
    assert np.allclose(mixed.inside, 0.625) and np.allclose(mixed.beside, 0.15)


def test_the_likelihood_tells_inside_from_beside_and_is_limited():
    grey, mask = seen()
    found = Appearance.of(grey, mask).likelihood(grey)
    assert found.dtype == np.float32
    assert found[30, 30] == pytest.approx(3, abs=1e-3) and found[30, 18] == pytest.approx(-3, abs=1e-3)
    assert np.abs(found).max() <= 3 + 1e-6


def test_without_contrast_the_likelihood_says_nothing():
    mask = disk((60, 60), (30, 30), 8)
    grey = np.full(mask.shape, 77, np.uint8)
    found = Appearance.of(grey, mask).likelihood(grey)
    assert np.abs(found).max() < 0.1


@pytest.mark.parametrize("place", [(30, 30), (2, 3), (59, 20)])
def test_the_same_is_seen_where_the_distance_is_known(place):
    grey = np.random.default_rng(1).integers(0, 256, (60, 60)).astype(np.uint8)
    mask = disk((60, 60), place, 8)
    first, second = Appearance.of(grey, mask), Appearance.around(grey, signed_distance(mask))
    assert np.array_equal(first.inside, second.inside) and np.array_equal(first.beside, second.beside)

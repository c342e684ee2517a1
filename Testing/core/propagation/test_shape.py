"""Outlines that travel: distances, motion, parts."""

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation.shape import (
    centroid,
    moved,
    parts_touching,
    radius,
    region_around,
    signed_distance,
)
from support.masks import blob, rectangle


def slow_distance(mask):
    """To the nearest pixel of the other kind, less the half pixel to the border between them, one by one."""
    result = np.empty(mask.shape)
    for at in np.ndindex(mask.shape):
        others = np.argwhere(mask != mask[at])
        apart = np.sqrt(((others - at) ** 2).sum(axis=1)).min() - 0.5
        result[at] = apart if mask[at] else -apart
    return result


@pytest.mark.parametrize("seed", range(4))
def test_the_signed_distance_is_that_of_a_plain_search(seed):
    mask = blob(np.random.default_rng(seed), (17, 23), smooth=1.5)
    found = signed_distance(mask)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, slow_distance(mask), rtol=1e-6)


@pytest.mark.parametrize(
    "mask",
    [rectangle((9, 12), 0, 0, 4, 8), rectangle((9, 12), 5, 0, 5, 8), rectangle((9, 12), 11, 8, 11, 8), np.eye(9) > 0],
)
def test_structures_at_the_border_and_one_pixel_wide_have_the_distance_of_a_plain_search(mask):
    np.testing.assert_allclose(signed_distance(mask), slow_distance(mask), rtol=1e-6)


def test_where_there_is_no_outline_the_distance_is_large():
    assert (signed_distance(np.ones((3, 4), bool)) == 99).all()
    assert (signed_distance(np.zeros((3, 4), bool)) == -99).all()


def test_a_distance_moves_by_whole_and_by_half_pixels():
    ramp = np.tile(np.arange(6, dtype=np.float32), (5, 1))
    np.testing.assert_allclose(moved(ramp, np.array([0.0, 2.0])), np.maximum(ramp - 2, 0))
    np.testing.assert_allclose(moved(ramp, np.array([1.0, -0.5])), np.minimum(ramp + 0.5, 5))


def test_a_motion_too_small_to_see_changes_nothing():
    ramp = np.tile(np.arange(6, dtype=np.float32), (5, 1))
    assert moved(ramp, np.array([0.05, -0.05])) is ramp


def test_the_centre_is_the_mean_of_rows_and_columns():
    mask = np.zeros((8, 9), bool)
    mask[2, 3] = mask[2, 4] = mask[5, 8] = True
    assert centroid(mask).tolist() == [3.0, 5.0]


def test_the_radius_is_that_of_the_disc_of_the_same_area():
    assert radius(rectangle((20, 20), 3, 3, 12, 12)) == pytest.approx(np.sqrt(100 / np.pi))
    assert radius(np.zeros((4, 4), bool)) == 0


def test_a_region_ends_where_the_slice_does():
    assert region_around(rectangle((10, 20), 5, 2, 8, 4), 2) == (slice(0, 7), slice(3, 11))
    assert region_around(rectangle((10, 20), 17, 8, 19, 9), 3) == (slice(5, 10), slice(14, 20))


def test_parts_that_touch_are_kept_but_for_crumbs():
    large, small, apart = (
        rectangle((20, 30), 0, 0, 9, 9),
        rectangle((20, 30), 12, 0, 13, 1),
        rectangle((20, 30), 20, 0, 29, 9),
    )
    other = rectangle((20, 30), 5, 0, 13, 3)
    assert np.array_equal(parts_touching(large | small | apart, other), large)
    assert np.array_equal(parts_touching(large | small | apart, other, least_share=0.04), large | small)


def test_without_a_touching_part_or_with_one_alone_the_mask_stays():
    mask = rectangle((20, 30), 0, 0, 3, 3) | rectangle((20, 30), 10, 10, 12, 12)
    assert np.array_equal(parts_touching(mask, rectangle((20, 30), 20, 15, 25, 18)), mask)
    one = rectangle((20, 30), 0, 0, 3, 3)
    assert np.array_equal(parts_touching(one, np.zeros_like(one)), one)

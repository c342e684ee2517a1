"""Two masks become one."""

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation.fusion import dice_of, fused
from SAMSegmenterLib.core.propagation.shape import signed_distance
from support.masks import blob, disk, rectangle

EMPTY = np.zeros((30, 40), bool)


def test_half_way_between_two_columns_lies_the_one_in_the_middle():
    first, second = rectangle((30, 40), 10, 0, 19, 29), rectangle((30, 40), 14, 0, 23, 29)
    assert np.array_equal(fused(first, second, 0.5), rectangle((30, 40), 12, 0, 21, 29))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_at_the_ends_it_is_one_of_both(share):
    first, second = disk((30, 40), (15, 14), 8), disk((30, 40), (22, 15), 5)
    assert np.array_equal(fused(first, second, share), second if share else first)


def test_an_empty_mask_is_left_out():
    mask = disk((30, 40), (15, 14), 8)
    assert np.array_equal(fused(mask, EMPTY, 0.9), mask) and np.array_equal(fused(EMPTY, mask, 0.1), mask)
    assert not fused(EMPTY, EMPTY, 0.5).any()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_it_is_where_the_weighted_distances_of_whole_slices_are_above_zero(seed, share):
    rng = np.random.default_rng(seed)
    first, second = blob(rng, (30, 40)), blob(rng, (30, 40))
    expected = (1 - share) * signed_distance(first) + share * signed_distance(second) > 0
    assert np.array_equal(fused(first, second, share), expected)


@pytest.mark.parametrize("share", [0.3, 0.45, 0.55, 0.7])
def test_of_masks_that_do_not_meet_the_heavier_one_is_left(share):
    first, second = disk((30, 40), (8, 8), 4), disk((30, 40), (30, 20), 6)
    assert np.array_equal(fused(first, second, share), second if share > 0.5 else first)


def test_masks_that_hardly_meet_leave_no_sliver():
    first, second = rectangle((30, 40), 2, 4, 13, 15), rectangle((30, 40), 15, 4, 26, 15)
    between = 0.6 * signed_distance(first) + 0.4 * signed_distance(second) > 0
    assert 0 < between.sum() < 0.5 * first.sum()
    assert np.array_equal(fused(first, second, 0.4), first)


def test_masks_that_fill_the_slice_are_no_trouble():
    full = np.ones((30, 40), bool)
    assert fused(full, full, 0.5).all()


def test_agreement_by_hand():
    first, second = rectangle((30, 40), 0, 0, 3, 0), rectangle((30, 40), 2, 0, 7, 0)
    assert dice_of(first, second) == pytest.approx(2 * 2 / 10)
    assert dice_of(EMPTY, EMPTY) == 1 and dice_of(first, EMPTY) == 0

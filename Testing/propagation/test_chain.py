"""A chain of masks: made once, outwards from the seed, and cut where neighbours overlap too little."""

import numpy as np

from SAMBenchmarkLib.propagation.chain import Chain
from support.masks import rectangle

SEED = rectangle((10, 20), 2, 2, 11, 6)


def shifted(step):
    """Every slice moves the neighbour's mask to the right; notes where it was asked."""
    asked = []

    def carry(index, before):
        asked.append(index)
        return np.roll(before, step, axis=1)

    return Chain(5, SEED, carry), asked


def test_masks_come_from_the_neighbour_on_the_seeds_side():
    chain, asked = shifted(1)
    masks = chain.within(3, 7)
    assert list(masks) == [3, 4, 5, 6, 7] and masks[5] is SEED
    assert np.array_equal(masks[7], np.roll(SEED, 2, 1)) and np.array_equal(masks[3], np.roll(SEED, 2, 1))
    chain.within(4, 7)
    assert sorted(asked) == [3, 4, 6, 7]


def test_a_range_beside_the_seed_is_reached_through_the_slices_between():
    chain, asked = shifted(1)
    assert list(chain.within(8, 9)) == [8, 9] and asked == [6, 7, 8, 9]


def test_too_little_overlap_ends_a_direction_and_does_not_count():
    chain, _ = shifted(2)  # 8 of 12 columns are common: 0.667
    assert list(chain.until_overlap_below(0.6, 0, 9)) == list(range(10))
    assert list(chain.until_overlap_below(0.7, 0, 9)) == [5]


def test_an_empty_mask_ends_a_direction():
    chain = Chain(5, SEED, lambda index, before: np.zeros_like(SEED) if index > 6 else before)
    assert list(chain.until_overlap_below(0.5, 3, 9)) == [3, 4, 5, 6]

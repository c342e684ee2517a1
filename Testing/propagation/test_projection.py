"""Projection to the neighbours, with the overlap that ends it."""

import numpy as np
import pytest

from SAMBenchmarkLib.propagation.projection import PROJECTIONS, Projection, projection_chain
from SAMBenchmarkLib.propagation.projection_prompts import MODES


@pytest.mark.parametrize("mode", MODES)
def test_a_column_is_found_and_its_ends_are_seen(some_slices, a_column, mode):
    seed = a_column()[1].layers[0][8] == 1
    chain = projection_chain(some_slices, 8, seed, mode, 0.05)
    masks = chain.until_overlap_below(0.8, 0, 19)
    assert list(masks) == list(range(4, 16))
    assert all(np.array_equal(mask, seed) for mask in masks.values())


def test_an_empty_neighbour_gives_an_empty_mask(some_slices):
    chain = projection_chain(some_slices, 8, np.zeros((40, 40), bool), "box", 0.05)
    assert not chain.mask(9).any() and list(chain.until_overlap_below(0.5, 0, 19)) == [8]


def test_the_documented_sets_are_there():
    assert Projection("single_point", 0.5, 0.05) in PROJECTIONS
    assert Projection("box", 0.8, 0.025) in PROJECTIONS and Projection("mask", 0.8, 0.025) in PROJECTIONS
    assert Projection("single_point", 0.6, 0.025) in PROJECTIONS
    assert len({one.name for one in PROJECTIONS}) == len(PROJECTIONS) == 12

"""The same prompt on every slice, from end to end."""

import numpy as np

from SAMBenchmarkLib.propagation.same_prompt import same_prompt
from SAMSegmenterLib.core.prompts import Prompts


def test_every_slice_of_the_volume_gets_the_same_box_and_nothing_stops_it(some_slices, a_column):
    box = Prompts.of(box=(8, 10, 19, 21))
    seed = a_column()[1].layers[0][8] == 1
    masks = same_prompt(some_slices, 8, seed, box).within(0, 19)
    inside = [index for index, mask in masks.items() if np.array_equal(mask, seed)]
    assert inside == list(range(4, 16))
    assert all(masks[index].any() for index in (0, 3, 16, 19))


def test_the_candidate_of_highest_score_is_taken(some_slices, a_column):
    seed = a_column()[1].layers[0][8] == 1
    wide = Prompts.of(box=(6, 8, 21, 23))  # 144 of 256 pixels are the column's
    assert np.array_equal(same_prompt(some_slices, 8, seed, wide).mask(9), seed)

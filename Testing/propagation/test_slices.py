"""The slices of a case before the model."""

import numpy as np

from SAMSegmenterLib.core.prompts import Prompts

BOX = Prompts.of(box=(8, 10, 19, 21))


def test_slices_are_shown_as_the_window_says(some_slices, a_column):
    image = some_slices.image(8)
    assert image.shape == (40, 40, 3) and np.array_equal(image[..., 0], a_column()[0].array[8])
    assert (some_slices.first, some_slices.last, some_slices.shape, some_slices.mask_size) == (0, 19, (40, 40), 64)


def test_three_candidates_or_the_single_mask(some_slices, a_column):
    expected = a_column()[1].layers[0][8] == 1
    assert len(some_slices.candidates(8, BOX)) == 3
    assert np.array_equal(some_slices.single_mask(8, BOX), expected)

"""Arrays by their shapes."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.arrays import as_mask, same_shape, unpacked
from SAMSegmenterLib.core.errors import InputError


def test_a_packed_mask_comes_back_whole():
    mask = np.random.default_rng(0).random((13, 11)) < 0.5
    back = unpacked(np.packbits(mask), mask.shape)
    assert back.dtype == bool and np.array_equal(back, mask)


def test_any_number_but_zero_is_inside_a_mask():
    assert as_mask(np.array([[0, 3], [-1, 0]])).tolist() == [[False, True], [True, False]]
    with pytest.raises(InputError, match="two dimensions"):
        as_mask(np.zeros((2, 2, 2)))


def test_other_shapes_are_named():
    with pytest.raises(InputError, match=r"\(2, 3\) and \(3, 2\)"):
        same_shape(np.zeros((2, 3)), np.zeros((3, 2)), "The masks")

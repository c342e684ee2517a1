import numpy as np
import pytest

from SAMSegmenterLib.core.mask_box import area, box_of


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_the_box_holds_all_that_is_not_zero_and_no_more(dtype):
    values = np.zeros((30, 40), dtype)
    values[5, 11] = values[20, 7] = values[12, 33] = 1
    assert box_of(values) == (7, 5, 34, 21)
    assert area(box_of(values)) == 27 * 16


def test_a_full_mask_is_its_own_box_and_an_empty_one_has_none():
    assert box_of(np.ones((3, 4), bool)) == (0, 0, 4, 3)
    assert box_of(np.zeros((3, 4), bool)) == (0, 0, 0, 0) and area((0, 0, 0, 0)) == 0

import numpy as np
import pytest

from SAMSegmenterLib.core.mask_box import area, box_of, filled_span


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_the_box_holds_all_that_is_not_zero_and_no_more(dtype):
    values = np.zeros((30, 40), dtype)
    values[5, 11] = values[20, 7] = values[12, 33] = 1
    assert box_of(values) == (7, 5, 34, 21)
    assert area(box_of(values)) == 27 * 16


def test_a_mask_that_touches_all_borders_fills_its_box():
    mask = np.zeros((5, 7), bool)
    mask[0, 3] = mask[4, 2] = mask[2, 0] = mask[1, 6] = True
    assert box_of(mask) == (0, 0, 7, 5)
    mask[1, 6] = False
    assert box_of(mask) == (0, 0, 4, 5)


def test_a_full_mask_is_its_own_box_and_an_empty_one_has_none():
    assert box_of(np.ones((3, 4), bool)) == (0, 0, 4, 3)
    assert box_of(np.zeros((3, 4), bool)) == (0, 0, 0, 0) and area((0, 0, 0, 0)) == 0


@pytest.mark.parametrize("part", [np.s_[:, :, :], np.s_[1:3, 2:4, 5:6], np.s_[0:2, 4:, :1], np.s_[2:2, :, :]])
def test_a_span_holds_all_that_is_not_zero_along_an_axis(part):
    block = np.zeros((4, 6, 8), np.uint8)
    block[part] = 1
    for axis in range(3):
        places = np.nonzero(block)[axis]
        assert filled_span(block, axis) == ((places.min(), places.max()) if len(places) else None)
    assert filled_span(np.zeros((0, 6, 8)), 0) is None

import numpy as np
import pytest

from SAMBenchmarkLib.core.regions import as_boolean, bounding_region


@pytest.mark.parametrize("shape", [(9,), (7, 12), (5, 6, 7)])
def test_the_region_is_what_argwhere_finds(shape):
    rng = np.random.default_rng(3)
    for _ in range(30):
        mask = rng.random(shape) > 0.9
        mask[(0,) * len(shape)] = False
        mask[tuple(size // 2 for size in shape)] = True
        where = np.argwhere(mask)
        expected = tuple(slice(a, b + 1) for a, b in zip(where.min(0), where.max(0), strict=True))
        assert bounding_region(mask) == expected


def test_an_empty_mask_has_no_region():
    assert bounding_region(np.zeros((3, 4), bool)) is None


def test_any_value_but_zero_is_inside():
    assert as_boolean(np.array([0, 1, 255, -1])).tolist() == [False, True, True, True]


def test_boolean_arrays_are_passed_on_without_a_copy():
    mask = np.ones((2, 2), bool)
    assert as_boolean(mask) is mask

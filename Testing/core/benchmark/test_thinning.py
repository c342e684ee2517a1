import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.thinning import thinned
from support.masks import disk, edge_cases, rectangle

EVERY = np.ones((3, 3), bool)


def pixel_by_pixel(mask):
    """The two conditions of the paper, written out for P2 (north) to P9 (north-west)."""
    values = np.pad(mask, 1).astype(int)
    while True:
        gone = 0
        for half in (0, 1):
            taken = []
            for y, x in zip(*np.nonzero(values), strict=True):
                p = [values[y - 1, x], values[y - 1, x + 1], values[y, x + 1], values[y + 1, x + 1],
                     values[y + 1, x], values[y + 1, x - 1], values[y, x - 1], values[y - 1, x - 1]]  # fmt: skip
                turns = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
                zero = (
                    (p[0] * p[2] * p[4], p[2] * p[4] * p[6]) if not half else (p[0] * p[2] * p[6], p[0] * p[4] * p[6])
                )
                if 2 <= sum(p) <= 6 and turns == 1 and not any(zero):
                    taken.append((y, x))
            for place in taken:
                values[place] = 0
            gone += len(taken)
        if not gone:
            return values[1:-1, 1:-1].astype(bool)


@pytest.mark.parametrize("seed", range(4))
def test_random_shapes_are_thinned_as_pixel_by_pixel(seed):
    mask = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(40, 50)), 3) > 0.02
    np.testing.assert_array_equal(thinned(mask), pixel_by_pixel(mask))


@pytest.mark.parametrize("name", edge_cases())
def test_a_skeleton_lies_within_the_mask_and_keeps_its_parts(name):
    mask = edge_cases()[name]
    skeleton = thinned(mask)
    assert not (skeleton & ~mask).any()
    assert ndimage.label(skeleton, EVERY)[1] <= ndimage.label(mask, EVERY)[1]
    assert skeleton.any() == mask.any()


def test_a_bar_becomes_a_line_and_a_line_stays():
    bar = thinned(rectangle((20, 60), 5, 6, 50, 12))
    assert bar.any() and set(np.nonzero(bar)[0].tolist()) == {9}
    line = rectangle((9, 30), 3, 4, 25, 4)
    np.testing.assert_array_equal(thinned(line), line)


def test_nothing_is_left_of_nothing_and_the_input_is_not_changed():
    assert not thinned(np.zeros((5, 6), bool)).any()
    mask = disk((30, 30), (15, 15), 9)
    before = mask.copy()
    thinned(mask)
    np.testing.assert_array_equal(mask, before)

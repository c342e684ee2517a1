import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.thinning import thinned
from support.masks import disk, edge_cases, rectangle

EVERY = np.ones((3, 3), bool)


def pixel_by_pixel(mask):
    """Conditions a to c of the paper, written out for P2 (north) to P9 (north-west)."""
    values = np.pad(mask, 1).astype(bool)
    while True:
        gone = 0
        for half in (0, 1):
            taken = []
            for y, x in zip(*np.nonzero(values), strict=True):
                p2, p3, p4, p5, p6, p7, p8, p9 = (
                    *(values[y - 1, x], values[y - 1, x + 1], values[y, x + 1], values[y + 1, x + 1]),
                    *(values[y + 1, x], values[y + 1, x - 1], values[y, x - 1], values[y - 1, x - 1]),
                )
                turns = sum(not a and (b or c) for a, b, c in ((p2, p3, p4), (p4, p5, p6), (p6, p7, p8), (p8, p9, p2)))
                pairs = sum((p9 or p2, p3 or p4, p5 or p6, p7 or p8)), sum((p2 or p3, p4 or p5, p6 or p7, p8 or p9))
                stays = (p2 or p3 or not p5) and p4 if not half else (p6 or p7 or not p9) and p8
                if turns == 1 and 2 <= min(pairs) <= 3 and not stays:
                    taken.append((y, x))
            for place in taken:
                values[place] = False
            gone += len(taken)
        if not gone:
            return values[1:-1, 1:-1]


@pytest.mark.parametrize("seed", range(4))
def test_random_shapes_are_thinned_as_pixel_by_pixel(seed):
    mask = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(40, 50)), 3) > 0.02
    np.testing.assert_array_equal(thinned(mask), pixel_by_pixel(mask))


@pytest.mark.parametrize("name", edge_cases())
def test_a_skeleton_lies_within_the_mask_and_keeps_its_parts(name):
    mask = edge_cases()[name]
    skeleton = thinned(mask)
    assert not (skeleton & ~mask).any()
    assert ndimage.label(skeleton, EVERY)[1] == ndimage.label(mask, EVERY)[1]


@pytest.mark.parametrize("radius", np.arange(0.75, 9, 0.25))
def test_disks_of_even_width_do_not_vanish(radius):
    rows, columns = np.mgrid[:20, :20]
    assert thinned((rows - 9.5) ** 2 + (columns - 9.5) ** 2 <= radius**2).any()


def test_a_thick_diagonal_keeps_its_length():
    diagonal = np.eye(24, dtype=bool) | np.eye(24, k=1, dtype=bool)
    assert np.count_nonzero(thinned(diagonal)) >= 22


@pytest.mark.parametrize("seed", range(20))
def test_parts_stay_apart_and_whole(seed):
    mask = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(40, 40)), seed % 4) > 0.02
    assert ndimage.label(thinned(mask), EVERY)[1] == ndimage.label(mask, EVERY)[1]


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

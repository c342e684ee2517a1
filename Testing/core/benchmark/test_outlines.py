import numpy as np
import pytest

from SAMBenchmarkLib.core.outlines import largest_outline
from support.masks import disk, rectangle


def test_a_worked_outline_runs_clockwise_from_its_first_pixel():
    assert largest_outline(rectangle((9, 9), 3, 2, 5, 3)).tolist() == [[3, 2], [4, 2], [5, 2], [5, 3], [4, 3], [3, 3]]


def test_a_pixel_is_its_own_outline_and_an_empty_mask_has_none():
    assert largest_outline(rectangle((9, 9), 5, 4, 5, 4)).tolist() == [[5, 4]]
    assert largest_outline(np.zeros((9, 9), bool)).shape == (0, 2)


def test_a_line_is_passed_on_both_ways():
    assert largest_outline(rectangle((5, 9), 3, 2, 5, 2)).tolist() == [[3, 2], [4, 2], [5, 2], [4, 2]]


def test_holes_are_ignored_and_count_for_the_size_of_a_part():
    ring = disk((60, 90), (30, 30), 20) & ~disk((60, 90), (30, 30), 18)
    solid = rectangle((60, 90), 62, 20, 82, 42)
    assert solid.sum() > ring.sum()
    assert largest_outline(ring | solid).tolist() == largest_outline(disk((60, 90), (30, 30), 20)).tolist()


def test_an_object_that_fills_the_image_is_outlined_along_its_edge():
    chain = largest_outline(np.ones((4, 6), bool))
    assert len(chain) == 2 * (4 + 6) - 4 and len(np.unique(chain, axis=0)) == len(chain)


@pytest.mark.parametrize("seed", range(40))
def test_random_outlines_are_those_of_opencv(seed):
    cv2 = pytest.importorskip("cv2")
    from scipy import ndimage

    rng = np.random.default_rng(seed)
    mask = ndimage.gaussian_filter(rng.normal(size=(40, 50)), rng.uniform(0.5, 3)) > 0.02
    chain = sorted(map(tuple, largest_outline(mask).tolist()))
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    assert chain in [sorted(map(tuple, contour[:, 0].tolist())) for contour in found]

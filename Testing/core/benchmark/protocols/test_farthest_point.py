import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.protocols.farthest_point import farthest_point, farthest_points
from support.slice_models import square


def brute_force(region):
    """All pixels with the largest distance to one outside, by looking at every pair; beyond the image is outside."""
    padded = np.pad(region, 1)
    outside = np.argwhere(~padded)
    inside = np.argwhere(padded)
    nearest = ((inside[:, None] - outside[None]) ** 2).sum(axis=2).min(axis=1)
    return {(int(x) - 1, int(y) - 1) for y, x in inside[nearest == nearest.max()]}


def test_the_tie_set_is_that_of_every_pair_of_pixels():
    rng = np.random.default_rng(1)
    for _ in range(30):
        region = ndimage.gaussian_filter(rng.random((13, 17)), rng.uniform(0.4, 2)) > 0.5
        assert set(farthest_points(region)) == brute_force(region)


def test_the_approximation_gives_the_tie_set_of_opencv():
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    rng = np.random.default_rng(2)
    for _ in range(30):
        region = ndimage.gaussian_filter(rng.random((23, 31)), rng.uniform(0.6, 3)) > 0.5
        depth = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
        expected = {(int(x), int(y)) for y, x in np.argwhere(depth == depth.max())}
        assert set(farthest_points(region, "cv2_5x5")) == expected


def test_the_edge_of_the_image_counts_as_outside():
    assert farthest_points(square((5, 9), 0, 0, 4, 8)) == [(x, 2) for x in range(2, 7)]


@pytest.mark.parametrize("distance", ["exact", "cv2_5x5"])
def test_a_single_row_is_a_tie_of_all_its_pixels(distance):
    assert farthest_points(square((4, 6), 2, 1, 2, 4), distance) == [(1, 2), (2, 2), (3, 2), (4, 2)]


def test_ties_are_drawn_by_lot_and_an_empty_region_has_no_point():
    row, rng = square((4, 6), 2, 1, 2, 4), np.random.default_rng(0)
    assert {farthest_point(row, "exact", rng) for _ in range(60)} == set(farthest_points(row))
    assert farthest_point(np.zeros((4, 6), bool), "exact", rng) is None

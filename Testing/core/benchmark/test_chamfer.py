import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.chamfer import chamfer_5x5


def test_a_knights_move_and_a_diagonal_are_the_shortest_ways():
    mask = np.ones((7, 7), bool)
    mask[3, 3] = False
    depth = chamfer_5x5(mask)
    assert depth[3] == pytest.approx([3, 2, 1, 0, 1, 2, 3], abs=1e-4)
    assert (depth[2, 2], depth[1, 2], depth[0, 0]) == pytest.approx((1.4, 2.1969, 4.2), abs=1e-4)


@pytest.mark.parametrize("blur", [0.6, 1.5, 4.0])
def test_it_equals_opencv_on_ragged_shapes(blur):
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    rng = np.random.default_rng(3)
    for _ in range(20):
        mask = np.pad(ndimage.gaussian_filter(rng.random((33, 47)), blur) > 0.5, 1)
        expected = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
        np.testing.assert_allclose(chamfer_5x5(mask), expected, atol=1e-4)


def test_without_any_background_all_pixels_are_equally_far():
    assert len(np.unique(chamfer_5x5(np.ones((4, 6), bool)))) == 1
    assert not chamfer_5x5(np.zeros((4, 6), bool)).any()

"""Values between pixels."""

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.core.propagation.interpolation import linear


def test_values_between_four_pixels_by_hand():
    values = np.array([[0, 4], [8, 20]], np.float32)
    found = linear(values, np.array([0.5]), np.array([0.25, 1.0]))
    assert found.tolist() == [[6.0, 12.0]]


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (7, 1), (8, 5)])
def test_it_is_bilinear_and_the_border_goes_on(shape):
    rng = np.random.default_rng(1)
    values = rng.normal(size=shape).astype(np.float32)
    rows, columns = rng.uniform(-3, shape[0] + 2, 11), rng.uniform(-3, shape[1] + 2, 13)
    expected = ndimage.map_coordinates(values, np.meshgrid(rows, columns, indexing="ij"), order=1, mode="nearest")
    found = linear(values, rows, columns)
    assert found.dtype == np.float32 and found.shape == (11, 13)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_no_position_gives_no_value():
    assert linear(np.ones((3, 3), np.float32), np.arange(0), np.arange(2)).shape == (0, 2)

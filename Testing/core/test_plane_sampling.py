"""Planes are interpolated from small copies, the same to the last bit however they are divided."""

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.core import plane_sampling
from SAMSegmenterLib.core.plane_sampling import sample_plane


def tilted(scale=0.7, degrees=(40, 25), start=(3.0, -5.0, 2.0)):
    first, second = np.radians(degrees)
    matrix = np.eye(4)
    matrix[:3, 0] = scale * np.array([np.cos(first), 0, np.sin(first)])
    matrix[:3, 1] = scale * np.array([0, np.cos(second), np.sin(second)])
    matrix[:3, 3] = start
    return matrix


def random_array(dtype, shape=(60, 70, 80), colours=()):
    return np.random.default_rng(0).integers(0, 250, (*shape, *colours)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("tile", [5, 16, 10_000])
def test_the_division_into_tiles_changes_no_bit(monkeypatch, dtype, tile):
    array = random_array(dtype)
    monkeypatch.setattr(plane_sampling, "_ROOMY", 10_000)
    whole = sample_plane(array, tilted(), (90, 100)).pixels()
    monkeypatch.setattr(plane_sampling, "_ROOMY", 0)
    monkeypatch.setattr(plane_sampling, "_TILE", tile)
    sample = sample_plane(array, tilted(), (90, 100))
    assert len(sample.pieces) == (1 if tile > 100 else -(-90 // tile) * -(-100 // tile))
    np.testing.assert_array_equal(sample.pixels(), whole)
    assert whole.dtype == dtype


def test_values_are_those_of_an_interpolation_in_the_whole_array():
    array, matrix = random_array(np.float64), tilted()
    pixels = sample_plane(array, matrix, (50, 60)).pixels()
    x, y = np.meshgrid(np.arange(60), np.arange(50))
    kji = np.stack([matrix[axis, 0] * x + matrix[axis, 1] * y + matrix[axis, 3] for axis in (2, 1, 0)])
    expected = ndimage.map_coordinates(array, kji, order=1, mode="grid-constant", cval=array.min())
    np.testing.assert_allclose(pixels, expected, atol=1e-9)


def test_colours_are_interpolated_one_by_one():
    array = random_array(np.uint8, colours=(3,))
    pixels = sample_plane(array, tilted(), (50, 60)).pixels()
    assert pixels.shape == (50, 60, 3)
    for channel in range(3):
        alone = sample_plane(array[..., channel], tilted(), (50, 60))
        alone = plane_sampling.PlaneSample(alone.pixel_to_ijk, alone.shape, alone.pieces, float(array.min()))
        np.testing.assert_array_equal(pixels[..., channel], alone.pixels())


def test_a_tilted_plane_copies_a_small_part_of_a_large_volume():
    array = np.zeros((300, 256, 256), np.int8)
    sample = sample_plane(array, tilted(1.0, (45, 45), (0, 0, 0)), (256, 256))
    copied = sum(piece.block.nbytes for piece in sample.pieces)
    assert copied < array.nbytes / 3


def test_later_changes_of_the_array_do_not_show():
    array = random_array(np.int16)
    sample = sample_plane(array, tilted(), (50, 60))
    before = sample.pixels()
    array[:] = -1
    np.testing.assert_array_equal(sample.pixels(), before)

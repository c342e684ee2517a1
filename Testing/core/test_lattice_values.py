"""Numbers of a slice on the voxels that it owns."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.lattice_values import values_on_lattice
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from support.phantoms import matrix

SHAPE = (5, 6, 7)


def lattice_of(volume):
    k, j, i = volume.shape_kji
    return Lattice(volume.ijk_to_ras, (0, i - 1, 0, j - 1, 0, k - 1))


@pytest.fixture
def volume():
    return Volume(np.zeros(SHAPE, np.int16), matrix((2.0, 1.0, 1.0)))


@pytest.mark.parametrize(("axis", "index"), [(0, 3), (1, 2), (2, 6)])
def test_each_voxel_of_a_slice_gets_the_number_of_its_pixel(axis, index):
    volume = Volume(np.zeros(SHAPE, np.int16), matrix())
    image = slice_grid(volume, SlicePlane.lattice(axis, index))
    values = np.arange(np.prod(image.shape), dtype=np.float32).reshape(image.shape)
    extent, block, inside = values_on_lattice(values, image, volume.ijk_to_ras, lattice_of(volume))
    assert (extent[2 * (2 - axis)], extent[2 * (2 - axis) + 1]) == (index, index)
    assert inside.all()
    assert np.array_equal(np.squeeze(block, axis), values)
    assert block.dtype == np.float32


def test_finer_pixels_give_the_one_at_the_voxels_middle(volume):
    image = slice_grid(volume, SlicePlane.lattice(1, 2))  # rows of 2 mm become two rows of pixels each
    assert image.shape[0] > SHAPE[0]
    values = np.repeat(np.arange(image.shape[0], dtype=np.float32)[:, None], image.shape[1], axis=1)
    _extent, block, _inside = values_on_lattice(values, image, volume.ijk_to_ras, lattice_of(volume))
    assert np.array_equal(block[:, 0, 0], [0, 2, 4, 6, 8])


def test_a_tilted_plane_sets_the_voxels_that_it_touches(volume):
    half = np.sqrt(0.5)
    plane = SlicePlane.oblique((0, 0, 0), (1, 0, 0), (0, half, half), (1.0, 1.0), (7, 8))
    image = slice_grid(volume, plane)
    values = np.ones(image.shape, np.float32)
    _extent, block, inside = values_on_lattice(values, image, volume.ijk_to_ras, lattice_of(volume))
    assert 0 < inside.sum() < inside.size
    assert (block[inside] == 1).all() and (block[~inside] == 0).all()


@pytest.mark.parametrize("as_function", [False, True])
def test_a_shift_between_the_two_is_followed(volume, as_function):
    image = slice_grid(volume, SlicePlane.lattice(0, 1))
    values = np.random.default_rng(0).random(image.shape).astype(np.float32)
    shift = np.eye(4)
    shift[:3, 3] = (1, 0, 0)
    moved = (lambda points: points + shift[:3, 3]) if as_function else shift
    extent, block, inside = values_on_lattice(values, image, volume.ijk_to_ras, lattice_of(volume), moved)
    assert extent == (0, 5, 0, 5, 1, 1)
    assert inside.all()
    assert np.array_equal(block[0], values[:, 1:])


def test_a_slice_beside_the_lattice_has_no_voxel_and_wrong_shapes_are_refused(volume):
    image = slice_grid(volume, SlicePlane.lattice(0, 1))
    far = Lattice(matrix((2.0, 1.0, 1.0), origin_ras=(500, 0, 0)), (0, 6, 0, 5, 0, 4))
    assert values_on_lattice(np.zeros(image.shape), image, volume.ijk_to_ras, far) is None
    with pytest.raises(InputError, match="shape"):
        values_on_lattice(np.zeros((2, 2)), image, volume.ijk_to_ras, lattice_of(volume))


def test_pieces_make_no_difference(volume, monkeypatch):
    from SAMSegmenterLib.core import lattice_values

    image = slice_grid(volume, SlicePlane.oblique((0, 0, 0), (1, 0, 0), (0, 0.6, 0.8), (1.0, 1.0), (7, 8)))
    values = np.random.default_rng(0).random(image.shape).astype(np.float32)
    whole = values_on_lattice(values, image, volume.ijk_to_ras, lattice_of(volume))
    monkeypatch.setattr(lattice_values, "_VOXELS_AT_ONCE", 7)
    pieces = values_on_lattice(values, image, volume.ijk_to_ras, lattice_of(volume))
    assert pieces[0] == whole[0]
    assert np.array_equal(pieces[1], whole[1]) and np.array_equal(pieces[2], whole[2])

"""Slices that propagation walks through."""

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import VolumeStack
from SAMSegmenterLib.core.slicing import SlicePlane
from support.phantoms import matrix


def volume(to_ras=None, shape=(6, 8, 10)):
    return Volume(np.arange(np.prod(shape), dtype=np.int16).reshape(shape), matrix() if to_ras is None else to_ras)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_of_an_axis_are_those_of_the_volume(axis):
    given = volume(matrix((3.0, 2.0, 1.0)))
    stack = VolumeStack(given, SlicePlane.lattice(axis, 4), square_pixels=False)
    assert (stack.first, stack.last) == (0, given.shape_kji[axis] - 1)
    assert stack.spacing_mm == (3.0, 2.0, 1.0)[axis] and np.allclose(stack.drift_yx, 0)
    assert np.array_equal(stack.image(2).pixels, np.take(given.array, 2, axis))
    assert stack.plane(2) == SlicePlane.lattice(axis, 2) and stack.grid(2).shape == stack.image(2).shape


def test_without_spacing_there_is_no_distance_and_no_drift():
    plain = Volume(volume().array)
    stack = VolumeStack(replace(plain, has_spacing=False), SlicePlane.lattice(0, 0))
    assert stack.spacing_mm is None and stack.drift_yx == (0.0, 0.0)


@pytest.mark.parametrize("slant", [-0.7, 0.4])
def test_the_drift_of_a_slanted_stack_is_what_content_along_the_normal_moves_by(slant):
    to_ras = matrix((2.0, 1.0, 0.5))
    to_ras[1, 2] = slant  # each slice lies that much farther along j
    stack = VolumeStack(volume(to_ras), SlicePlane.lattice(0, 0), square_pixels=False)
    at = to_ras @ np.array([3.0, 4.0, 1.0, 1.0])
    below = np.linalg.inv(to_ras) @ (at - np.array([0, 0, to_ras[2, 2], 0]))
    assert np.allclose(stack.drift_yx, (4.0 - below[1], 3.0 - below[0]))
    assert stack.drift_yx[0] == pytest.approx(-slant)


def test_oblique_slices_lie_along_the_normal_as_far_as_the_volume_reaches():
    plane = SlicePlane.oblique((0, 0, 2.0), (1, 0, 0), (0, 1, 0), (1.0, 1.0), (10, 8))
    stack = VolumeStack(volume(), plane, step_mm=1.0)
    assert (stack.first, stack.last) == (-2, 3) and stack.spacing_mm == 1.0
    assert stack.plane(3).origin_ras == (0.0, 0.0, 5.0)
    assert np.array_equal(stack.image(1).pixels, volume().array[3])


@pytest.mark.parametrize("step", [0.0, -1.0])
def test_slices_at_no_distance_are_refused(step):
    with pytest.raises(InputError):
        VolumeStack(volume(), SlicePlane.lattice(0, 0), step)

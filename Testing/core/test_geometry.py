"""Planes are found in volumes of any orientation, and impossible volumes are refused."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import PLANES, Volume, plane_axis, plane_name
from support.phantoms import matrix, oblique_matrix

SAGITTAL = np.array([[0, 0, 3.0, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]])  # i to posterior, j down, k to right
CORONAL = np.array([[-1.0, 0, 0, 0], [0, 0, 3.0, 0], [0, -1, 0, 0], [0, 0, 0, 1]])


def volume(ijk_to_ras, shape=(4, 5, 6), **options):
    return Volume(np.zeros(shape, np.int16), ijk_to_ras, **options)


@pytest.mark.parametrize(
    ("ijk_to_ras", "axes"),
    [
        (matrix(), {"axial": 0, "coronal": 1, "sagittal": 2}),
        (matrix(lps=True), {"axial": 0, "coronal": 1, "sagittal": 2}),
        (SAGITTAL, {"axial": 1, "coronal": 2, "sagittal": 0}),
        (CORONAL, {"axial": 1, "coronal": 0, "sagittal": 2}),
        (oblique_matrix(), {"axial": 0, "coronal": 1, "sagittal": 2}),
        (SAGITTAL @ oblique_matrix(angles_degrees=(15, 10, -12)), {"axial": 1, "coronal": 2, "sagittal": 0}),
    ],
)
def test_each_plane_belongs_to_the_axis_closest_to_its_normal(ijk_to_ras, axes):
    cube = volume(ijk_to_ras)
    assert {plane: plane_axis(cube, plane) for plane in PLANES} == axes
    assert {plane_name(cube, axis): axis for axis in range(3)} == axes


def test_planes_stay_distinct_when_two_axes_lie_halfway():
    cube = volume(oblique_matrix(angles_degrees=(45, 0, 45)))
    assert {plane_axis(cube, plane) for plane in PLANES} == {0, 1, 2}


@pytest.mark.parametrize(
    ("ijk_to_ras", "axis"),
    [
        (matrix((5, 1, 1)), 0),
        (matrix((1, 4, 1)), 1),
        (matrix((1, 1, 2)), 2),
        (matrix((1, 1, 1)), 0),
        (matrix((0.5, 2, 2)), 1),
        (SAGITTAL, 0),
        (SAGITTAL @ np.diag([1, 1, 1 / 3, 1]), 1),  # equal sides: the axial plane, which is axis j here
    ],
)
def test_auto_is_the_axis_of_largest_spacing_and_axial_on_ties(ijk_to_ras, axis):
    assert plane_axis(volume(ijk_to_ras), "auto") == axis


def test_auto_takes_a_single_slice_as_it_lies():
    assert plane_axis(volume(matrix((1, 1, 1)), shape=(9, 9, 1)), "auto") == 2
    assert plane_axis(volume(matrix((1, 5, 5)), shape=(1, 9, 9)), "auto") == 0


def test_auto_takes_pages_of_an_image_without_spacing():
    assert plane_axis(volume(np.eye(4), shape=(50, 20, 30), has_spacing=False), "auto") == 0


def test_an_unknown_plane_lists_those_that_exist():
    with pytest.raises(InputError, match="auto, axial, sagittal, coronal"):
        plane_axis(volume(np.eye(4)), "transversal")


def test_spacing_is_in_array_order_also_in_oblique_volumes():
    assert volume(oblique_matrix((3, 2, 1))).spacing_kji == pytest.approx((3, 2, 1))


def test_colour_is_told_by_the_last_axis():
    assert volume(np.eye(4), shape=(2, 4, 5, 3)).is_rgb
    assert volume(np.eye(4), shape=(2, 4, 5, 3)).shape_kji == (2, 4, 5)
    assert not volume(np.eye(4)).is_rgb


@pytest.mark.parametrize("shape", [(4, 5), (2, 4, 5, 4), (0, 4, 5), (1, 2, 3, 4, 3)])
def test_arrays_that_are_no_volume_are_refused(shape):
    with pytest.raises(InputError):
        volume(np.eye(4), shape=shape)


@pytest.mark.parametrize("ijk_to_ras", [np.zeros((4, 4)), np.full((4, 4), np.nan), np.eye(3)])
def test_positions_that_cannot_be_used_are_refused(ijk_to_ras):
    with pytest.raises(InputError, match="not usable"):
        volume(ijk_to_ras)

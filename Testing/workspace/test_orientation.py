"""Patients lie on the screen as radiologists expect, however their voxels are stored; places find their way back."""

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import PLANES, Volume, plane_axis
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.workspace.orientation import Orientation
from support.phantoms import matrix, oblique_matrix

SHAPE = (5, 7, 9)
STORED = {
    "LPS": matrix(lps=True),
    "RAS": matrix(),
    "sagittal stack": np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]]),
    "mirrored": np.diag([1.0, -1, -1, 1]),
    "oblique": oblique_matrix(),
}
EDGES = {"axial": ("R", "L", "A", "P"), "coronal": ("R", "L", "S", "I"), "sagittal": ("A", "P", "S", "I")}


def a_slice(stored, plane):
    volume = Volume(np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE), STORED[stored])
    axis = plane_axis(volume, plane)
    image = extract(volume, SlicePlane.lattice(axis, 2))
    return volume, image, Orientation.of(image, volume.ijk_to_ras)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("stored", STORED)
def test_right_on_the_screen_is_left_or_posterior_and_down_is_posterior_or_inferior(stored, plane):
    volume, image, orientation = a_slice(stored, plane)
    corners = orientation.to_slice(np.array([[0, 0], [1, 0], [0, 1]]))
    ijk = np.column_stack([corners, np.zeros(3), np.ones(3)]) @ image.pixel_to_ijk.T
    ras = (ijk @ volume.ijk_to_ras.T)[:, :3]
    right, down = ras[1] - ras[0], ras[2] - ras[0]
    wanted_right = [0, -1, 0] if plane == "sagittal" else [-1, 0, 0]
    wanted_down = [0, -1, 0] if plane == "axial" else [0, 0, -1]
    assert right @ wanted_right > 0.9 and down @ wanted_down > 0.9
    assert orientation.edges == EDGES[plane]


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("stored", STORED)
def test_a_place_on_the_picture_shows_the_pixel_that_it_is_taken_for(stored, plane):
    _volume, image, orientation = a_slice(stored, plane)
    shown = orientation.shown(image.pixels)
    assert shown.shape == orientation.size[::-1]
    places = [(u, v) for v in range(shown.shape[0]) for u in range(shown.shape[1])]
    xy = orientation.to_slice(np.array(places)).astype(int)
    assert [image.pixels[y, x] for x, y in xy] == [shown[v, u] for u, v in places]
    assert np.array_equal(orientation.to_shown(xy), places)

"""Views know their slices, and what lies where on them."""

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.workspace.views import cross_hair, shown_at, views_of
from support.phantoms import matrix

VOLUME = Volume(np.zeros((6, 8, 10), np.int16), matrix((2.0, 1.0, 1.0), lps=True))


def test_every_plane_has_a_view_at_its_middle():
    views = views_of(VOLUME)
    assert {name: (view.axis, view.index, view.count) for name, view in views.items()} == {
        "axial": (0, 3, 6),
        "coronal": (1, 4, 8),
        "sagittal": (2, 5, 10),
    }


def test_a_single_picture_has_the_one_view_that_shows_it():
    assert list(views_of(Volume(np.zeros((1, 8, 10), np.int16), matrix()))) == ["axial"]
    assert list(views_of(Volume(np.zeros((1, 1, 10), np.int16), matrix()))) == ["axial"]


def test_a_view_stops_at_its_first_and_last_slice():
    view = views_of(VOLUME)["axial"]
    assert view.go_to(99) and view.index == 5 and not view.go_to(7)
    assert view.go_to(-3) and view.plane.index == 0


@pytest.mark.parametrize("name", ["axial", "coronal", "sagittal"])
def test_the_cross_hair_lies_where_the_other_views_cut(name):
    views = views_of(VOLUME)
    views["axial"].go_to(1)
    views["coronal"].go_to(2)
    views["sagittal"].go_to(7)
    _xy, ijk = shown_at(views[name], VOLUME, cross_hair(views[name], VOLUME, views))
    assert np.allclose(ijk, (7, 2, 1))

"""Volumes as they are measured: thinned slices, square pixels."""

import numpy as np
import pytest

from SAMBenchmarkLib.propagation.preparing import prepare
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from support.phantoms import sphere_volume


def test_every_third_slice_is_kept_and_lies_where_it_was():
    volume, labels = sphere_volume((20, 32, 40), (2.0, 1.0, 1.0))
    thin, thin_labels = prepare(volume, labels, 0, 3)
    assert thin.shape_kji == (7, 32, 40) and thin.spacing_kji == (6.0, 1.0, 1.0)
    assert np.array_equal(thin.array, volume.array[::3]) and np.array_equal(
        thin_labels.layers[0], labels.layers[0][::3]
    )
    assert np.array_equal(thin_labels.ijk_to_ras, thin.ijk_to_ras)


def test_pixels_become_square_as_in_the_slices_of_the_effect():
    volume, labels = sphere_volume((12, 30, 40), (4.0, 1.0, 1.0))
    square, square_labels = prepare(volume, labels, 2)
    assert square.spacing_kji == (1.0, 1.0, 1.0) and square.shape_kji == (45, 30, 40)
    expected = extract(volume, SlicePlane.lattice(2, 20)).pixels
    assert np.allclose(square.array[:, :, 20], expected)
    assert square_labels.layers[0].dtype == labels.layers[0].dtype
    assert np.array_equal(square_labels.layers[0][::4], labels.layers[0])


def test_square_pixels_and_all_slices_are_left_alone():
    volume, labels = sphere_volume()
    same, same_labels = prepare(volume, labels, 0)
    assert same is volume and same_labels is labels


def test_a_volume_without_spacing_keeps_its_pixels():
    volume, labels = sphere_volume((12, 30, 40), (4.0, 1.0, 1.0))
    plain = Volume(volume.array, volume.ijk_to_ras, has_spacing=False)
    assert prepare(plain, labels, 2)[0] is plain


def test_no_slices_at_all_are_refused():
    with pytest.raises(InputError, match="1 or more"):
        prepare(*sphere_volume(), 0, 0)

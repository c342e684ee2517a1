"""The phantoms are what their docstrings say."""

import numpy as np
import pytest

from support.phantoms import BACKGROUND, FIRST, SECOND, matrix, oblique_matrix, sphere_volume, two_boxes_volume


@pytest.mark.parametrize(
    "to_ras", [matrix((3.0, 1.0, 1.5)), matrix((3.0, 1.0, 1.5), lps=True), oblique_matrix((3.0, 1.0, 1.5))]
)
def test_a_sphere_has_its_volume_wherever_it_lies(to_ras):
    volume, segmentation = sphere_volume((20, 50, 40), radius_mm=20.0, ijk_to_ras=to_ras)
    mask = segmentation.mask(segmentation.structures[0])
    np.testing.assert_allclose(volume.spacing_kji, (3.0, 1.0, 1.5))
    assert mask.sum() * 4.5 == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.02)
    assert set(np.unique(volume.array[mask])) == {FIRST} and set(np.unique(volume.array[~mask])) == {BACKGROUND}


def test_an_oblique_matrix_turns_without_stretching():
    rotation = oblique_matrix()[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    assert np.abs(rotation - np.eye(3)).max() > 0.1


def test_two_boxes_lie_where_they_should():
    volume, segmentation = two_boxes_volume((16, 40, 48))
    first, second = (segmentation.mask(structure) for structure in segmentation.structures)
    assert first.sum() == 8 * 15 * 12 and second.sum() == 8 * 25 * 12
    assert first[4, 5, 6] and second[4, 10, 30]
    assert (volume.array[first] == FIRST).all() and (volume.array[second] == SECOND).all()

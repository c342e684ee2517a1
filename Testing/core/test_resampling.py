"""Nearest-neighbour resampling agrees with SimpleITK, and lattices are compared by where their voxels lie."""

import numpy as np
import pytest
import SimpleITK

from SAMSegmenterLib.core.resampling import (
    labelled_outside,
    nearest_onto,
    on_same_voxels,
    overlap_in_space,
    same_lattice,
)
from support.phantoms import matrix, oblique_matrix

FLIPPED = np.diag([-1.0, 1.0, -1.5, 1.0]) + np.array([[0, 0, 0, 11.0], [0, 0, 0, 0.3], [0, 0, 0, 12.2], [0] * 4])
PERMUTED = np.array([[0, 0, 1.1, 0.2], [1.3, 0, 0, -0.4], [0, -0.9, 0, 9.7], [0, 0, 0, 1]])


def itk_image(array, ijk_to_ras):
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ ijk_to_ras
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(lps[:3, 3].tolist())
    return image


def by_itk(labels, ijk_to_ras, shape, target):
    reference = itk_image(np.zeros(shape, np.uint8), target)
    resampled = SimpleITK.Resample(
        itk_image(labels, ijk_to_ras), reference, SimpleITK.Transform(), SimpleITK.sitkNearestNeighbor, 0
    )
    return SimpleITK.GetArrayFromImage(resampled)


@pytest.mark.parametrize(
    "target",
    [
        matrix((1, 1, 1), (0.2, 0.1, 0.3)),
        matrix((0.4, 0.7, 0.3), (0.11, 0.07, 0.05)),
        matrix((4.3, 2.9, 3.1), (-2.1, -1.3, 0.7)),
        FLIPPED,
        PERMUTED,
        oblique_matrix((1.3, 0.8, 0.6), origin_ras=(1, -2, 1.5)),
        matrix((2, 1, 1), (5, 4, 3), lps=True),
    ],
)
@pytest.mark.parametrize("source", [matrix((2, 1, 0.5)), oblique_matrix((2, 1, 0.5), (-8, 5, 11), (0.5, 0.2, -1))])
def test_values_agree_with_simpleitk(source, target):
    labels = np.random.default_rng(0).integers(0, 9, (9, 12, 22)).astype(np.uint8)
    ours = nearest_onto(labels, source, (14, 13, 15), target)
    theirs = by_itk(labels, source, (14, 13, 15), target)
    assert ours.dtype == np.uint8 and ours.any()
    assert np.mean(ours != theirs) < 1e-3  # voxels that lie exactly between two others may fall to either side


def test_voxels_at_the_border_keep_their_whole_width():
    labels = np.ones((1, 1, 3), np.uint8)
    finer = matrix((1, 1, 0.25), (-0.375, 0, 0))
    assert nearest_onto(labels, np.eye(4), (1, 1, 14), finer)[0, 0].tolist() == [1] * 12 + [0, 0]


def test_large_label_values_survive():
    labels = np.array([[[0, 70001]]], np.int32)
    assert nearest_onto(labels, np.eye(4), (1, 1, 2), np.eye(4)).tolist() == [[[0, 70001]]]


def test_lattices_are_the_same_up_to_a_hundredth_of_a_voxel():
    shape, place = (10, 20, 30), oblique_matrix((2, 1, 1))
    rounded, shifted, longer = place.astype(np.float32).astype(float), place.copy(), place.copy()
    shifted[0, 3] += 0.05
    longer[:3, 0] *= 1.001  # three hundredths of a voxel at the far end
    assert same_lattice(shape, place, shape, rounded)
    assert not same_lattice(shape, place, shape, shifted)
    assert not same_lattice(shape, place, shape, longer)
    assert not same_lattice(shape, place, (10, 20, 31), place)


def test_a_mirrored_lattice_on_the_same_place_is_another():
    mirrored = np.diag([-1.0, 1, 1, 1])
    mirrored[0, 3] = 3
    assert not same_lattice((2, 3, 4), np.eye(4), (2, 3, 4), mirrored)


def test_shifts_by_whole_voxels_stay_on_the_same_voxels():
    place = oblique_matrix((2, 1, 0.5))
    whole, half = np.eye(4), np.eye(4)
    whole[:3, 3], half[:3, 3] = (3, -2, 1), (0.5, 0, 0)
    assert on_same_voxels(place @ whole, place, (5, 6, 7))
    assert not on_same_voxels(place @ half, place, (5, 6, 7))
    assert not on_same_voxels(place @ np.diag([2, 1, 1, 1]), place, (5, 6, 7))


def test_labelled_voxels_outside_are_counted():
    labels = np.zeros((4, 4, 4), np.uint8)
    labels[0, 0, 0], labels[3, 3, 3], labels[3, 0, 0] = 1, 2, 3
    assert labelled_outside(labels, np.eye(4), (4, 4, 4), np.eye(4)) == 0
    assert labelled_outside(labels, np.eye(4), (3, 4, 4), np.eye(4)) == 2


def test_volumes_overlap_when_their_boxes_meet():
    far = matrix(origin_ras=(0, 0, 100))
    assert overlap_in_space((10, 10, 10), np.eye(4), (10, 10, 10), matrix(origin_ras=(9, 9, 9)))
    assert not overlap_in_space((10, 10, 10), np.eye(4), (10, 10, 10), far)
    assert overlap_in_space((10, 10, 10), np.eye(4), (101, 2, 2), np.eye(4))

"""Segmentations: structures, their masks, and the way onto a volume."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation, Structure
from support.phantoms import matrix, oblique_matrix


def labels():
    array = np.zeros((4, 5, 6), np.uint8)
    array[1:3, 1:4, 2:5], array[3, 0, 0] = 3, 7
    return array


def volume(ijk_to_ras, shape=(4, 5, 6), has_spacing=True):
    return Volume(np.zeros(shape, np.int16), ijk_to_ras, has_spacing)


def test_every_value_but_zero_is_a_structure():
    segmentation = Segmentation.from_labels(labels(), np.eye(4), {7: "cyst"})
    assert segmentation.structures == (Structure(3, "label 3", 0, 3), Structure(7, "cyst", 0, 7))
    assert Segmentation.from_labels(labels() + 1, np.eye(4)).structures[0].value == 1


def test_masks_of_overlapping_structures_come_from_their_layers():
    first, second = labels(), np.roll(labels(), 1, axis=0)
    segmentation = Segmentation((first, second), np.eye(4), (Structure(1, "a", 0, 3), Structure(2, "b", 1, 3)))
    a, b = segmentation.structures
    assert np.array_equal(segmentation.mask(a), first == 3) and np.array_equal(segmentation.mask(b), second == 3)
    for axis in range(3):
        assert np.array_equal(segmentation.mask(b, axis, 2), np.take(second == 3, 2, axis))


@pytest.mark.parametrize(("axis", "expected"), [(0, [0, 9, 9, 0]), (1, [0, 6, 6, 6, 0]), (2, [0, 0, 6, 6, 6, 0])])
def test_pixels_are_counted_per_slice_of_each_axis(axis, expected):
    segmentation = Segmentation.from_labels(labels(), np.eye(4))
    assert segmentation.pixels_per_slice(segmentation.structures[0], axis).tolist() == expected


def test_on_the_same_lattice_nothing_changes():
    segmentation = Segmentation.from_labels(labels(), oblique_matrix())
    brought, resampled = segmentation.onto(volume(oblique_matrix()))
    assert brought is segmentation and resampled is False


def test_another_lattice_is_resampled():
    segmentation = Segmentation.from_labels(labels(), matrix((2, 1, 1)))
    finer = volume(matrix((1, 1, 1), (0, 0, -0.5)), shape=(8, 5, 6))
    brought, resampled = segmentation.onto(finer)
    assert resampled and np.array_equal(brought.layers[0], np.repeat(labels(), 2, axis=0))
    assert np.array_equal(brought.ijk_to_ras, finer.ijk_to_ras) and brought.structures == segmentation.structures


def test_a_mirrored_volume_of_the_same_size_is_not_taken_for_the_same():
    mirrored = matrix()
    mirrored[0, 0], mirrored[0, 3] = -1, 5
    brought, resampled = Segmentation.from_labels(labels(), matrix()).onto(volume(mirrored))
    assert resampled and np.array_equal(brought.layers[0], labels()[..., ::-1])


@pytest.mark.parametrize(("labels_know", "volume_knows"), [(False, False), (False, True), (True, False)])
def test_without_spacing_on_one_side_equal_size_shares_the_grid(labels_know, volume_knows):
    segmentation = Segmentation.from_labels(labels(), matrix((9, 9, 9), (500, 0, 0)), has_spacing=labels_know)
    brought, resampled = segmentation.onto(volume(oblique_matrix(), has_spacing=volume_knows))
    assert not resampled and np.array_equal(brought.layers[0], labels())
    assert np.array_equal(brought.ijk_to_ras, oblique_matrix())


@pytest.mark.parametrize("shape", [(4, 6, 5), (4, 5, 7), (1, 5, 6)])
def test_without_spacing_another_size_is_refused(shape):
    segmentation = Segmentation.from_labels(labels(), np.eye(4), has_spacing=False)
    with pytest.raises(InputError, match="same size"):
        segmentation.onto(volume(np.eye(4), shape, has_spacing=False))


def test_labels_elsewhere_in_space_are_refused():
    segmentation = Segmentation.from_labels(labels(), matrix(origin_ras=(0, 0, 200)))
    with pytest.raises(InputError, match="do not overlap") as caught:
        segmentation.onto(volume(np.eye(4)))
    assert "pair" in caught.value.hint


def test_boxes_that_meet_while_the_tilted_volumes_do_not_are_refused_too():
    tilted = oblique_matrix(angles_degrees=(0, 0, 45), origin_ras=(0, 0, 0))
    beside = oblique_matrix(angles_degrees=(0, 0, 45), origin_ras=(8, 0, 0))
    long = Segmentation.from_labels(np.ones((3, 3, 40), np.uint8), tilted)
    with pytest.raises(InputError, match="do not overlap"):
        long.onto(volume(beside, shape=(3, 3, 40)))

"""The synthetic generator repeats itself for a seed and makes what it says."""

import numpy as np
import pytest

from SAMSegmenterLib.models.training import synthetic_patterns, synthetic_shapes
from SAMSegmenterLib.models.training.synthetic import KINDS, SEPARATE_OBJECTS, paint, synthesise


def test_the_chances_of_all_kinds_add_up_to_one():
    assert sum(KINDS.values()) == pytest.approx(1.0, abs=1e-12)
    assert min(KINDS.values()) > 0
    assert set(SEPARATE_OBJECTS) < set(KINDS)


def test_every_shape_and_pattern_is_drawn():
    drawn = {kind.__name__ for kind in KINDS}
    public = {"blobs", "ellipses", "cells", "tissues", "head", "nested", "vessels", "spots", "rings", "layers"}
    assert drawn == public
    assert all(hasattr(synthetic_shapes, name) or hasattr(synthetic_patterns, name) for name in drawn)


@pytest.mark.parametrize("seed", range(6))
def test_the_same_seed_gives_the_same_image(seed):
    first, second = (synthesise(64, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(first.grey, second.grey) and np.array_equal(first.labels, second.labels)


def test_images_are_8_bit_grey_and_nearly_all_have_objects():
    images = [synthesise(64, np.random.default_rng(seed)) for seed in range(40)]
    for image in images:
        assert image.grey.shape == image.labels.shape == (64, 64)
        assert image.grey.dtype == np.float32
        assert image.grey.min() >= 0 and image.grey.max() <= 255 and np.isfinite(image.grey).all()
    assert sum(image.labels.any() for image in images) >= 38
    assert {image.instances for image in images} == {True, False}


def contrast(grey, labels):
    """Range of the labels' mean grey values over the image's spread."""
    means = [grey[labels == value].mean() for value in np.unique(labels)]
    return (max(means) - min(means)) / (grey.std() + 1e-6)


def test_object_edges_are_visible_in_the_mean():
    images = [synthesise(96, np.random.default_rng(seed)) for seed in range(30)]
    assert np.median([contrast(image.grey, image.labels) for image in images]) > 1.0


def three_regions(shape=(64, 64)):
    labels = np.full(shape, -7, dtype=np.int32)
    labels[: shape[0] // 2, : shape[1] // 2] = 4
    labels[shape[0] // 2 :, shape[1] // 2 :] = 1000
    return labels


@pytest.mark.parametrize("shape", [(64, 64), (40, 96), (96, 40), (33, 70)])
def test_labels_of_any_values_and_shape_are_painted_and_left_as_they_are(shape):
    labels = three_regions(shape)
    before = labels.copy()
    grey = paint(labels, False, np.random.default_rng(2))
    assert grey.shape == shape and grey.dtype == np.float32 and np.isfinite(grey).all()
    assert grey.min() == 0 and grey.max() == 255
    assert np.array_equal(labels, before)


def test_contrasts_differ_from_draw_to_draw():
    labels = three_regions()
    means = np.array(
        [
            [paint(labels, False, np.random.default_rng(seed))[labels == value].mean() for value in (-7, 4, 1000)]
            for seed in range(30)
        ]
    )
    orders = {tuple(np.argsort(row)) for row in means}
    assert len(orders) >= 4  # of the six orders of three regions
    assert np.ptp(means, axis=0).min() > 60


def test_objects_that_look_alike_differ_less_from_each_other_than_from_the_background():
    labels = np.zeros((64, 64), dtype=np.int32)
    for value, corner in enumerate([(6, 6), (6, 38), (38, 6), (38, 38)], start=1):
        labels[corner[0] : corner[0] + 20, corner[1] : corner[1] + 20] = value
    apart, among = [], []
    for seed in range(20):
        grey = paint(labels, True, np.random.default_rng(seed))
        means = np.array([grey[labels == value].mean() for value in range(1, 5)])
        apart.append(abs(means.mean() - grey[labels == 0].mean()))
        among.append(np.ptp(means))
    assert np.median(among) < 0.6 * np.median(apart)


def test_one_label_alone_is_painted():
    grey = paint(np.zeros((32, 32), dtype=np.int32), True, np.random.default_rng(0))
    assert np.isfinite(grey).all() and grey.max() <= 255

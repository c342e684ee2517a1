"""The synthetic generator repeats itself for a seed and makes what it says."""

import numpy as np
import pytest

from SAMSegmenterLib.models.training.synthetic import synthesise


@pytest.mark.parametrize("seed", range(6))
def test_the_same_seed_gives_the_same_image(seed):
    first, second = (synthesise(64, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(first.grey, second.grey) and np.array_equal(first.labels, second.labels)


def test_images_are_8_bit_grey_and_nearly_all_have_objects():
    images = [synthesise(64, np.random.default_rng(seed)) for seed in range(40)]
    for image in images:
        assert image.grey.shape == image.labels.shape == (64, 64)
        assert image.grey.min() >= 0 and image.grey.max() <= 255 and np.isfinite(image.grey).all()
    assert sum(image.labels.any() for image in images) >= 38
    assert {image.instances for image in images} == {True, False}


def test_object_edges_are_visible_in_the_mean():
    def contrast(image):
        spread = image.grey.std() + 1e-6
        means = [image.grey[image.labels == value].mean() for value in np.unique(image.labels)]
        return (max(means) - min(means)) / spread

    values = [contrast(synthesise(96, np.random.default_rng(seed))) for seed in range(30)]
    assert np.median(values) > 1.0

"""Augmentation keeps image and labels together and pads as SAM does."""

from pathlib import Path

import numpy as np

from SAMSegmenterLib.models.training.augmentation import (
    _thinned,
    augment_geometry,
    augment_intensity,
    pad_square,
    render,
)
from SAMSegmenterLib.models.training.sources import CatalogueCase, LabelledSlice

CASE = CatalogueCase("a/1", "a", "s", "MR", Path("i"), Path("l"), "CC0", False, False, 0)


def labelled(pixels, labels=None):
    labels = np.ones(pixels.shape[:2], dtype=np.int32) if labels is None else labels
    return LabelledSlice(CASE, 0, pixels, labels, (float(pixels.min()) - 100, float(pixels.max()) + 100))


def square_image(height=90, width=150):
    labels = np.zeros((height, width), dtype=np.int32)
    labels[30:60, 50:100] = 7
    return np.where(labels > 0, 200.0, 50.0).astype(np.float32), labels


def test_windows_map_to_8_bit_and_vary():
    pixels = np.linspace(-1000, 2000, 400, dtype=np.float32).reshape(20, 20)
    images = [render(labelled(pixels), np.random.default_rng(seed)) for seed in range(30)]
    assert all(image.shape == (1, 20, 20) and image.min() >= 0 and image.max() <= 255 for image in images)
    assert len({round(float(image.mean()), 2) for image in images}) > 10
    assert any(image.min() == 0 and image.max() == 255 for image in images)


def test_colour_is_kept():
    pixels = np.random.default_rng(0).integers(0, 256, (10, 12, 3), dtype=np.uint8)
    assert np.array_equal(render(labelled(pixels), np.random.default_rng(0)), np.moveaxis(pixels, 2, 0))


def test_labels_move_with_the_image():
    grey, labels = square_image()
    for seed in range(20):
        image, moved = augment_geometry(grey[None], labels, 128, np.random.default_rng(seed))
        assert max(moved.shape) == 128 and image.shape[1:] == moved.shape
        if np.count_nonzero(moved) > 100:
            assert set(np.unique(moved)) <= {0, 7}
            bright = image[0] > 125
            overlap = 2 * np.count_nonzero(bright & (moved == 7)) / (bright.sum() + (moved == 7).sum())
            assert overlap > 0.95


def test_large_images_are_averaged_before_they_shrink():
    checkerboard = (np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.float32)
    image, _ = augment_geometry(checkerboard[None], np.ones((512, 512), dtype=np.int32), 64, np.random.default_rng(0))
    inside = image[0, 20:44, 20:44]
    assert np.abs(inside - 127.5).max() < 30


def test_intensity_changes_stay_within_8_bit_and_give_three_channels():
    grey, _ = square_image()
    for seed in range(30):
        out = augment_intensity(grey[None], np.random.default_rng(seed))
        assert out.shape == (3, *grey.shape) and out.min() >= 0 and out.max() <= 255 and np.isfinite(out).all()
        inside, outside = out[:, 35:55, 60:90].mean(axis=(1, 2)), out[:, :20].mean(axis=(1, 2))
        assert np.abs(inside - outside).max() > 10


def test_some_grey_images_become_shades_of_two_colours():
    grey, _ = square_image()
    coloured = [augment_intensity(grey[None], np.random.default_rng(seed)) for seed in range(100)]
    clearly = [np.abs(image[0] - image[1]).max() > 60 or np.abs(image[1] - image[2]).max() > 60 for image in coloured]
    assert 4 <= sum(clearly) <= 30


def test_padding_is_right_and_below_with_the_fill_value():
    image, labels = np.full((3, 5, 8), 9.0, dtype=np.float32), np.ones((5, 8), dtype=np.int32)
    padded = pad_square(image, labels, 8, np.array([1.0, 2.0, 3.0]), instances=True)
    assert padded.image[:, :5].min() == 9 and padded.image[:, 5:].reshape(3, -1).max(axis=1).tolist() == [1, 2, 3]
    assert padded.labels[:5].all() and not padded.labels[5:].any()
    assert padded.content == (5, 8) and padded.instances


def test_percentiles_of_a_large_image_are_those_of_a_part_of_its_pixels():
    pixels = np.random.default_rng(0).normal(100, 20, (900, 700)).astype(np.float32)
    thinned = _thinned(pixels)
    assert 80_000 < thinned.size < 200_000
    assert np.allclose(np.percentile(thinned, (1, 99)), np.percentile(pixels, (1, 99)), atol=1.0)
    assert _thinned(pixels[:100, :100]).shape == (100, 100)


def test_intensities_stay_32_bit_within_8_bit_range_and_finite():
    for channels in (1, 3):
        image = np.random.default_rng(1).uniform(0, 255, (channels, 20, 30)).astype(np.float32)
        for seed in range(40):
            changed = augment_intensity(image, np.random.default_rng(seed))
            assert changed.shape == (3, 20, 30) and changed.dtype == np.float32
            assert np.isfinite(changed).all() and changed.min() >= 0 and changed.max() <= 255

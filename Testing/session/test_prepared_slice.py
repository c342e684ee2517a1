"""A slice is copied once, and its pictures are made once, unless they are very large."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session import prepared_slice
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.volume_source import VolumeSource
from support.fake_predictor import ThresholdPredictor
from support.phantoms import matrix

PLANE = SlicePlane.lattice(1, 3)


@pytest.fixture
def a_volume():
    return Volume(np.random.default_rng(0).integers(0, 200, (8, 9, 10)).astype(np.int16), matrix((2, 1, 1)))


def test_image_and_grid_are_those_of_the_slice(a_volume):
    prepared = PreparedSlice.of(VolumeSource(a_volume, token=5), PLANE)
    image = extract(a_volume, PLANE)
    np.testing.assert_array_equal(prepared.image.pixels, image.pixels)
    assert prepared.grid.shape == image.shape and prepared.plane == PLANE and prepared.token == 5
    assert prepared.image is prepared.image


def test_pictures_are_made_once_and_the_latest_are_kept(a_volume, monkeypatch):
    prepared = PreparedSlice.of(VolumeSource(a_volume), PLANE)
    windows = [f"limits:0,{high}" for high in (50, 100, 150, 200, 250)]
    pictures = [prepared.picture(window) for window in windows]
    assert all(prepared.picture(window) is picture for window, picture in zip(windows[1:], pictures[1:], strict=True))
    assert prepared.picture(windows[0]) is not pictures[0]
    np.testing.assert_array_equal(prepared.picture(windows[0]), pictures[0])
    monkeypatch.setattr(prepared_slice, "_LARGE_BYTES", 10)
    assert prepared.picture("minmax") is not prepared.picture("minmax")


@pytest.mark.parametrize("large", [False, True])
def test_very_large_pictures_are_not_made_again_for_what_is_encoded(a_volume, large, monkeypatch):
    monkeypatch.setattr(prepared_slice, "_LARGE_BYTES", 10 if large else 10**6)
    prepared, predictor = (
        PreparedSlice.of(VolumeSource(a_volume), PLANE),
        CachedEncoder(ThresholdPredictor(), EmbeddingCache()),
    )
    assert not prepared.is_encoded("minmax", predictor)
    embedding = prepared.embedding("minmax", predictor)
    expected = ThresholdPredictor().encode([prepared.picture("minmax")])[0]
    assert embedding.key == expected.key and np.array_equal(embedding.features, expected.features)
    assert prepared.is_encoded("minmax", predictor) and not prepared.is_encoded("limits:0,50", predictor)
    pictures = []
    monkeypatch.setattr(prepared, "picture", lambda window: pictures.append(window))
    if large:
        assert prepared.embedding("minmax", predictor) is embedding and prepared.is_encoded("minmax", predictor)
    assert not pictures


def test_an_embedding_of_another_model_or_arithmetic_is_not_taken(a_volume, monkeypatch):
    monkeypatch.setattr(prepared_slice, "_LARGE_BYTES", 10)
    prepared, first, other = PreparedSlice.of(VolumeSource(a_volume), PLANE), ThresholdPredictor(), ThresholdPredictor()
    other.threads = 2
    assert prepared.embedding("minmax", first).key != prepared.embedding("minmax", other).key
    windows = [f"limits:0,{high}" for high in range(50, 60)]
    assert len({prepared.embedding(window, first).key for window in windows}) == len(windows)
    assert len(prepared._embeddings) <= 4


def test_a_slice_outside_the_volume_is_refused(a_volume):
    with pytest.raises(InputError, match="0 to 8"):
        PreparedSlice.of(VolumeSource(a_volume), SlicePlane.lattice(1, 9))


def test_the_memory_it_takes_is_about_right(a_volume):
    prepared = PreparedSlice.of(VolumeSource(a_volume), PLANE)
    height, width = prepared.grid.shape
    assert prepared.nbytes >= prepared.image.pixels.nbytes + prepared.picture("minmax").nbytes
    assert prepared.nbytes < 10 * height * width

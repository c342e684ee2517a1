"""The cache in front of a predictor saves work and changes nothing."""

import numpy as np

from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache


def images(count):
    return [np.random.default_rng(number).integers(0, 256, (20, 30, 3), np.uint8) for number in range(count)]


def test_only_missing_images_are_encoded_and_order_is_kept(a_fake_predictor, tmp_path):
    first, second, third = images(3)
    encoder = CachedEncoder(a_fake_predictor, EmbeddingCache(tmp_path))
    encoder.encode([second])
    found = encoder.encode([first, second, third, first])
    expected = a_fake_predictor.encode([first, second, third, first])
    assert [embedding.key for embedding in found] == [embedding.key for embedding in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.features, other.features)
    assert (encoder.hits, encoder.misses) == (2, 3)
    assert a_fake_predictor.encoded_images == 3 + 4


def test_another_process_finds_everything(a_fake_predictor, tmp_path):
    CachedEncoder(a_fake_predictor, EmbeddingCache(tmp_path)).encode(images(2))
    encoder = CachedEncoder(a_fake_predictor, EmbeddingCache(tmp_path))
    assert len(encoder.encode(images(2))) == 2
    assert (encoder.hits, encoder.misses, a_fake_predictor.encode_calls) == (2, 0, 1)


def test_nothing_to_encode_asks_nobody(a_fake_predictor):
    assert CachedEncoder(a_fake_predictor, EmbeddingCache()).encode([]) == []
    assert a_fake_predictor.encode_calls == 0


def test_fresh_and_cached_embeddings_decode_to_the_same_bits(a_small_predictor, tmp_path, an_image):
    image = an_image(50, 80)
    prompts = [Prompts.of([[40, 20]]), Prompts.of(box=[10, 10, 60, 40])]
    fresh = a_small_predictor.decode(a_small_predictor.encode([image])[0], prompts)
    CachedEncoder(a_small_predictor, EmbeddingCache(tmp_path)).encode([image])
    encoder = CachedEncoder(a_small_predictor, EmbeddingCache(tmp_path))
    cached = encoder.decode(encoder.encode([image])[0], prompts)
    assert encoder.hits == 1
    for one, other in zip(fresh, cached, strict=True):
        np.testing.assert_array_equal(one.low_res, other.low_res)
        np.testing.assert_array_equal(one.masks, other.masks)
        np.testing.assert_array_equal(one.scores, other.scores)


def test_the_rest_is_the_predictors(a_fake_predictor):
    encoder = CachedEncoder(a_fake_predictor, EmbeddingCache())
    for name in ("spec", "engine", "precision", "device", "threads"):
        assert getattr(encoder, name) == getattr(a_fake_predictor, name)
    (embedding,) = encoder.encode(images(1))
    assert len(encoder.decode(embedding, [Prompts.of([[3, 3]])], multimask=False)[0]) == 1
    encoder.everything(embedding, EverythingParameters())
    encoder.synchronise()
    assert a_fake_predictor.everything_calls == 1

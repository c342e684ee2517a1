"""Embeddings and their content keys."""

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.predictor import Candidates, Embedding, embedding_key
from support.fake_predictor import ThresholdPredictor

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
SPEC = ThresholdPredictor().spec


def predictor(**attributes):
    made = ThresholdPredictor()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def test_the_same_pixels_and_arithmetic_give_the_same_key():
    assert embedding_key(IMAGE.copy(), predictor()) == embedding_key(IMAGE, predictor())


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "other"},
        {"precision": "bfloat16"},
        {"device": "cuda"},
        {"threads": 7},
        {"spec": replace(SPEC, sha256="e" * 64)},
        {"spec": replace(SPEC, normalisation=((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)))},
        {"spec": replace(SPEC, image_size=512)},
    ],
)
def test_other_weights_settings_or_arithmetic_give_another_key(change):
    assert embedding_key(IMAGE, predictor(**change)) != embedding_key(IMAGE, predictor())


def test_the_same_weights_under_another_name_keep_the_key():
    assert embedding_key(IMAGE, predictor(spec=replace(SPEC, name="copy"))) == embedding_key(IMAGE, predictor())


def test_embeddings_with_and_without_a_picture_have_keys_of_their_own():
    refined = predictor(spec=replace(SPEC, refiner="weights", refiner_sha256="ab"))
    assert embedding_key(IMAGE, refined) != embedding_key(IMAGE, predictor())
    another = predictor(spec=replace(SPEC, refiner="others", refiner_sha256="cd"))
    assert embedding_key(IMAGE, refined) == embedding_key(IMAGE, another), "it is the same picture"


def test_the_shape_is_part_of_the_key():
    assert embedding_key(IMAGE.reshape(2, 8, 3), predictor()) != embedding_key(IMAGE, predictor())


def test_an_embedding_survives_packing():
    made = Embedding("key", (5, 7), (10, 14), np.arange(8, dtype=np.float16).reshape(2, 2, 2))
    again = Embedding.unpack("key", made.pack())
    assert (again.key, again.original_size, again.input_size) == ("key", (5, 7), (10, 14))
    np.testing.assert_array_equal(again.features, made.features)
    assert again.picture is None and again.nbytes == 16
    pictured = Embedding.unpack("key", replace(made, picture=np.full((2, 3, 1), 7, np.uint8)).pack())
    assert pictured.picture.tolist() == [[[7]] * 3] * 2 and pictured.nbytes == 22


def test_the_best_candidate_is_the_first_of_the_highest_scores():
    masks = np.zeros((3, 2, 2), bool)
    assert Candidates(masks, np.array([0.2, 0.9, 0.9], np.float32)).best == 1


def test_a_models_summary_is_the_first_paragraph_of_its_card():
    assert replace(SPEC, card="What it is.\nIn two lines.\n\nMore.\n").summary == "What it is.\nIn two lines."
    assert replace(SPEC, card="").summary == ""

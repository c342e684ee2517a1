from __future__ import annotations

import pickle

import numpy as np

from SAMBenchmarkLib.core.options import Arithmetic
from SAMBenchmarkLib.session.predictor_loader import ModelInUse, PredictorLoader, arithmetic_of, with_cache
from support.fake_predictor import ThresholdPredictor


def test_a_loader_can_be_sent_to_another_process():
    loader = PredictorLoader("vit_b", "cuda", threads=3)
    assert pickle.loads(pickle.dumps(loader)) == loader  # noqa: S301 - what was just written


def test_the_model_is_loaded_once_until_it_is_released():
    loaded = []

    def load() -> ThresholdPredictor:
        loaded.append(ThresholdPredictor())
        return loaded[-1]

    model = ModelInUse(load)
    assert loaded == []
    assert model.get() is model.get() is loaded[0]
    model.release()
    assert model.get() is loaded[1]


def test_a_cache_answers_from_the_second_time_on_and_keeps_the_arithmetic(tmp_path):
    predictor = ThresholdPredictor()
    image = np.full((8, 8, 3), 7, np.uint8)
    cached = with_cache(predictor, tmp_path)
    first, second = cached.encode([image])[0], with_cache(ThresholdPredictor(), tmp_path).encode([image])[0]
    np.testing.assert_array_equal(first.features, second.features)
    cached.encode([image])
    assert predictor.encoded_images == 1
    assert arithmetic_of(cached) == arithmetic_of(predictor)


def test_without_a_folder_there_is_no_cache():
    predictor = ThresholdPredictor()
    assert with_cache(predictor, None) is predictor


def test_the_arithmetic_is_that_of_the_loaded_model():
    expected = Arithmetic("threshold", "f" * 64, "threshold", "float32", "cpu", 1)
    assert arithmetic_of(ThresholdPredictor()) == expected

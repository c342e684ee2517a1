from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np

from SAMBenchmarkLib.core.options import Arithmetic, BenchmarkOptions, option_hash
from SAMBenchmarkLib.session.predictor_loader import ModelInUse, PredictorLoader, arithmetic_of, with_cache
from SAMSegmenterLib.core.predictor import EverythingParameters
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
    predictor = ThresholdPredictor()
    predictor.spec = replace(
        predictor.spec,
        normalisation=((1.0, 2.5, 3.0), (255, 255, 255)),
        mask_threshold=0.25,
        s1_thresholds=EverythingParameters(64, 16, 0.5, 0.75, 2.0, 0.6),
        refiner_sha256="ab",
    )
    expected = Arithmetic(
        "threshold",
        "f" * 64,
        "threshold",
        "float32",
        "cpu",
        1,
        "mean 1.0 2.5 3.0, standard deviation 255.0 255.0 255.0",
        0.25,
        "predicted IoU > 0.5, stability >= 0.75 with offset 2.0, overlap of boxes <= 0.6, 16 points at once",
        "ab",
    )
    assert arithmetic_of(predictor) == expected


def test_the_same_weights_with_other_settings_are_another_model():
    one, other, refined = (ThresholdPredictor() for _ in range(3))
    other.spec = replace(other.spec, normalisation=((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)))
    refined.spec = replace(refined.spec, refiner_sha256="ab")
    hashes = {option_hash(BenchmarkOptions(), arithmetic_of(predictor)) for predictor in (one, other, refined)}
    assert len(hashes) == 3

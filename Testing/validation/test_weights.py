"""Weights are opened by file or by name, and say what they were trained on."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.torch import save_file

from SAMBenchmarkLib.validation.weights import Weights, open_weights
from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.refining.files import refiner_path
from support.masks import disk
from support.random_networks import randomised


@pytest.fixture(scope="module")
def tensors():
    network = randomised("small")
    return {name: tensor.contiguous() for name, tensor in network.state_dict().items()}


def test_a_file_is_opened_with_what_it_says_about_itself(tmp_path, tensors):
    path = tmp_path / "mine.safetensors"
    training = json.dumps({"sources": ["a", "b"], "steps": 3})
    save_file(tensors, path, {"mask_threshold": "0.25", "training": training})
    opened = open_weights(str(path), "cpu")
    assert opened.name == "mine" and opened.trained == {"a", "b"}
    assert opened.predictor.spec.mask_threshold == 0.25 and opened.predictor.spec.architecture == "small"
    image = np.zeros((32, 40, 3), np.uint8)
    assert opened.predictor.encode([image])[0].original_size == (32, 40)


def test_a_refiner_is_the_programs_a_named_one_or_none(tmp_path, tensors):
    path = tmp_path / "mine.safetensors"
    save_file(tensors, path)
    usual = open_weights(str(path), "cpu")
    assert usual.name == "mine" and usual.predictor.spec.refiner == refiner_path()
    without = open_weights(str(path), "cpu", "none")
    assert without.name == "mine without refiner" and without.predictor.spec.refiner is None
    other = tmp_path / "other.safetensors"
    other.write_bytes(refiner_path().read_bytes())
    named = open_weights(str(path), "cpu", str(other))
    assert named.name == "mine with other" and named.predictor.spec.refiner == other
    with pytest.raises(ModelError, match="absent"):
        open_weights(str(path), "cpu", str(tmp_path / "absent"))


def test_a_model_that_is_not_refined_takes_no_refiner(tmp_path, tensors):
    path = tmp_path / "mine.safetensors"
    save_file(tensors, path, {"promptless": "true"})
    with pytest.raises(InputError, match="not refined"):
        open_weights(str(path), "cpu", str(refiner_path()))


@pytest.mark.parametrize("training", [None, "none", '{"steps": 3}', '{"sources": 5}', "[1]"])
def test_a_file_that_does_not_say_what_it_was_trained_on(tmp_path, tensors, training):
    path = tmp_path / "mine.safetensors"
    save_file(tensors, path, {} if training is None else {"training": training})
    assert open_weights(str(path), "cpu").trained is None


def test_neither_a_file_nor_a_model_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file"):
        open_weights(str(tmp_path / "absent.safetensors"))
    (tmp_path / "text.safetensors").write_text("hello", encoding="utf-8")
    with pytest.raises(ModelError):
        open_weights(str(tmp_path / "text.safetensors"))


def test_sources_that_were_trained_on_are_no_new_ones(a_slice):
    weights = Weights("mine", None, frozenset({"a", "b"}))
    item = a_slice(disk((40, 40), (20, 20), 8), source="b")
    with pytest.raises(InputError, match="mine was trained on b"):
        weights.check_left_out([item])
    weights.check_left_out([a_slice(disk((40, 40), (20, 20), 8), source="c")])
    replace(weights, trained=None).check_left_out([item])

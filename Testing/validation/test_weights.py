"""Weights are opened by file or by name, and say what they were trained on."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.torch import save_file

from SAMBenchmarkLib.validation.weights import Weights, open_weights
from SAMSegmenterLib.core.errors import InputError, ModelError
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

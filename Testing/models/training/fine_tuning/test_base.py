"""A base model comes from the registry or a file, with everything that is known about it."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.known_models import MEDSAM_SPEC, OFFICIAL, blank_spec
from SAMSegmenterLib.models.training.fine_tuning.base import base_model, check_base
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.weights import file_sha256


def test_without_a_name_or_a_file_it_is_the_bundled_model():
    assert base_model(None, None).name == "sam-small"


def test_an_unknown_name_is_refused():
    with pytest.raises(InputError, match="no model 'sam-huge'"):
        base_model("sam-huge", None)


def test_a_file_tells_its_architecture_and_what_it_says_about_itself(a_weights_file):
    spec = base_model(None, a_weights_file)
    assert (spec.name, spec.architecture, spec.path) == ("My-Model-1", "small", a_weights_file)
    assert (spec.licence, spec.mask_threshold) == ("CC0", 0.25)
    assert spec.sha256 == file_sha256(a_weights_file) and spec.bytes == a_weights_file.stat().st_size


def test_an_official_file_is_recognised_under_any_name(tmp_path, monkeypatch, a_weights_file):
    copy = tmp_path / "renamed.safetensors"
    copy.write_bytes(a_weights_file.read_bytes())
    known = replace(OFFICIAL["vit_b"], sha256=file_sha256(copy))
    monkeypatch.setitem(OFFICIAL, "vit_b", known)
    assert base_model(None, copy) == replace(known, path=copy)


def test_a_file_called_medsam_has_medsams_normalisation(tmp_path):
    tensors = {"image_encoder.patch_embed.proj.weight": torch.zeros(768, 3, 16, 16)}
    path = tmp_path / "medsam_vit_b.safetensors"
    save_file(tensors, path)
    spec = base_model(None, path)
    assert spec.name == "medsam" and spec.normalisation == MEDSAM_SPEC.normalisation


def test_a_pytorch_checkpoint_is_taken_too(tmp_path, a_weights_file):
    path = tmp_path / "mine.pth"
    torch.save({"model": load_file(a_weights_file)}, path)
    assert base_model(None, path).architecture == "small"


@pytest.mark.parametrize("content", [b"", b"text", json.dumps({"a": 1}).encode()])
def test_a_file_that_holds_no_weights_is_refused(tmp_path, content):
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        base_model(None, path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no file"):
        base_model(None, tmp_path / "absent.pth")


def test_lora_needs_a_vision_transformer():
    options = FineTuningOptions.of("huang", lora_rank=4)
    check_base(blank_spec("v", "vit_b"), options)
    with pytest.raises(InputError, match="architecture 'small'") as error:
        check_base(blank_spec("s", "small"), options)
    assert "Leave out --lora" in error.value.hint


def test_a_model_without_prompts_is_not_trained_with_boxes():
    spec = replace(blank_spec("s", "small"), promptless=True)
    check_base(spec, FineTuningOptions.of("shi"))
    with pytest.raises(InputError, match="without prompts"):
        check_base(spec, FineTuningOptions.of("huang"))

"""The file keeps SAM's names and says everything that the registry reads."""

import errno
import json
import os

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.core.predictor import EverythingParameters, ModelSpec
from SAMSegmenterLib.models.known_models import blank_spec, with_metadata
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.training.fine_tuning.card import CardFacts, card_text
from SAMSegmenterLib.models.training.fine_tuning.exporting import write_model
from SAMSegmenterLib.models.training.fine_tuning.figures import compare, count_data
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore
from SAMSegmenterLib.models.training.fine_tuning.splitting import Split
from support.fine_tuning import ring_samples

TENSORS = {"a.weight": torch.arange(4.0).half(), "b.count": torch.tensor(3)}
BASE = ModelSpec(
    "base",
    "vit_b",
    "cd" * 32,
    normalisation=((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),
    mask_threshold=0.25,
    s1_thresholds=EverythingParameters(points_per_side=16, pred_iou_thresh=0.3),
    licence="Apache-2.0",
)


def facts_of(recipe="huang"):
    scores = [ObjectScore("ring", 0, 0.5, 0.5)]
    counts = count_data(ring_samples(2, 1), Split((0,), (), (1,)))
    return CardFacts(
        "mine", BASE, FineTuningOptions.of(recipe), "plane auto", counts, compare(scores, scores), 1, 2, ()
    )


def test_tensors_are_as_they_were_given(tmp_path):
    path = tmp_path / "mine.safetensors"
    write_model(TENSORS, facts_of(), path)
    loaded = load_file(path)
    assert loaded.keys() == TENSORS.keys()
    assert all(
        torch.equal(loaded[name], value) and loaded[name].dtype == value.dtype for name, value in TENSORS.items()
    )


@pytest.mark.parametrize(("recipe", "promptless"), [("huang", False), ("shi", True)])
def test_the_registry_reads_the_base_models_specification(tmp_path, recipe, promptless):
    path = tmp_path / "mine.safetensors"
    write_model(TENSORS, facts_of(recipe), path)
    metadata = read_metadata(path)
    spec = with_metadata(blank_spec("mine", metadata["architecture"]), metadata)
    assert (spec.architecture, spec.licence, spec.mask_threshold) == ("vit_b", "Apache-2.0", 0.25)
    assert spec.normalisation == BASE.normalisation and spec.s1_thresholds == BASE.s1_thresholds
    assert spec.promptless is promptless and metadata["promptless"] == json.dumps(promptless)
    assert spec.card == card_text(facts_of(recipe))


def test_how_it_was_trained_can_be_read_by_programs(tmp_path):
    write_model(TENSORS, facts_of(), tmp_path / "mine.safetensors")
    training = json.loads(read_metadata(tmp_path / "mine.safetensors")["training"])
    assert training["base_sha256"] == "cd" * 32 and training["epoch"] == 1 and training["structures"] == ["ring"]
    assert training["options"]["learning_rate"] == 1e-4


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("a", "b", "c"):
        write_model(TENSORS, facts_of(), tmp_path / name)
    assert len({(tmp_path / name).read_bytes() for name in ("a", "b", "c")}) == 1


def test_a_full_disk_is_told_in_words_and_leaves_nothing(tmp_path, monkeypatch):
    def full(tensors, path, metadata):
        path.write_bytes(b"half")
        raise SafetensorError(f"I/O error: {os.strerror(errno.ENOSPC)}")

    monkeypatch.setattr("SAMSegmenterLib.models.training.export.save_file", full)
    with pytest.raises(StoreError, match="No space left") as error:
        write_model(TENSORS, facts_of(), tmp_path / "mine.safetensors")
    assert "disk may be full" in error.value.hint
    assert list(tmp_path.iterdir()) == []

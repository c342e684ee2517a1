"""The whole way: encode, measure, train, measure again, write; with the bundled model it learns."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from SAMBenchmarkLib.session.fine_tuning_scores import evaluate_samples
from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.models import registry
from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.training.fine_tuning import loop
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.run import (
    NO_BETTER,
    OTHER_COMPUTER,
    FineTuningRequest,
    check_resumable,
    fine_tune,
)
from SAMSegmenterLib.models.training.state_file import STATE_FILE
from support.fine_tuning import ring_samples, tiny_sam


class StopAfter:
    """Says stop at the n-th question, and at all that follow."""

    def __init__(self, questions):
        self.left = questions

    def __call__(self):
        self.left -= 1
        return self.left < 0


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """The bundled model adapted to rings, of which it takes the whole disk at first; no test changes it."""
    folder = tmp_path_factory.mktemp("learnt")
    options = FineTuningOptions.of("huang", epochs=11, learning_rate=5e-4, holdout=0.34)
    request = FineTuningRequest(
        registry.resolve("sam-small"), ring_samples(6, 2), options, folder, "rings", device="cpu"
    )
    return fine_tune(request, evaluate_samples)


def test_the_bundled_model_finds_held_back_rings_better_afterwards(learnt):
    (row,) = learnt.facts.comparisons
    assert (row.structure, row.objects, row.patients) == ("ring", 4, 2)
    assert row.after > row.before + 0.1 and row.after > 0.8
    assert row.single_after > row.single_before + 0.1
    assert learnt.history[-1]["loss"] < 0.7 * learnt.history[0]["loss"]


def test_its_file_is_imported_and_loaded_like_any_other(learnt, models_folder):
    spec = registry.import_file(learnt.weights)
    assert (spec.name, spec.architecture, spec.promptless) == ("rings", "small", False)
    assert spec.card == learnt.card and spec.s1_thresholds == registry.resolve("sam-small").s1_thresholds
    scores = evaluate_samples(registry.load("rings", "cpu"), learnt.held_back)
    assert [score.dice for score in scores] == [score.dice for score in learnt.after]


def test_its_state_dict_loads_into_an_ordinary_sam_network(learnt):
    network = build("small")
    network.load_state_dict(load_file(learnt.weights), strict=True)
    predictor = load_segment_anything().SamPredictor(network)
    sample = learnt.held_back[0]
    predictor.set_image(np.ascontiguousarray(sample.image))
    masks, scores, _ = predictor.predict(box=sample.objects[0].box, multimask_output=True)
    mask, reference = masks[int(np.argmax(scores))], sample.objects[0].mask
    dice = 2 * np.logical_and(mask, reference).sum() / (mask.sum() + reference.sum())
    assert dice == pytest.approx(learnt.after[0].dice, abs=0.02)


def test_only_its_decoder_differs_from_the_base_model(learnt):
    base, tuned = load_file(registry.bundled_path()), load_file(learnt.weights)
    assert base.keys() == tuned.keys()
    assert {n.split(".")[0] for n in base if not torch.equal(base[n], tuned[n])} == {"mask_decoder"}
    assert all(base[name].dtype == tuned[name].dtype for name in base)


@pytest.mark.parametrize(
    ("options", "questions"),  # stopped while encoding, training, validating, and training again
    [({}, (3, 18, 14, 17)), ({"lora_rank": 2}, (3, 10, 6, 9))],
)
def test_two_runs_write_the_same_file_and_an_interrupted_one_too(a_request, options, questions):
    whole = fine_tune(a_request("a", **options), evaluate_samples)
    again = fine_tune(a_request("b", **options), evaluate_samples)
    assert again.weights.read_bytes() == whole.weights.read_bytes()
    for number in questions:
        with pytest.raises(Cancelled):
            fine_tune(a_request("c", **options), evaluate_samples, should_stop=StopAfter(number))
    resumed = fine_tune(a_request("c", **options), evaluate_samples)
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()
    assert resumed.history == whole.history and resumed.card == whole.card


def test_repeating_a_finished_run_writes_the_same_file_and_trains_nothing(a_request, monkeypatch):
    first = fine_tune(a_request(), evaluate_samples).weights.read_bytes()
    monkeypatch.setattr(loop.FineTuner, "_step", lambda self: pytest.fail("it trained again"))
    assert fine_tune(a_request(), evaluate_samples).weights.read_bytes() == first


def test_weights_with_adapters_are_those_of_an_ordinary_network(a_request):
    result = fine_tune(a_request(lora_rank=2), evaluate_samples)
    tensors = load_file(result.weights)
    tiny_sam(seed=3).load_state_dict(tensors, strict=True)
    base = tiny_sam().state_dict()
    changed = {name for name in base if not torch.equal(base[name], tensors[name])}
    assert {n for n in changed if n.startswith("image_encoder")} == {
        f"image_encoder.blocks.{number}.attn.qkv.weight" for number in (0, 1)
    }
    assert not any(name.startswith("prompt_encoder") for name in changed)


def test_every_image_is_encoded_once_and_kept_on_disk(a_request, tmp_path, monkeypatch):
    from SAMSegmenterLib.models.predictor import TorchPredictor

    encoded = []
    real = TorchPredictor._encode_one
    monkeypatch.setattr(TorchPredictor, "_encode_one", lambda *given: encoded.append(1) or real(*given))
    fields = {"cache_directory": tmp_path / "cache"}
    fine_tune(a_request("a", fields=fields), evaluate_samples)
    assert len(encoded) == 12
    fine_tune(a_request("b", fields=fields, seed=2), evaluate_samples)
    assert len(encoded) == 12


def test_a_model_without_prompts_is_trained_and_marked(a_request):
    result = fine_tune(a_request(recipe="shi", epochs=3, learning_rate=3e-3), evaluate_samples)
    assert read_metadata(result.weights)["promptless"] == "true"
    assert all(score.dice == score.dice_single for score in result.after)
    assert result.history[-1]["loss"] < result.history[0]["loss"]


def test_the_model_may_lie_anywhere_with_a_mask_threshold_of_its_own(a_request, a_tiny_spec):
    request = a_request(fields={"base": replace(a_tiny_spec, mask_threshold=0.5)}, epochs=1)
    assert read_metadata(fine_tune(request, evaluate_samples).weights)["mask_threshold"] == "0.5"


def test_progress_names_the_stages_in_order(a_request):
    stages = []
    fine_tune(a_request(epochs=1), evaluate_samples, lambda event: stages.append(event.stage))
    assert list(dict.fromkeys(stages)) == ["encoding slices", "measuring", "training"]
    assert stages[-1] == "measuring"


def test_being_stopped_while_encoding_keeps_what_is_encoded(a_request, tmp_path):
    fields = {"cache_directory": tmp_path / "cache"}
    with pytest.raises(Cancelled):
        fine_tune(a_request(fields=fields), evaluate_samples, should_stop=StopAfter(5))
    assert len(list((tmp_path / "cache").rglob("*.safetensors"))) == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 7}, "seed 1, now 7"),
        ({"epochs": 3}, "epochs 2, now 3"),
        ({"learning_rate": 1e-4}, "learning rate 0.001, now 0.0001"),
        ({"recipe": "shi", "batch_size": 2}, "recipe huang, now shi"),
        ({"lora_rank": 2}, "LoRA rank 0, now 2"),
    ],
)
def test_other_options_than_those_of_the_state_are_refused(a_request, changes, words):
    with pytest.raises(Cancelled):
        fine_tune(a_request(), evaluate_samples, should_stop=StopAfter(18))
    before = (a_request().folder / STATE_FILE).read_bytes()
    with pytest.raises(InputError, match=words):
        fine_tune(a_request(**changes), evaluate_samples)
    request = a_request(**changes)
    with pytest.raises(InputError, match=words):
        check_resumable(request.folder, request.base, request.options, request.images)
    assert (request.folder / STATE_FILE).read_bytes() == before


def test_other_images_than_those_of_the_state_are_refused(a_request):
    with pytest.raises(Cancelled):
        fine_tune(a_request(), evaluate_samples, should_stop=StopAfter(18))
    with pytest.raises(InputError, match="other images and labels"):
        fine_tune(a_request(samples=ring_samples(6, 3)), evaluate_samples)


def test_another_number_of_threads_is_noted(a_request, monkeypatch):
    with pytest.raises(Cancelled):
        fine_tune(a_request(), evaluate_samples, should_stop=StopAfter(18))
    monkeypatch.setattr("torch.get_num_threads", lambda: 7)
    assert OTHER_COMPUTER in fine_tune(a_request(), evaluate_samples).facts.notes


def test_one_patient_only_leaves_nothing_behind(a_request):
    request = a_request(samples=ring_samples(1, 6))
    with pytest.raises(InputError, match="one patient"):
        fine_tune(request, evaluate_samples)
    assert not request.folder.exists()


def test_blocks_of_slices_are_told_in_the_card(a_request):
    result = fine_tune(a_request(samples=ring_samples(1, 8), split="slices", epochs=1), evaluate_samples)
    assert "resemble each other" in result.card


def test_with_two_slices_the_last_epoch_is_taken_and_that_is_said(a_request):
    result = fine_tune(a_request(samples=ring_samples(2, 1)), evaluate_samples)
    assert result.facts.epoch == 2 and result.base_validation is None
    assert [record["validation"] for record in result.history] == [None, None]
    assert "too few slices" in result.card


def test_finish_writes_the_best_epoch_so_far_and_says_so(a_request, monkeypatch):
    request = a_request(epochs=3)
    epochs = []

    def stop():
        return bool(epochs)

    real = loop.FineTuner._finish_epoch
    monkeypatch.setattr(loop.FineTuner, "_finish_epoch", lambda self, s: real(self, s) or epochs.append(1))
    with pytest.raises(Cancelled):
        fine_tune(request, evaluate_samples, should_stop=stop)
    result = fine_tune(replace(request, finish=True), evaluate_samples)
    assert result.facts.epoch == 1 and len(result.history) == 1
    assert "Training was ended after 1 of 3 epochs." in result.facts.notes
    assert result.weights.exists()


def test_finish_before_the_first_epoch_is_refused(a_request):
    with pytest.raises(InputError, match="no finished epoch"):
        fine_tune(a_request(fields={"finish": True}), evaluate_samples)


def test_a_run_that_does_not_help_is_called_so(a_request):
    result = fine_tune(a_request(epochs=1, learning_rate=1e-12), evaluate_samples)
    assert NO_BETTER in result.facts.notes


def test_a_damaged_state_is_refused(a_request):
    request = a_request()
    request.folder.mkdir()
    (request.folder / STATE_FILE).write_bytes(b"nothing")
    with pytest.raises(ModelError, match="not the state of a fine-tuning"):
        fine_tune(request, evaluate_samples)


def test_the_file_and_the_state_name_nobody(a_request):
    result = fine_tune(a_request(epochs=1), evaluate_samples)
    told = json.dumps(read_metadata(result.weights))
    assert not any(f"p{number}" in told for number in range(6)) and "case p" not in told
    state = (result.weights.parent / STATE_FILE).read_bytes()
    assert b"case p" not in state

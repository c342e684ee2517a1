"""Training repeats bit for bit, however often it is interrupted, and survives what goes wrong."""

import json

import pytest
import torch

from SAMBenchmarkLib.session.fine_tuning_scores import evaluate_samples
from SAMSegmenterLib.core.errors import Cancelled, ModelError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.models.training.fine_tuning import loop
from SAMSegmenterLib.models.training.fine_tuning.loop import MOST_VALIDATION_SLICES, validation_samples
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.splitting import split_samples
from SAMSegmenterLib.models.training.fine_tuning.state import load_state
from SAMSegmenterLib.models.training.state_file import STATE_FILE
from support.fine_tuning import ring_samples


class StopAfter:
    """Says stop at the n-th question, and at all that follow."""

    def __init__(self, questions):
        self.left = questions

    def __call__(self):
        self.left -= 1
        return self.left < 0


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("recipe", ["huang", "shi"])
def test_two_runs_with_one_seed_end_with_the_same_weights(a_tuner, tmp_path, recipe):
    runs = [a_tuner(tmp_path / name, recipe) for name in ("a", "b")]
    for run in runs:
        run.run()
    assert same(runs[0].network.weights(), runs[1].network.weights())
    assert same(runs[0].best, runs[1].best) and runs[0].progress == runs[1].progress


def test_another_seed_ends_with_other_weights(a_tuner, tmp_path):
    first, second = a_tuner(tmp_path / "a"), a_tuner(tmp_path / "b", seed=2)
    first.run()
    second.run()
    assert not same(first.network.weights(), second.network.weights())


@pytest.mark.parametrize("options", [{}, {"recipe": "shi"}, {"lora_rank": 2}])
def test_a_run_interrupted_again_and_again_ends_like_an_undisturbed_one(a_tuner, tmp_path, options):
    undisturbed = a_tuner(tmp_path / "a", **options)
    undisturbed.run()
    for interruptions in range(1, 20):
        tuner = a_tuner(tmp_path / "b", **options)
        state = load_state(tmp_path / "b")
        if state is not None:
            tuner.restore(state)
        try:
            tuner.run(should_stop=StopAfter(1 + 3 * (interruptions % 2)))
            break
        except Cancelled:
            continue
    assert interruptions >= 4 and tuner.progress.epoch == 2
    assert same(tuner.network.weights(), undisturbed.network.weights()) and same(tuner.best, undisturbed.best)
    assert tuner.progress == undisturbed.progress


def test_being_stopped_while_validating_loses_no_step(a_tuner, tmp_path):
    tuner = a_tuner(tmp_path)
    asked = []

    def evaluate(*arguments):
        asked.append(tuner.progress.position)
        raise Cancelled

    tuner._evaluate = evaluate
    with pytest.raises(Cancelled):
        tuner.run()
    state = load_state(tmp_path)
    assert state.progress.epoch == 0 and state.progress.position == asked[0] == 8
    again = a_tuner(tmp_path)
    again.restore(state)
    again.run()
    assert [record["epoch"] for record in again.progress.history] == [1, 2]


def test_a_finished_run_has_nothing_left_to_do(a_tuner, tmp_path):
    tuner = a_tuner(tmp_path)
    tuner.run()
    again = a_tuner(tmp_path)
    again.restore(load_state(tmp_path))
    again.run(should_stop=lambda: True)
    assert same(again.network.weights(), tuner.network.weights())


def test_training_lowers_the_loss_and_records_every_epoch(a_tuner, tmp_path):
    tuner = a_tuner(tmp_path, epochs=6, learning_rate=3e-3)
    tuner.run()
    losses = [record["loss"] for record in tuner.progress.history]
    assert len(losses) == 6 and losses[-1] < 0.9 * losses[0]
    assert all(0 <= record["validation"] <= 1 for record in tuner.progress.history)
    assert all(record["mask_loss"] < record["loss"] for record in tuner.progress.history)


def test_the_best_epochs_weights_are_kept(a_tuner, tmp_path):
    tuner = a_tuner(tmp_path, epochs=3)
    scores = iter([0.3, 0.9, 0.5])
    seen = []

    def evaluate(predictor, samples, *others):
        seen.append(tuner.network.weights())
        value = next(scores)
        return [type(one)(one.structure, 0, value, value) for one in evaluate_samples(predictor, samples[:1])]

    tuner._evaluate = evaluate
    tuner.run()
    assert tuner.progress.best_epoch == 2
    assert same(tuner.best, seen[1]) and not same(tuner.best, seen[2])


def test_encoders_stay_as_they_are(a_tuner, tmp_path):
    tuner = a_tuner(tmp_path)
    before = {name: value.clone() for name, value in tuner.network.sam.state_dict().items()}
    tuner.run()
    after = tuner.network.sam.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"mask_decoder"}


def test_progress_counts_slices_and_tells_loss_and_dice(a_tuner, tmp_path):
    events: list[ProgressEvent] = []
    a_tuner(tmp_path).run(events.append)
    assert [event.done for event in events] == [2, 4, 6, 8, 10, 12, 14, 16]
    assert {event.total for event in events} == {16} and events[0].seconds_left is not None
    assert events[0].message == "epoch 1"
    assert events[-1].message.startswith("epoch 2: loss ") and "validation Dice" in events[-1].message


def test_a_resumed_run_counts_on(a_tuner, tmp_path):
    with pytest.raises(Cancelled):
        a_tuner(tmp_path).run(should_stop=StopAfter(3))
    tuner = a_tuner(tmp_path)
    tuner.restore(load_state(tmp_path))
    events: list[ProgressEvent] = []
    tuner.run(events.append)
    assert events[0].done == 8


def break_loss(monkeypatch, at_call, value=float("nan")):
    calls = []
    real = loop.fine_tuning_loss

    def broken(*arguments, **names):
        parts = real(*arguments, **names)
        calls.append(1)
        return loop.LossParts(parts.total * value, parts.mask, parts.iou) if len(calls) >= at_call else parts

    monkeypatch.setattr(loop, "fine_tuning_loss", broken)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_state(a_tuner, tmp_path, monkeypatch, value):
    with pytest.raises(Cancelled):
        a_tuner(tmp_path / "good").run(should_stop=StopAfter(2))
    break_loss(monkeypatch, at_call=3, value=value)
    with pytest.raises(ModelError, match="no longer a number in epoch 1") as error:
        a_tuner(tmp_path / "bad").run()
    assert str(tmp_path / "bad") in error.value.message and "--learning-rate" in error.value.hint
    assert "--finish" not in error.value.hint
    good, bad = load_state(tmp_path / "good"), load_state(tmp_path / "bad")
    assert bad.progress == good.progress and bad.progress.position == 4
    assert same(bad.weights, good.weights)


def test_after_a_finished_epoch_the_hint_says_how_to_write_its_model(a_tuner, tmp_path, monkeypatch):
    break_loss(monkeypatch, at_call=6)
    with pytest.raises(ModelError, match="in epoch 2") as error:
        a_tuner(tmp_path).run()
    assert "--finish to write the model of epoch 1" in error.value.hint


def test_a_gradient_that_is_no_number_stops_too(a_tuner, tmp_path):
    tuner = a_tuner(tmp_path)
    tuner.network.train()
    next(iter(tuner.network.parameters.values())).register_hook(lambda gradient: gradient * float("nan"))
    with pytest.raises(ModelError, match="no longer a number"):
        tuner.run()
    assert all(value.isfinite().all() for value in load_state(tmp_path).weights.values())


def short_of_memory(monkeypatch, most_objects, error=None):
    """As if more than so many objects at a time did not fit."""
    real = loop.decode
    sizes = []

    def decode(sam, features, prompts):
        sizes.append(len(features))
        if len(features) > most_objects:
            raise error or torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")
        return real(sam, features, prompts)

    monkeypatch.setattr(loop, "decode", decode)
    return sizes


@pytest.mark.parametrize("error", [None, MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
def test_when_memory_does_not_suffice_the_batch_is_halved_and_that_is_said(
    a_tuner, tmp_path, monkeypatch, caplog, error
):
    sizes = short_of_memory(monkeypatch, 1, error)
    tuner = a_tuner(tmp_path)
    tuner.run()
    assert sizes[0] == 2 and set(sizes[1:]) == {1}
    assert tuner.progress.slices_at_once == 1
    assert tuner.progress.notes == ["Memory did not suffice: the batch was halved and is computed 1 slice at a time."]
    assert "Memory did not suffice" in caplog.text
    assert load_state(tmp_path).progress.slices_at_once == 1


def test_a_halved_batch_still_makes_the_same_steps(a_tuner, tmp_path, monkeypatch):
    whole = a_tuner(tmp_path / "a")
    whole.run()
    short_of_memory(monkeypatch, 1)
    halved = a_tuner(tmp_path / "b")
    halved.run()
    weights = whole.network.weights()
    assert all(torch.allclose(value, weights[name], atol=2e-4) for name, value in halved.network.weights().items())


def test_then_the_objects_of_a_slice_are_taken_in_parts(a_tuner, a_network, tmp_path, monkeypatch):
    short_of_memory(monkeypatch, 2)
    options = FineTuningOptions.of("huang", epochs=1, objects_per_slice=4)
    samples = ring_samples(4, 1, ("ring", "core", "ring", "core"))
    split = split_samples(samples, options)
    tuner = loop.FineTuner(a_network(), samples, split, options, {}, evaluate_samples, tmp_path)
    tuner.run()
    assert (tuner.progress.slices_at_once, tuner.progress.objects_at_once) == (1, 2)
    assert tuner.progress.notes[-1].endswith("computed 2 objects at a time.")


def test_when_a_single_object_does_not_fit_the_run_ends_in_words(a_tuner, tmp_path, monkeypatch):
    short_of_memory(monkeypatch, 0)
    with pytest.raises(ModelError, match="does not suffice for a single object"):
        a_tuner(tmp_path).run()
    assert (tmp_path / STATE_FILE).exists()


def test_other_failures_pass_as_they_are(a_tuner, tmp_path, monkeypatch):
    short_of_memory(monkeypatch, 0, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        a_tuner(tmp_path).run()


def test_a_state_of_another_network_is_refused(a_tuner, tmp_path):
    with pytest.raises(Cancelled):
        a_tuner(tmp_path, lora_rank=2).run(should_stop=StopAfter(1))
    with pytest.raises(ModelError, match="another network"):
        a_tuner(tmp_path / "other").restore(load_state(tmp_path))


def test_many_validation_slices_are_thinned_out_evenly():
    samples = ring_samples(2, 200)
    options = FineTuningOptions.of("huang", split="slices", validation=0.5)
    split = split_samples(samples, options)
    chosen = validation_samples(samples, split)
    assert len(split.validation) > MOST_VALIDATION_SLICES == len(chosen)
    assert {sample.patient for sample in chosen} == {"p0", "p1"}


def test_the_state_holds_no_patient(a_tuner, tmp_path):
    with pytest.raises(Cancelled):
        a_tuner(tmp_path).run(should_stop=StopAfter(1))
    state = load_state(tmp_path)
    assert "p1" not in json.dumps([state.identity, vars(state.progress)])

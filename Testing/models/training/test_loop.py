"""Training repeats itself for a seed, resumes to the same weights, and survives want of memory and bad losses."""

import json
import logging
from dataclasses import replace

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.training import loop
from SAMSegmenterLib.models.training.batches import Batch, BatchMaker, BatchOptions
from SAMSegmenterLib.models.training.loop import Trainer
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions
from SAMSegmenterLib.models.training.state import load_state
from SAMSegmenterLib.models.training.state_file import STATE_FILE
from SAMSegmenterLib.models.training.training_log import LOG_FILE, read_log
from support.tiny_training import OPTIONS, tiny_sam


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trainer(folder, maker=lambda stage: BatchMaker([], stage.batch), options=OPTIONS, identity=None):
    folder.mkdir(exist_ok=True)
    return Trainer(tiny_sam(), maker, options, folder, identity)


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def same_states(first, second):
    """Everything that two runs go on from is equal, but for the time they took."""
    one, two = (load_state(folder) for folder in (first, second))
    assert one.run.step == two.run.step and one.run.halvings == two.run.halvings
    assert same(one.model, two.model)
    assert same(one.average, two.average)
    for before, after in zip(one.optimizers, two.optimizers, strict=True):
        assert before["param_groups"] == after["param_groups"] and before["state"].keys() == after["state"].keys()
        assert all(same(before["state"][name], after["state"][name]) for name in before["state"])
    return True


def logged(folder):
    return [
        {name: value for name, value in record.items() if name != "seconds"} for record in read_log(folder / LOG_FILE)
    ]


def stop_after(steps):
    answers = iter([False] * steps + [True])
    return lambda: next(answers)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Folder and weights of an undisturbed run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("whole")
    weights = trainer(folder).run()
    torch.set_num_threads(before)
    return folder, weights


@pytest.mark.parametrize("steps", [0, 3])
def test_a_stopped_run_resumes_to_the_weights_of_an_undisturbed_one(tmp_path, whole, steps):
    stopped = trainer(tmp_path / "parts")
    stopped.run(stop_after(steps))
    assert stopped.step == steps
    resumed = trainer(tmp_path / "parts")
    assert resumed.restore() == steps
    weights = resumed.run()
    assert resumed.step == 5
    assert same(whole[1], weights) and same_states(whole[0], tmp_path / "parts")
    assert logged(tmp_path / "parts") == logged(whole[0])


class Killed(BaseException):
    """Ends a run without giving it the chance to save."""


@pytest.mark.parametrize(("at", "saved"), [(1, 0), (3, 2)])
def test_a_killed_run_loses_the_steps_since_its_last_state_and_nothing_else(tmp_path, whole, monkeypatch, at, saved):
    options = replace(OPTIONS, save_every=2)
    calls = []

    def step_loss(*given):
        calls.append(given)
        if len(calls) == at + 1:
            raise Killed
        return original(*given)

    original = loop.step_loss
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(loop, "step_loss", step_loss)
        trainer(tmp_path / "run", options=options).run()
    assert [record["step"] for record in read_log(tmp_path / "run" / LOG_FILE)] == list(range(1, at + 1))
    resumed = trainer(tmp_path / "run", options=options)
    assert resumed.restore() == saved
    assert same(whole[1], resumed.run())
    assert logged(tmp_path / "run") == logged(whole[0])


def test_one_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    stages = (Stage(64, 2, BatchOptions(images=2)),)
    runs = {"first": 1, "again": 1, "other": 2}
    weights = {name: trainer(tmp_path / name, options=TrainingOptions(stages, seed=runs[name])).run() for name in runs}
    assert same(weights["first"], weights["again"])
    assert not same(weights["first"], weights["other"])


def test_a_finished_run_is_left_as_it_is(whole, tmp_path):
    again = trainer(whole[0])
    before = (whole[0] / LOG_FILE).read_bytes()
    assert again.restore() == 5
    assert same(again.run(), whole[1])
    assert (whole[0] / LOG_FILE).read_bytes() == before


def test_a_longer_schedule_goes_on_where_the_shorter_one_ended(tmp_path):
    first = replace(OPTIONS, stages=(Stage(64, 2, BatchOptions(images=2)),))
    trainer(tmp_path / "run", options=first).run()
    longer = replace(first, stages=(*first.stages, Stage(96, 1, BatchOptions(images=2))))
    resumed = trainer(tmp_path / "run", options=longer)
    assert resumed.restore() == 2
    resumed.run()
    assert [(record["step"], record["size"]) for record in logged(tmp_path / "run")] == [(1, 64), (2, 64), (3, 96)]
    assert load_state(tmp_path / "run").options["stages"][1]["size"] == 96


def test_a_run_that_began_differently_is_refused_and_left_as_it_is(tmp_path):
    trainer(tmp_path / "run", identity={"images_and_labels": "a"}).run(stop_after(1))
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    with pytest.raises(InputError, match=r"learning rate 0\.001, now 0\.002"):
        trainer(tmp_path / "run", options=replace(OPTIONS, learning_rate=0.002)).run()
    with pytest.raises(InputError, match="other images and labels"):
        trainer(tmp_path / "run", identity={"images_and_labels": "b"}).run()
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


class BatchesThatBreak:
    """Ordinary batches until the third, which holds a value that is no number."""

    def __init__(self, options):
        self._maker, self._count = BatchMaker([], options), 0

    def draw(self, size, rng):
        batch, self._count = self._maker.draw(size, rng), self._count + 1
        if self._count < 3:
            return batch
        return Batch(torch.full_like(batch.images, float("nan")), batch.masks, batch.image_index)


def test_a_loss_that_is_no_number_stops_and_keeps_weights_averages_and_optimisers_of_the_step_before(tmp_path):
    trainer(tmp_path / "good").run(stop_after(2))
    broken = trainer(tmp_path / "bad", lambda stage: BatchesThatBreak(stage.batch))
    with pytest.raises(ModelError, match="no longer a number after step 2"):
        broken.run()
    assert same_states(tmp_path / "good", tmp_path / "bad")
    state = load_state(tmp_path / "bad")
    values = [*state.model.values(), *state.average.values()]
    values += [value for each in state.optimizers for own in each["state"].values() for value in own.values()]
    assert all(torch.isfinite(value).all() for value in values if value.is_floating_point())
    assert [record["step"] for record in logged(tmp_path / "bad")] == [1, 2]


def test_an_error_while_drawing_ahead_surfaces(tmp_path):
    class Broken:
        def draw(self, size, rng):
            raise InputError("Hardly any image has an object.")

    with pytest.raises(InputError, match="Hardly any"):
        trainer(tmp_path / "run", lambda stage: Broken()).run()


@pytest.fixture
def little_memory(monkeypatch):
    """A computer whose memory holds a number of images; counts the attempts that failed."""
    original = loop.step_loss
    computer = {"images": 2, "failures": 0, "error": RuntimeError("DefaultCPUAllocator: can't allocate memory")}

    def step_loss(sam, batch, *more):
        loss, record = original(sam, batch, *more)  # the norms have seen the batch when memory ends
        if len(batch.images) > computer["images"]:
            computer["failures"] += 1
            raise computer["error"]
        return loss, record

    monkeypatch.setattr(loop, "step_loss", step_loss)
    return computer


def schedule(images):
    return replace(OPTIONS, stages=(Stage(64, 2, BatchOptions(images=images, objects_per_image=1)),))


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")])
def test_for_want_of_memory_the_images_of_a_step_are_halved_and_nothing_else_changes(
    tmp_path, little_memory, caplog, error
):
    little_memory["error"] = error
    with caplog.at_level(logging.WARNING):
        halved = trainer(tmp_path / "halved", options=schedule(8)).run()
    assert little_memory["failures"] == 2
    assert same(halved, trainer(tmp_path / "small", options=schedule(2)).run())
    notes = [record["note"] for record in logged(tmp_path / "halved") if "note" in record]
    assert notes == [
        "Memory did not suffice: from step 1 on, a step has 4 in place of 8 images.",
        "Memory did not suffice: from step 1 on, a step has 2 in place of 4 images.",
    ]
    assert all(note in caplog.text for note in notes)
    assert load_state(tmp_path / "halved").run.notes == notes
    assert [record["images"] for record in logged(tmp_path / "halved") if "note" in record] == [4, 2]


def test_a_resumed_run_stays_halved(tmp_path, little_memory):
    whole = trainer(tmp_path / "whole", options=schedule(4)).run()
    trainer(tmp_path / "parts", options=schedule(4)).run(stop_after(1))
    little_memory["failures"] = 0
    assert same(trainer(tmp_path / "parts", options=schedule(4)).run(), whole)
    assert little_memory["failures"] == 0


def test_too_little_memory_for_one_image_is_an_error_that_keeps_the_state(tmp_path, little_memory):
    trainer(tmp_path / "run", options=schedule(4)).run(stop_after(1))
    little_memory["images"] = 0
    with pytest.raises(ModelError, match="does not suffice for a single image of 64 pixels; the state after step 1"):
        trainer(tmp_path / "run", options=schedule(4)).run()
    state = load_state(tmp_path / "run")
    assert state.run.step == 1 and state.run.halvings == 2
    little_memory["images"] = 8
    assert trainer(tmp_path / "run", options=schedule(4)).restore() == 1


def test_other_failures_are_not_taken_for_want_of_memory(tmp_path, little_memory):
    little_memory["error"] = RuntimeError("shapes cannot be multiplied")
    with pytest.raises(RuntimeError, match="shapes"):
        trainer(tmp_path / "run", options=schedule(4)).run()
    assert little_memory["failures"] == 1


@pytest.mark.parametrize("content", [b"", b"not a state", None])
def test_a_foreign_state_is_refused(tmp_path, content):
    path = tmp_path / STATE_FILE
    if content is None:
        torch.save({"model": {"other": torch.zeros(1)}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="not the state of a training"):
        trainer(tmp_path).run()


def test_the_state_of_another_network_is_refused(tmp_path):
    trainer(tmp_path).run(stop_after(1))
    other = tiny_sam()
    other.image_encoder.extra = torch.nn.Linear(2, 2)
    with pytest.raises(ModelError, match="not one of this network"):
        Trainer(other, lambda stage: BatchMaker([], stage.batch), OPTIONS, tmp_path).run()


def test_every_step_is_told_and_the_log_is_drawn_now_and_then_and_at_the_end(tmp_path):
    events, drawn = [], []
    run = trainer(tmp_path / "run")
    run.run(on_progress=events.append, report=lambda: drawn.append(run.step), report_every=2)
    assert [(event.stage, event.done, event.total) for event in events] == [("training", k, 5) for k in range(1, 6)]
    assert all(event.seconds_left >= 0 for event in events) and events[-1].seconds_left == 0
    assert events[0].message.startswith("64 px, loss ") and events[-1].message.startswith("96 px, loss ")
    assert drawn == [2, 4, 5]


def test_the_time_goes_on_over_interruptions(tmp_path):
    trainer(tmp_path / "run").run(stop_after(2))
    trainer(tmp_path / "run").run()
    seconds = [json.loads(line)["seconds"] for line in (tmp_path / "run" / LOG_FILE).read_text("utf-8").splitlines()]
    assert len(seconds) == 5 and seconds == sorted(seconds) and seconds[0] >= 0
    assert load_state(tmp_path / "run").run.seconds == pytest.approx(seconds[-1], abs=0.01)


def test_going_on_with_another_number_of_threads_is_told_once(tmp_path, caplog):
    trainer(tmp_path / "run").run(stop_after(1))
    torch.set_num_threads(2)
    trainer(tmp_path / "run").run(stop_after(1))
    trainer(tmp_path / "run").run(stop_after(1))
    (note,) = load_state(tmp_path / "run").run.notes
    assert note.startswith("From step 2 on trained with 2 threads") and "before that with 1 threads" in note
    assert caplog.text.count(note) == 1
    assert [record["note"] for record in read_log(tmp_path / "run" / LOG_FILE) if "note" in record] == [note]


def test_repeated_steps_on_one_batch_lower_the_loss(tmp_path):
    class OneBatch:
        def draw(self, size, rng):
            return BatchMaker([], BatchOptions(images=2)).draw(size, np.random.default_rng(5))

    options = TrainingOptions((Stage(64, 12),), learning_rate=0.05, warmup_steps=2, decay_fraction=0.1, crutch_start=0)
    trainer(tmp_path / "run", lambda stage: OneBatch(), options).run()
    losses = [record["box_mask"] for record in logged(tmp_path / "run")]
    assert np.mean(losses[-3:]) < 0.9 * np.mean(losses[:3])

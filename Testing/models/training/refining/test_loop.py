"""A refiner's training resumes to the same weights, learns, and survives want of memory and bad losses."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.training.refining import loop
from SAMSegmenterLib.models.training.refining.loop import SCHEMA, RefinerTrainer
from SAMSegmenterLib.models.training.refining.options import RefiningOptions
from SAMSegmenterLib.models.training.state import load_state
from SAMSegmenterLib.models.training.training_log import LOG_FILE, read_log
from support.refining_samples import disk_samples

SAMPLES = disk_samples(6)
OPTIONS = RefiningOptions(steps=3, batch=4, warmup_steps=1, save_every=1, widths=(4, 4, 8, 8))


def trainer(folder, options=OPTIONS, identity=None):
    folder.mkdir(exist_ok=True)
    return RefinerTrainer(SAMPLES, options, folder, identity or {"data": "a"})


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def stop_after(steps):
    answers = iter([False] * steps + [True])
    return lambda: next(answers)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Folder and weights of an undisturbed run."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, trainer(folder).run()


def test_a_stopped_run_resumes_to_the_weights_and_log_of_an_undisturbed_one(tmp_path, whole):
    trainer(tmp_path).run(stop_after(1))
    assert load_state(tmp_path, SCHEMA).run.step == 1
    events = []
    assert same(trainer(tmp_path).run(on_progress=events.append), whole[1])
    assert [(event.done, event.total) for event in events] == [(2, 3), (3, 3)] and events[-1].seconds_left == 0
    parts, undisturbed = (read_log(folder / LOG_FILE) for folder in (tmp_path, whole[0]))
    assert [{**one, "seconds": 0} for one in parts] == [{**one, "seconds": 0} for one in undisturbed]


def test_another_seed_gives_other_weights(tmp_path, whole):
    other = trainer(tmp_path, RefiningOptions(**{**OPTIONS.summary(), "seed": 2, "widths": OPTIONS.widths})).run()
    assert not same(other, whole[1])


def test_the_log_has_losses_per_prompt_and_what_is_gained(whole):
    records = read_log(whole[0] / LOG_FILE)
    assert [record["step"] for record in records] == [1, 2, 3]
    first = records[0]
    assert first["size"] == 112 and first["loss"] > 0 and first["rate"] == pytest.approx(OPTIONS.rate_at(0))
    known = [first[f"{name}_mask"] for name in ("box", "point", "clicks") if first[f"{name}_mask"] is not None]
    assert known and all(value > 0 for value in known)
    assert all(first[f"{name}_gain"] in (0, None) for name in ("box", "point", "clicks"))  # begins changing nothing


def test_a_short_training_lowers_the_loss_on_its_own_samples(tmp_path):
    options = RefiningOptions(steps=40, batch=6, warmup_steps=5, widths=(4, 8, 8, 8), learning_rate=1e-2)
    trainer(tmp_path, options).run()
    records = read_log(tmp_path / LOG_FILE)
    losses = [record["loss"] for record in records]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])
    assert np.mean([record["box_gain"] for record in records[-5:]]) > 0.1


def test_a_run_that_began_differently_is_refused_and_left_as_it_is(tmp_path):
    trainer(tmp_path).run(stop_after(1))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match="batch 4, now 2"):
        trainer(tmp_path, RefiningOptions(**{**vars(OPTIONS), "batch": 2})).run()
    with pytest.raises(InputError, match="other images and labels"):
        trainer(tmp_path, identity={"data": "b"}).run()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    often = RefiningOptions(**{**vars(OPTIONS), "save_every": 7})
    assert trainer(tmp_path, often).restore() == 1


def test_a_loss_that_is_no_number_stops_and_keeps_the_state_before(tmp_path, monkeypatch):
    trainer(tmp_path / "good").run(stop_after(1))
    original, calls = loop.refining_losses, []

    def refining_losses(*given):
        calls.append(1)
        return original(*given) * (float("nan") if len(calls) == 2 else 1)

    monkeypatch.setattr(loop, "refining_losses", refining_losses)
    with pytest.raises(ModelError, match="no longer a number after step 1") as caught:
        trainer(tmp_path / "bad").run()
    assert "another --seed" in caught.value.hint
    good, bad = (load_state(tmp_path / name, SCHEMA) for name in ("good", "bad"))
    assert good.run.step == bad.run.step == 1
    assert same(good.model, bad.model) and same(good.average, bad.average)


@pytest.fixture
def little_memory(monkeypatch):
    """A computer whose memory holds a number of windows."""
    original, computer = loop.refining_losses, {"windows": 2}

    def refining_losses(logits, *more):
        if len(logits) > computer["windows"]:
            raise MemoryError
        return original(logits, *more)

    monkeypatch.setattr(loop, "refining_losses", refining_losses)
    return computer


def test_for_want_of_memory_the_windows_of_a_step_are_halved_and_it_is_said(tmp_path, little_memory, caplog):
    run = trainer(tmp_path)
    run.run(stop_after(1))
    note = "Memory did not suffice: from step 1 on, a step has 2 in place of 4 windows."
    assert run.run_state.notes == [note] and note in caplog.text
    resumed = trainer(tmp_path)
    weights = resumed.run()
    assert resumed.run_state.notes == [note] and resumed.step == 3
    assert all(bool(value.isfinite().all()) for value in weights.values())


def test_too_little_memory_for_one_window_keeps_the_state(tmp_path, little_memory):
    little_memory["windows"] = 0
    with pytest.raises(ModelError, match="does not suffice for a single window; the state after step 0"):
        trainer(tmp_path).run()
    assert load_state(tmp_path, SCHEMA).run.halvings == 2


def test_the_state_of_another_training_is_refused(tmp_path):
    torch.save({"described": '{"schema": "sam-training/1"}'}, tmp_path / "state.pt")
    with pytest.raises(ModelError, match="not the state of a training"):
        trainer(tmp_path).run()

"""A state comes back as it was saved, and only the same run, or a longer one, goes on from it."""

from dataclasses import replace

import pytest
import torch

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.training.batches import BatchOptions
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions
from SAMSegmenterLib.models.training.state import (
    RunState,
    StoredState,
    check_resumable,
    load_state,
    remove_leftovers,
    save_state,
)
from SAMSegmenterLib.models.training.state_file import STATE_FILE

SMALL, LARGE = Stage(64, 10), Stage(128, 20, BatchOptions(images=3))
OPTIONS = TrainingOptions((SMALL, LARGE), learning_rate=0.1 + 0.2)
IDENTITY = {"images_and_labels": "abc", "start_weights": "random"}


def saved(folder, step=15):
    run = RunState(dict(IDENTITY), step, 12.5, 1, ["halved"])
    weights = {"w": torch.arange(6.0).reshape(2, 3)}
    optimizers = [{"state": {0: {"momentum": torch.ones(2, 3)}}, "param_groups": [{"lr": 0.5, "params": [0]}]}]
    save_state(folder, run, OPTIONS.summary(), weights, {"w": torch.zeros(2, 3)}, optimizers)
    return run, weights, optimizers


def stored_after(step, tmp_path) -> StoredState:
    saved(tmp_path, step)
    state = load_state(tmp_path)
    assert state is not None
    return state


def test_a_state_comes_back_as_it_was(tmp_path):
    run, weights, optimizers = saved(tmp_path)
    state = load_state(tmp_path)
    assert state.run == run
    assert torch.equal(state.model["w"], weights["w"]) and not state.average["w"].any()
    assert torch.equal(state.optimizers[0]["state"][0]["momentum"], optimizers[0]["state"][0]["momentum"])
    assert state.optimizers[0]["param_groups"] == optimizers[0]["param_groups"]
    assert [path.name for path in tmp_path.iterdir()] == [STATE_FILE]
    check_resumable(state, OPTIONS, IDENTITY)


def test_kernels_keep_their_order_in_memory(tmp_path):
    kernel = torch.randn(4, 3, 3, 3).to(memory_format=torch.channels_last)
    save_state(tmp_path, RunState(), OPTIONS.summary(), {"k": kernel}, {}, [])
    assert load_state(tmp_path).model["k"].stride() == kernel.stride()


@pytest.mark.parametrize("described", [{}, {"described": "{}"}, {"described": '{"schema": "sam-training/0"}'}])
def test_states_of_other_programs_are_refused(tmp_path, described):
    torch.save({"model": {}, **described}, tmp_path / STATE_FILE)
    with pytest.raises(ModelError, match="not the state of a training"):
        load_state(tmp_path)


def test_what_killed_runs_left_is_removed_and_nothing_else(tmp_path):
    for name in (".0123456789ab.pt", ".hidden.pt", "0123456789ab.pt", ".0123456789ab.txt"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".hidden.pt", "0123456789ab.pt", ".0123456789ab.txt"}


def test_every_option_that_differs_is_named_both_ways(tmp_path):
    state = stored_after(15, tmp_path)
    other = replace(OPTIONS, learning_rate=0.5, crutch_steps=9)
    with pytest.raises(InputError) as caught:
        check_resumable(state, other, {**IDENTITY, "images_and_labels": "xyz"})
    message = caught.value.message
    assert "learning rate 0.30000000000000004, now 0.5" in message
    assert "crutch steps 1500, now 9" in message
    assert "other images and labels" in message and "start weights" not in message


def test_entries_that_are_not_given_are_not_compared(tmp_path):
    check_resumable(stored_after(15, tmp_path), OPTIONS, {})


def test_how_often_the_state_is_saved_may_change(tmp_path):
    check_resumable(stored_after(15, tmp_path), replace(OPTIONS, save_every=7), IDENTITY)


@pytest.mark.parametrize(
    "stages",
    [
        (SMALL, replace(LARGE, steps=500)),
        (SMALL, LARGE, Stage(256, 40)),
        (SMALL, replace(LARGE, steps=5), Stage(256, 40)),
        (replace(SMALL, steps=4), replace(SMALL, steps=6), LARGE),
        (SMALL, replace(LARGE, steps=5)),
    ],
)
def test_the_schedule_after_the_current_step_may_change(tmp_path, stages):
    check_resumable(stored_after(15, tmp_path), replace(OPTIONS, stages=stages), IDENTITY)


@pytest.mark.parametrize(
    "stages",
    [
        (replace(SMALL, steps=11), LARGE),
        (SMALL, replace(LARGE, size=96)),
        (replace(SMALL, prompts=False), LARGE),
        (SMALL, replace(LARGE, batch=BatchOptions(images=4))),
        (SMALL, replace(LARGE, steps=4)),
    ],
)
def test_steps_that_are_trained_may_not(tmp_path, stages):
    with pytest.raises(InputError, match=r"the first 15 steps 64x10 \(8 images of 3 objects\), 128x5"):
        check_resumable(stored_after(15, tmp_path), replace(OPTIONS, stages=stages), IDENTITY)

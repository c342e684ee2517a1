"""The schedule: stages, learning rate, crutch."""

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.batches import BatchOptions
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions


def test_stages_follow_each_other():
    options = TrainingOptions((Stage(64, 10), Stage(128, 5)))
    assert options.total_steps == 15
    assert [options.stage_at(step).size for step in (0, 9, 10, 14, 99)] == [64, 64, 128, 128, 128]


def test_the_learning_rate_rises_stays_and_falls_to_nothing():
    options = TrainingOptions((Stage(64, 100),), learning_rate=1.0, warmup_steps=10, decay_fraction=0.4)
    assert options.rate_at(0) == pytest.approx(0.1)
    assert options.rate_at(30) == 1.0
    assert options.rate_at(80) == pytest.approx(0.5)
    assert options.rate_at(99) == pytest.approx(1 / 40)


def test_the_crutch_fades_out():
    options = TrainingOptions((Stage(64, 100),), crutch_start=0.8, crutch_steps=40)
    assert [options.crutch_at(step) for step in (0, 20, 40, 90)] == pytest.approx([0.8, 0.4, 0.0, 0.0])
    assert TrainingOptions((Stage(64, 100),), crutch_steps=0).crutch_at(0) == 0


@pytest.mark.parametrize("make", [lambda: Stage(100, 5), lambda: Stage(32, 5), lambda: Stage(64, -1)])
def test_impossible_stages_are_refused(make):
    with pytest.raises(InputError):
        make()


def test_a_schedule_needs_steps_and_a_learning_rate():
    with pytest.raises(InputError):
        TrainingOptions((Stage(64, 0),))
    with pytest.raises(InputError):
        TrainingOptions((Stage(64, 1),), learning_rate=0.0)


@pytest.mark.parametrize(
    "wrong",
    [{"learning_rate": float("inf")}, {"crutch_steps": -1}, {"warmup_steps": -1}, {"seed": -1}, {"save_every": 0}],
)
def test_impossible_options_are_refused(wrong):
    with pytest.raises(InputError):
        TrainingOptions((Stage(64, 1),), **wrong)


def test_halving_ends_at_one_image_and_changes_nothing_else():
    stage = Stage(128, 7, BatchOptions(images=5, objects_per_image=4), prompts=False)
    assert [stage.halved(times).batch.images for times in (0, 1, 2, 9)] == [5, 2, 1, 1]
    assert stage.halved(0) == stage
    assert stage.halved(1) == Stage(128, 7, BatchOptions(images=2, objects_per_image=4), prompts=False)

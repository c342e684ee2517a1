"""The options of `sam-train from-scratch` and the schedule they mean."""

import argparse
from pathlib import Path

import pytest

from SAMBenchmarkLib.cli.train_from_scratch_arguments import (
    DEFAULT_STAGES,
    add_from_scratch_arguments,
    schedule_from,
)
from SAMSegmenterLib.core.errors import InputError


def schedule(*given):
    parser = argparse.ArgumentParser()
    add_from_scratch_arguments(parser)
    return schedule_from(parser.parse_args(["--data", "d", "--output", "o", *given]))


def test_the_usual_schedule_grows_and_ends_at_the_size_of_use():
    options = schedule()
    sizes = [stage.size for stage in options.stages]
    assert sizes == sorted(sizes) and sizes[-1] == 256 and options.stages[-1].prompts
    assert options.total_steps == sum(int(part.replace("g", "x").split("x")[1]) for part in DEFAULT_STAGES.split(","))
    assert options.crutch_steps == 1500 and options.seed == 1


def test_larger_images_are_fewer_and_steps_without_prompts_ask_for_more_objects():
    options = schedule("--stages", "64x1,128x2,256x3,128g4", "--images", "8", "--objects", "2", "--synthetic", "0.5")
    assert [stage.batch.images for stage in options.stages] == [11, 8, 6, 8]
    assert [stage.batch.objects_per_image for stage in options.stages] == [2, 2, 2, 5]
    assert [stage.prompts for stage in options.stages] == [True, True, True, False]
    assert [stage.steps for stage in options.stages] == [1, 2, 3, 4]
    assert {stage.batch.synthetic_fraction for stage in options.stages} == {0.5}


def test_one_image_per_step_stays_one_at_every_size():
    options = schedule("--stages", "128x1,256x1", "--images", "1")
    assert [stage.batch.images for stage in options.stages] == [1, 1]


def test_trained_weights_need_no_crutch_unless_it_is_asked_for():
    assert schedule("--start", "w.safetensors").crutch_steps == 0
    assert schedule("--start", "w.safetensors", "--crutch-steps", "40").crutch_steps == 40
    assert schedule("--crutch-steps", "0").crutch_at(0) == 0


def test_other_options_reach_the_schedule():
    options = schedule("--learning-rate", "0.003", "--seed", "9", "--save-every", "7", "--output", str(Path("x")))
    assert (options.learning_rate, options.seed, options.save_every) == (0.003, 9, 7)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--images", "0"), "--images is 0"),
        (("--objects", "-1"), "--objects is -1"),
        (("--plot-every", "0"), "--plot-every is 0"),
        (("--save-every", "0"), "every step at the most"),
        (("--learning-rate", "0"), "not positive"),
        (("--learning-rate", "nan"), "not positive"),
        (("--synthetic", "1.5"), "between 0 and 1"),
        (("--crutch-steps", "-1"), "not negative"),
        (("--seed", "-1"), "not negative"),
        (("--stages", "100x5"), "multiple of 32"),
        (("--stages", "0x5"), "multiple of 32"),
        (("--stages", "128x0"), "no steps"),
    ],
)
def test_options_out_of_range_are_refused(given, message):
    with pytest.raises(InputError, match=message):
        schedule(*given)


@pytest.mark.parametrize("text", ["128by7", "", "128x", "128x5,,64x3", "-128x5"])
def test_stages_that_cannot_be_read_are_said(text, capsys):
    with pytest.raises(SystemExit):
        schedule(f"--stages={text}")
    assert "is not of the form 128g600,128x2000,256x700" in capsys.readouterr().err

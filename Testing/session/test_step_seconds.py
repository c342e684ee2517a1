"""Every step that a run will do is timed, and none that it will not."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import count

import pytest

from SAMBenchmarkLib.core.run_cost import Speed
from SAMBenchmarkLib.session.case_loading import load_case
from SAMBenchmarkLib.session.step_seconds import measure_speed
from support.case_files import write_case
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.faulty_predictors import OPTIONS


def ticking():
    """A clock by which everything takes a second."""
    ticks = count()
    return lambda: float(next(ticks))


@pytest.fixture
def speed_of(tmp_path):
    case = write_case(tmp_path)

    def timed(options, predictor=None) -> set[str]:
        predictor = predictor or ThresholdPredictor()
        chosen = options.for_model(predictor.spec)
        found = measure_speed(load_case(case, chosen), predictor, chosen, ticking())
        assert {getattr(found, field.name) for field in fields(Speed)} - {1 / 64} <= {0, 1}
        return {field.name for field in fields(Speed) if getattr(found, field.name)}

    return timed


ALWAYS = {"encodings", "prompts", "scored", "described"}


def test_the_model_is_asked_a_few_times_only(speed_of):
    predictor = ThresholdPredictor()
    assert speed_of(OPTIONS, predictor) == {*ALWAYS, "stacked"}
    assert (predictor.encode_calls, predictor.everything_calls) == (1, 0) and predictor.decode_calls <= 4


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"strategies": ("S1",)}, {"grid_points", "stacked"}),
        ({"max_slices": 2}, set()),
        ({"max_slices": 2, "protocols": ("mazurowski-points",)}, {"clicks"}),
        ({"max_slices": 2, "protocols": ("sam-u",)}, set()),
        ({"max_slices": 2, "baselines": ("Otsu", "ellipse")}, {"classical"}),
    ],
)
def test_what_the_options_ask_for_is_timed(speed_of, changes, more):
    assert speed_of(replace(OPTIONS, **changes)) == ALWAYS | more


def test_the_correction_effort_is_timed(speed_of):
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    assert speed_of(replace(OPTIONS, max_slices=2, correction_effort=True)) == {*ALWAYS, "corrected"}


def test_a_promptless_model_is_asked_without_prompts(speed_of):
    predictor = PromptlessPredictor()
    assert speed_of(replace(OPTIONS, strategies=None, max_slices=2), predictor) == ALWAYS
    assert predictor.everything_calls == 0

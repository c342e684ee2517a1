"""The timing table, with a clock that tells what it is told."""

from itertools import count

import pytest

from SAMBenchmarkLib.core.evaluation import plan_slices
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.timing import EVERYTHING_REPEATS, WARM_UP, measure_timings
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import sphere_volume


def measured(options, predictor):
    volume, segmentation = sphere_volume()
    task = plan_slices(volume, segmentation, options)[0]
    ticks = count()
    return list(
        measure_timings(
            "case", 0, volume, segmentation, task, predictor, options, "hash", clock=lambda: float(next(ticks)) ** 2
        )
    )


def test_each_stage_is_warmed_up_and_repeated():
    predictor = ThresholdPredictor()
    rows = measured(BenchmarkOptions(plane="axial", timing_repeats=5), predictor)
    assert [row.stage for row in rows] == ["embedding", "S1", "S2", "S3", "S4", "S5", "S6"]
    assert predictor.encode_calls == 1 + WARM_UP + 5
    assert predictor.decode_calls == 5 * (WARM_UP + 5)
    assert predictor.everything_calls == EVERYTHING_REPEATS
    assert {row.repeats for row in rows if row.stage != "S1"} == {5}


def test_a_promptless_model_is_timed_without_prompts():
    predictor = PromptlessPredictor()
    rows = measured(BenchmarkOptions(plane="axial", timing_repeats=5), predictor)
    assert [row.stage for row in rows] == ["embedding", "S0"]
    assert predictor.decode_calls == WARM_UP + 5


def test_the_median_leaves_the_warm_up_out():
    row = measured(BenchmarkOptions(plane="axial", timing_repeats=5, strategies=("S5",)), ThresholdPredictor())[0]
    first = WARM_UP  # a warm-up reads the clock once, a repetition twice; ticks n and n + 1 are (n + 1)^2 - n^2 apart
    differences = [(n + 1) ** 2 - n**2 for n in range(first, first + 10, 2)]
    assert row.seconds == pytest.approx(sorted(differences)[2])


def test_no_repeats_leave_the_table_out():
    assert measured(BenchmarkOptions(plane="axial", timing_repeats=0), ThresholdPredictor()) == []

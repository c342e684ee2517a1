"""Samples are measured as the benchmark measures them."""

import math

import pytest

from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.case_loading import load_case
from SAMBenchmarkLib.session.fine_tuning_samples import load_samples
from SAMBenchmarkLib.session.fine_tuning_scores import evaluate_samples
from SAMSegmenterLib.core.errors import Cancelled
from support.case_files import write_case
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor


def benchmark_dice(case, predictor, strategy):
    options = BenchmarkOptions(strategies=(strategy,), selections=("predicted_iou",))
    loaded = load_case(case, options)
    outcomes = evaluate_case(case.name, loaded.frames, loaded.segmentations, predictor, options, "hash")
    return [(mask.row.structure, mask.row.dice) for outcome in outcomes for mask in outcome.predictions]


def test_scores_are_the_benchmarks_for_a_box(tmp_path):
    case = write_case(tmp_path)
    samples = load_samples([case], BenchmarkOptions()).samples
    scores = evaluate_samples(ThresholdPredictor(), samples)
    assert [(s.structure, s.dice) for s in scores] == benchmark_dice(case, ThresholdPredictor(), "S5")
    assert 0 < scores[0].dice < 1 and {score.patient for score in scores} == {0}


def test_scores_are_the_benchmarks_without_prompts(tmp_path):
    case = write_case(tmp_path)
    options = BenchmarkOptions(strategies=("S0",))
    samples = load_samples([case], options, promptless=True).samples
    scores = evaluate_samples(PromptlessPredictor(), samples)
    assert [(s.structure, s.dice) for s in scores] == benchmark_dice(case, PromptlessPredictor(), "S0")
    assert all(score.dice_single == score.dice for score in scores)


def test_the_single_mask_is_left_out_where_it_is_not_wanted(tmp_path):
    samples = load_samples([write_case(tmp_path)], BenchmarkOptions()).samples
    with_single, without = (evaluate_samples(ThresholdPredictor(), samples, single) for single in (True, False))
    assert all(0 <= score.dice_single <= 1 for score in with_single)
    assert all(math.isnan(score.dice_single) for score in without)
    assert [score.dice for score in with_single] == [score.dice for score in without]


def test_patients_are_numbered_in_the_order_of_their_slices(tmp_path):
    cases = [write_case(tmp_path, name) for name in ("b", "a")]
    scores = evaluate_samples(ThresholdPredictor(), load_samples(cases, BenchmarkOptions()).samples)
    numbers = [score.patient for score in scores]
    assert numbers == sorted(numbers) and set(numbers) == {0, 1}


def test_it_tells_progress_and_can_be_stopped(tmp_path):
    samples = load_samples([write_case(tmp_path)], BenchmarkOptions()).samples
    events = []
    with pytest.raises(Cancelled):
        evaluate_samples(ThresholdPredictor(), samples, True, events.append, lambda: len(events) == 2)
    assert [(event.stage, event.done, event.total) for event in events] == [("measuring", 1, 4), ("measuring", 2, 4)]

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME
from SAMBenchmarkLib.core.store import FAILED, FINISHED, ResultStore
from SAMBenchmarkLib.session.case_sources import FileSource, MemorySource
from SAMBenchmarkLib.session.model_runs import RunPlan, evaluate_models, options_for_model
from SAMBenchmarkLib.session.run_results import results_of
from SAMSegmenterLib.core.errors import InputError, ModelError, StoreError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from support.case_files import write_case
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import two_boxes_volume

OPTIONS = BenchmarkOptions(strategies=("S2", "S5"), stride=3, timing_repeats=0)


def _source(name):
    return MemorySource(Case(name, Path(), Path()), *two_boxes_volume())


def _constant(name):
    volume, reference = two_boxes_volume()
    flat = Volume(np.zeros_like(volume.array), volume.ijk_to_ras)
    return MemorySource(Case(name, Path(), Path()), flat, reference)


class _Models:
    def __init__(self, **models):
        self.models = models

    def __call__(self, name):
        if name not in self.models:
            raise ModelError(f"Model '{name}' is damaged.", "Download it again.")
        return self.models[name]


def _plan(tmp_path, sources, models=("one",), options=OPTIONS, **loaded):
    load = _Models(**(loaded or {"one": ThresholdPredictor()}))
    return RunPlan(sources, models, options, tmp_path / "results.sqlite", load)


def _run(plan, on_progress=ignore_progress, should_stop=never_stop):
    steps = evaluate_models(plan, on_progress, should_stop, lambda: 0.0)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_all_cases_are_evaluated_with_all_models(tmp_path):
    models = {"one": ThresholdPredictor(), "two": ThresholdPredictor()}
    plan = _plan(tmp_path, [_source("a"), _source("b")], ("one", "two"), **models)
    outcome = _run(plan)
    assert [run.model for run in outcome.runs] == ["one", "two"]
    assert (outcome.slices, outcome.failed, outcome.stopped) == (12, {}, False)
    results = results_of(plan.store, outcome, ["a", "b"])
    assert [result.cases for result in results] == [("a", "b"), ("a", "b")]


def test_what_is_finished_is_not_computed_again(tmp_path):
    predictor = ThresholdPredictor()
    plan = _plan(tmp_path, [_source("a")], one=predictor)
    first, again = _run(plan), _run(plan)
    assert predictor.encoded_images == 3
    assert (first.slices, again.slices) == (3, 3)


def test_a_case_that_changed_under_its_name_is_computed_again_and_nothing_of_it_is_left(tmp_path):
    predictor = ThresholdPredictor()
    _run(_plan(tmp_path, [_source("a")], one=predictor))
    volume, reference = two_boxes_volume()
    changed = Volume(volume.array[:, ::-1].copy(), volume.ijk_to_ras)
    other = MemorySource(Case("a", Path(), Path()), changed, reference)
    plan = _plan(tmp_path, [other], options=BenchmarkOptions(strategies=("S5",), stride=3), one=predictor)
    outcome = _run(plan)
    assert predictor.encoded_images == 6
    with ResultStore(plan.store, read_only=True) as store:
        held = {run.option_hash: store.count_finished_slices(run.option_hash) for run in store.runs()}
    assert [sum(counts.values()) for counts in held.values()] == [0, 3]
    assert list(held)[1] == outcome.runs[0].option_hash


def test_files_of_another_modality_are_computed_again(tmp_path):
    predictor, case = ThresholdPredictor(), write_case(tmp_path, "a")
    for modality in ("CT", "CT", "MR"):
        plan = _plan(tmp_path, [FileSource(replace(case, modality=modality))], one=predictor)
        outcome = _run(plan)
    assert predictor.encoded_images == 2 * outcome.slices
    with ResultStore(plan.store, read_only=True) as store:
        assert [record.modality for record in store.cases(outcome.runs[0].option_hash)] == ["MR"]


def test_a_stop_keeps_what_is_finished(tmp_path):
    done = [0]
    plan = _plan(tmp_path, [_source("a"), _source("b")])
    outcome = _run(plan, lambda event: done.append(event.done), lambda: done[-1] >= 4)
    assert (outcome.stopped, outcome.slices) == (True, 4)
    (result,) = results_of(plan.store, outcome, ["a", "b"])
    assert result.rows == 4 * 2 * 2 * 2  # slices, objects, strategies, selections


def test_a_case_that_fails_is_noted_and_the_others_go_on(tmp_path):
    plan = _plan(tmp_path, [_constant("flat"), _source("a")])
    outcome = _run(plan)
    assert list(outcome.failed) == ["flat"]
    assert "constant" in outcome.failed["flat"]
    assert outcome.slices == 3
    with ResultStore(plan.store, read_only=True) as store:
        records = {one.case_id: one.status for one in store.cases(outcome.runs[0].option_hash)}
    assert records == {"a": FINISHED, "flat": FAILED}


def test_the_only_case_fails_with_its_error(tmp_path):
    with pytest.raises(InputError, match="constant"):
        _run(_plan(tmp_path, [_constant("flat")]))


def test_a_model_that_cannot_be_loaded_is_noted_beside_others_and_an_error_alone(tmp_path):
    outcome = _run(_plan(tmp_path, [_source("a")], ("gone", "one")))
    assert outcome.failed == {"gone": "Model 'gone' is damaged. Download it again."}
    assert [run.model for run in outcome.runs] == ["one"]
    with pytest.raises(ModelError, match="gone"):
        _run(_plan(tmp_path, [_source("a")], ("gone",)))
    with pytest.raises(ModelError, match="also gone"):
        _run(_plan(tmp_path, [_source("a")], ("gone", "also gone")))


def test_progress_counts_the_slices_of_all_models(tmp_path):
    events = []
    models = {"one": ThresholdPredictor(), "two": PromptlessPredictor()}
    options = BenchmarkOptions(strategies=("S0", "S5"), stride=3)
    _run(_plan(tmp_path, [_source("a")], ("one", "two"), options, **models), events.append)
    counted = [(event.done, event.total) for event in events if event.stage == "evaluating slices"]
    assert counted[-1] == (6, 6)
    assert [done for done, _total in counted] == sorted(done for done, _total in counted)


def test_options_are_those_that_suit_a_model():
    options = BenchmarkOptions(strategies=("S0", "S5"), protocols=("huang-rounds",))
    assert options_for_model(options, ThresholdPredictor().spec).strategies == ("S5",)
    promptless = options_for_model(options, PromptlessPredictor().spec)
    assert (promptless.strategies, promptless.protocols) == (("S0",), ())
    with pytest.raises(InputError, match="strategies suits"):
        options_for_model(OPTIONS, PromptlessPredictor().spec)


@pytest.mark.parametrize(("sources", "models"), [([], ("one",)), ([_source("a")], ())])
def test_a_plan_without_cases_or_models_is_refused(tmp_path, sources, models):
    with pytest.raises(InputError):
        _plan(tmp_path, sources, models)


def test_results_are_of_the_chosen_cases_alone(tmp_path):
    plan = _plan(tmp_path, [_source("a"), _source("b")])
    outcome = _run(plan)
    (result,) = results_of(plan.store, outcome, ["b"])
    assert {row.case_id for row in result.worst} == {"b"}
    assert WHOLE_VOLUME not in {row.slice for row in result.worst}
    summary = next(table for table in result.tables if table.name == "summary_oracle")
    assert set(summary.columns["n"]) == {3}
    assert results_of(plan.store, outcome, []) == ()


def test_two_evaluations_of_the_same_do_not_write_at_a_time(tmp_path):
    plan = _plan(tmp_path, [_source("a")])
    first = evaluate_models(plan, ignore_progress, never_stop, lambda: 0.0)
    next(first)
    with pytest.raises(StoreError, match="Another run"):
        _run(plan)
    first.close()
    assert _run(plan).slices == 3

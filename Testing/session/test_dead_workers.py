"""What a run records of cases whose workers died without a word."""

from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.store import FINISHED
from SAMBenchmarkLib.session import runner
from SAMBenchmarkLib.session.case_run import CaseRunner
from SAMBenchmarkLib.session.output_folder import OutputFolder
from SAMBenchmarkLib.session.run_request import RunRequest, RunResult
from SAMBenchmarkLib.session.stores import open_store
from SAMBenchmarkLib.session.worker_pool import DIED
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS


@pytest.fixture
def cases(tmp_path):
    return [write_case(tmp_path, name) for name in ("a", "b")]


def evaluate(cases, output, **changes) -> RunResult:
    request = RunRequest(cases, OPTIONS, output, ThresholdPredictor, scene=False, report=False, **changes)
    return runner.run_benchmark(request)


def counted(output) -> dict[str, int]:
    with open_store(OutputFolder(output).results, read_only=True) as store:
        return store.count_finished_slices(store.runs()[0].option_hash)


def test_a_case_whose_worker_died_after_its_end_is_finished(cases, tmp_path, monkeypatch):
    def dying_late(jobs, setup, workers, on_end, on_poll, should_stop):
        for job in jobs:
            with open_store(setup.results) as store:
                works = CaseRunner(store, ThresholdPredictor(), setup.options, setup.option_hash, should_stop)
                assert works.run(job).status == FINISHED
            on_end(job, None)

    monkeypatch.setattr(runner, "evaluate_in_processes", dying_late)
    result = evaluate(cases, tmp_path / "out", workers=2)
    assert result.finished == ("a", "b") and not result.failed
    assert counted(tmp_path / "out") == {"a": SLICES, "b": SLICES}


def test_results_of_files_that_changed_do_not_count_when_the_worker_dies(cases, tmp_path, monkeypatch):
    def dying_early(jobs, setup, workers, on_end, on_poll, should_stop):
        for job in jobs:
            on_end(job, None)

    evaluate(cases, tmp_path / "out")
    for name in ("a", "b"):
        write_case(tmp_path, name, shift=3)
    monkeypatch.setattr(runner, "evaluate_in_processes", dying_early)
    result = evaluate(cases, tmp_path / "out", workers=2)
    assert result.failed == {"a": DIED, "b": DIED} and not result.finished
    assert counted(tmp_path / "out") == {}

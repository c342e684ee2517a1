from __future__ import annotations

from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.options import option_hash
from SAMBenchmarkLib.core.store import FINISHED, ResultStore
from SAMBenchmarkLib.session.case_run import Job
from SAMBenchmarkLib.session.predictor_loader import arithmetic_of
from SAMBenchmarkLib.session.worker_pool import evaluate_in_processes
from SAMBenchmarkLib.session.worker_process import WorkerSetup
from SAMSegmenterLib.core.errors import ModelError
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS, no_predictor

KEY = option_hash(OPTIONS, arithmetic_of(ThresholdPredictor()))


@pytest.fixture
def a_setup(tmp_path):
    with ResultStore(tmp_path / "results.sqlite"):
        yield WorkerSetup(tmp_path / "results.sqlite", KEY, OPTIONS, ThresholdPredictor)


def evaluate(jobs, setup) -> list[tuple[str, str]]:
    ended: list[tuple[str, str]] = []
    note = lambda job, record: ended.append((job.case.name, record.status))  # noqa: E731
    evaluate_in_processes(jobs, setup, 2, note, lambda: None, lambda: False)
    return sorted(ended)


def test_every_case_ends_once_and_is_stored(a_setup, tmp_path):
    jobs = [Job(write_case(tmp_path, name), "mark") for name in ("a", "b", "c")]
    assert evaluate(jobs, a_setup) == [("a", FINISHED), ("b", FINISHED), ("c", FINISHED)]
    with ResultStore(a_setup.results, read_only=True) as store:
        assert store.count_finished_slices(KEY) == {"a": SLICES, "b": SLICES, "c": SLICES}


def test_a_model_that_workers_cannot_load_ends_the_run(a_setup, tmp_path):
    jobs = [Job(write_case(tmp_path, name), "mark") for name in ("a", "b")]
    with pytest.raises(ModelError, match="vit_x"):
        evaluate(jobs, replace(a_setup, load_predictor=no_predictor))

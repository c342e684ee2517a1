"""What a worker of a cluster does, without a cluster."""

from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.options import option_hash
from SAMBenchmarkLib.core.store import FINISHED, ResultStore
from SAMBenchmarkLib.session.case_run import Job
from SAMBenchmarkLib.session.executors.cluster import _mark_as_running
from SAMBenchmarkLib.session.executors.cluster_task import evaluate_on_worker
from SAMBenchmarkLib.session.predictor_loader import arithmetic_of
from SAMBenchmarkLib.session.worker_process import WorkerSetup
from SAMSegmenterLib.core.errors import Cancelled
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS

KEY = option_hash(OPTIONS, arithmetic_of(ThresholdPredictor()))


@pytest.fixture
def a_setup(tmp_path):
    (tmp_path / "out").mkdir()
    return WorkerSetup(tmp_path / "out" / "results.sqlite", KEY, OPTIONS, ThresholdPredictor)


def test_a_case_is_stored_while_the_run_goes_on_and_not_after_it(a_setup, tmp_path):
    folder = a_setup.results.parent
    job = Job(write_case(tmp_path, "a"), "mark")
    with pytest.raises(Cancelled):
        evaluate_on_worker(a_setup, job, folder / "gone")
    assert not list(folder.iterdir()), "no store is made where the run is not"
    _mark_as_running(folder / "running", KEY)
    assert evaluate_on_worker(a_setup, job, folder / "running").status == FINISHED
    with ResultStore(a_setup.results, read_only=True) as store:
        assert store.count_finished_slices(KEY) == {"a": SLICES}


def test_what_a_killed_run_left_makes_place_for_the_next_one(tmp_path):
    left, new = (tmp_path / f".running-on-cluster-{KEY}-{number}" for number in (1, 2))
    other = tmp_path / ".running-on-cluster-0000-1"
    left.touch()
    other.touch()
    _mark_as_running(new, KEY)
    assert new.exists() and other.exists() and not left.exists()

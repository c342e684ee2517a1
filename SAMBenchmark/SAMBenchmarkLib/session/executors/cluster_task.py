"""What a worker of a cluster does with a case."""

from __future__ import annotations

import threading
from pathlib import Path

from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.session.case_run import CaseRunner, Job
from SAMBenchmarkLib.session.stores import open_store
from SAMBenchmarkLib.session.worker_process import WorkerSetup, checked_predictor
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import Predictor

_one_at_a_time = threading.Lock()
_loaded: dict[tuple[str, Path | None], Predictor] = {}


def evaluate_on_worker(setup: WorkerSetup, job: Job, running: Path) -> CaseRecord:
    """Evaluate a case in this process; the model stays loaded for the next one.

    A worker with several threads takes one case after the other, for a model is no two threads' at a time.

    Args:
        running: a file on the shared disk that is there as long as the run wants to go on.

    Raises:
        ModelError, DependencyError: the model cannot be loaded here.
        StoreError: results cannot be stored.
        Cancelled: the run was stopped.
    """
    with _one_at_a_time:
        if not running.exists():  # before a store is made on a disk that is not the shared one
            raise Cancelled
        model = (setup.option_hash, setup.cache_directory)
        if model not in _loaded:
            _loaded.clear()  # another run's model would take memory
            _loaded[model] = checked_predictor(setup)
        with open_store(setup.results) as store:
            runner = CaseRunner(store, _loaded[model], setup.options, setup.option_hash, lambda: not running.exists())
            return runner.run_and_record(job)

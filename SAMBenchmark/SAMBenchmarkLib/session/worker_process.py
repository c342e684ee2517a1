"""What a worker process does: it loads its own model and stores the slices of the cases it is given."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.options import BenchmarkOptions, option_hash
from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.session.case_run import CaseRunner, Job
from SAMBenchmarkLib.session.predictor_loader import LoadPredictor, arithmetic_of, with_cache
from SAMBenchmarkLib.session.stores import open_store
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.parent_process import end_with_parent
from SAMSegmenterLib.core.predictor import Predictor


@dataclass(frozen=True)
class WorkerSetup:
    """All that a worker needs; it can be pickled.

    Args:
        results: the store.
        option_hash: under which rows are stored.
        load_predictor: loads the model in the worker.
        cache_directory: of embeddings, None for no cache.
    """

    results: Path
    option_hash: str
    options: BenchmarkOptions
    load_predictor: LoadPredictor
    cache_directory: Path | None = None


_setup: WorkerSetup | None = None
_stop: Any = None
_runner: CaseRunner | None = None


def start_worker(setup: WorkerSetup, stop: Any) -> None:
    """Prepare a process that was just started.

    Args:
        stop: event that the main process sets when the user stops.
    """
    global _setup, _stop
    _setup, _stop = setup, stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process; the main one decides
    end_with_parent()


def work_on(job: Job) -> CaseRecord:
    """Evaluate a case in this process.

    Raises:
        ModelError, DependencyError: the model cannot be loaded here.
        StoreError: results cannot be stored.
        Cancelled: the user stopped.
    """
    global _runner
    assert _setup is not None
    if _runner is None:
        _runner = _make_runner(_setup, _stop)
    return _runner.run_and_record(job)


def _make_runner(setup: WorkerSetup, stop: Any) -> CaseRunner:
    predictor = checked_predictor(setup)
    return CaseRunner(open_store(setup.results), predictor, setup.options, setup.option_hash, stop.is_set)


def checked_predictor(setup: WorkerSetup) -> Predictor:
    """The model, with its cache, loaded as the main process did.

    Raises:
        ModelError: it was loaded in another way, which would give other figures; or it cannot be loaded.
        DependencyError: a package is missing.
    """
    predictor = setup.load_predictor()
    if option_hash(setup.options, arithmetic_of(predictor)) != setup.option_hash:
        raise ModelError(
            "A worker process loaded the model in another way than the main process.",
            "Name the device and the number of threads, or use one worker.",
        )
    return with_cache(predictor, setup.cache_directory)

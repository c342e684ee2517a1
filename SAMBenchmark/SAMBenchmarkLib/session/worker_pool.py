"""Distributes cases over worker processes, and outlives workers that die."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.session.case_run import Job
from SAMBenchmarkLib.session.worker_process import WorkerSetup, start_worker, work_on
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.progress import ShouldStop

logger = logging.getLogger(__name__)

POLL_S = 0.25
"""How often the main process looks for progress and for the wish to stop."""

DIED = "The worker process ended without a word. There may be too little memory: use fewer workers or a smaller model."


def evaluate_in_processes(
    jobs: Sequence[Job],
    setup: WorkerSetup,
    workers: int,
    on_end: Callable[[Job, CaseRecord | None], None],
    on_poll: Callable[[], None],
    should_stop: ShouldStop,
) -> None:
    """Evaluate cases in parallel.

    When a worker dies, the cases without an end are tried once more, one after the other by a single worker, so that
    the one at fault is known and the others are evaluated.

    Args:
        on_end: called with each case and its record, None when its worker died twice.
        on_poll: called several times a second.

    Raises:
        ModelError, DependencyError: a worker cannot load the model.
        StoreError: results cannot be stored.
        Cancelled: the user stopped; finished slices are kept.
    """
    ended: set[str] = set()

    def end(job: Job, record: CaseRecord | None) -> None:
        ended.add(job.case.name)
        on_end(job, record)

    try:
        _evaluate(jobs, setup, workers, end, on_poll, should_stop)
        return
    except BrokenProcessPool:
        logger.warning("a worker process died; its case and the waiting ones are tried again")
    while remaining := [job for job in jobs if job.case.name not in ended]:
        try:
            _evaluate(remaining, setup, 1, end, on_poll, should_stop)
        except BrokenProcessPool:  # a single worker takes its cases in order: it died of the first without an end
            end(next(job for job in remaining if job.case.name not in ended), None)


def _evaluate(
    jobs: Sequence[Job],
    setup: WorkerSetup,
    workers: int,
    on_end: Callable[[Job, CaseRecord | None], None],
    on_poll: Callable[[], None],
    should_stop: ShouldStop,
) -> None:
    context = multiprocessing.get_context("spawn")  # the same on every system, and safe with threads
    stop = context.Event()
    pool = ProcessPoolExecutor(min(workers, len(jobs)), context, start_worker, (setup, stop))
    try:
        futures = {pool.submit(work_on, job): job for job in jobs}
        _collect(futures, on_end, on_poll, should_stop)
    except BaseException:
        stop.set()  # workers finish the slice at hand
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _collect(
    futures: dict[Future[CaseRecord], Job],
    on_end: Callable[[Job, CaseRecord | None], None],
    on_poll: Callable[[], None],
    should_stop: ShouldStop,
) -> None:
    waiting = set(futures)
    broken: BrokenProcessPool | None = None
    while waiting:
        done, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                on_end(futures[future], future.result())
            except BrokenProcessPool as error:  # others may have ended well in the same moment
                broken = error
        on_poll()
        if waiting and should_stop():
            raise Cancelled
    if broken is not None:
        raise broken

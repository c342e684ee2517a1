"""Distributes cases over a Dask cluster, and outlives workers that die and a scheduler that is gone."""

from __future__ import annotations

import contextlib
import logging
import socket
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.session.case_run import Job
from SAMBenchmarkLib.session.executors.cluster_task import evaluate_on_worker
from SAMBenchmarkLib.session.stores import is_parquet
from SAMBenchmarkLib.session.worker_process import WorkerSetup
from SAMSegmenterLib.core.atomic import store_error
from SAMSegmenterLib.core.errors import Cancelled, DependencyError, InputError, SAMError
from SAMSegmenterLib.core.progress import ShouldStop

logger = logging.getLogger(__name__)

POLL_S = 0.25
CONNECT_S = 30
HIDDEN_S = 60
"""Workers that see nothing of the output folder for so long do not have the disk that it is on."""
_RUNNING = ".running-on-cluster-{}-"
SPARE = 2
"""Cases that wait per worker, so that none idles: few, for what waits is lost with the scheduler."""


def evaluate_on_cluster(
    jobs: Sequence[Job],
    setup: WorkerSetup,
    address: str,
    on_end: Callable[[Job, CaseRecord | None], None],
    on_poll: Callable[[], None],
    should_stop: ShouldStop,
) -> None:
    """Evaluate cases on the workers of a Dask scheduler; workers may come and go meanwhile.

    The workers see the same disk under the same paths. A case whose worker dies is tried again by another one.

    Args:
        address: of the scheduler, as in "tcp://host:8786".
        on_end: called with each case and its record, None when its workers died too often.
        on_poll: called several times a second.

    Raises:
        InputError: there is no such scheduler, its workers do not see the output folder, or they are on other computers
            and the store is one SQLite file.
        DependencyError: a package is missing, here or there, or the scheduler is gone; finished cases are kept.
        ModelError: a worker cannot load the model.
        StoreError: results cannot be stored.
        Cancelled: the user stopped; what is finished is kept.
    """
    client = connect(address)
    running = setup.results.parent / f"{_RUNNING.format(setup.option_hash)}{uuid.uuid4().hex[:12]}"
    round_ = _Round(client, setup, address, running, deque(jobs))
    try:
        _mark_as_running(running, setup.option_hash)
        round_.run(on_end, on_poll, should_stop)
    finally:
        with contextlib.suppress(OSError):
            running.unlink(missing_ok=True)  # workers end after the slice at hand
        round_.let_go()


def _mark_as_running(running: Path, option_hash: str) -> None:
    """Put the file that workers look for in its place; those of runs that were killed go, and their workers end."""
    try:
        for left in running.parent.glob(f"{_RUNNING.format(option_hash)}*"):
            left.unlink(missing_ok=True)
        running.touch()
    except OSError as error:
        raise store_error(running, error) from error


def connect(address: str) -> Any:
    """A client of a scheduler.

    Raises:
        DependencyError: Dask is missing.
        InputError: nothing answers there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        hint = 'Install it with: pip install "slicer-sam-segmenter[distributed]"'
        raise DependencyError("A cluster needs the package dask[distributed].", hint) from error
    try:
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # timeouts are OSErrors
        hint = "Check the address and that the scheduler runs: dask scheduler"
        raise InputError(f"No Dask scheduler answers at {address}.", hint) from error


@dataclass
class _Round:
    """Cases that wait, and those that the cluster has."""

    client: Any
    setup: WorkerSetup
    address: str
    running: Path
    waiting: deque[Job]
    handed_out: dict[Any, Job] = field(default_factory=dict)
    hidden_since: float | None = None

    def run(
        self, on_end: Callable[[Job, CaseRecord | None], None], on_poll: Callable[[], None], should_stop: ShouldStop
    ) -> None:
        while self.waiting or self.handed_out:
            if should_stop():
                raise Cancelled
            if self.client.status != "running":
                raise self._gone()
            try:
                self._hand_out()
            except OSError as error:  # it went a moment ago
                raise self._gone() from error
            done = [future for future in self.handed_out if future.done()]
            for future in done:
                self._take_back(future, self.handed_out.pop(future), on_end)
            on_poll()
            if not done or self.hidden_since is not None:
                time.sleep(POLL_S)

    def let_go(self) -> None:
        """Forget what the cluster has; what its workers are at they finish or leave by themselves."""
        try:
            if self.client.status == "running":
                self.client.cancel(list(self.handed_out), force=True)
            self.client.close(timeout=5)
        except Exception as error:  # noqa: BLE001 - what fails here fails because the scheduler is gone
            logger.debug("the client of %s did not close: %s", self.address, error)

    def _hand_out(self) -> None:
        workers = self._workers()
        while self.waiting and len(self.handed_out) < SPARE * max(1, workers):
            job = self.waiting.popleft()
            future = self.client.submit(evaluate_on_worker, self.setup, job, self.running, pure=False)
            self.handed_out[future] = job

    def _workers(self) -> int:
        try:
            workers = self.client.scheduler_info(n_workers=-1)["workers"]
        except TypeError:  # an older Dask tells of all workers
            workers = self.client.scheduler_info()["workers"]
        hosts = {one["host"] for one in workers.values()}
        if not is_parquet(self.setup.results) and not hosts <= _own_addresses():
            raise InputError(
                "Workers on several computers cannot write to one SQLite file.",
                "Add --store parquet, with a new output folder on the shared disk.",
            )
        return len(workers)

    def _take_back(self, future: Any, job: Job, on_end: Callable[[Job, CaseRecord | None], None]) -> None:
        from distributed.scheduler import KilledWorker

        if future.status in ("cancelled", "lost"):
            raise self._gone()
        error = future.exception() if future.status == "error" else None
        if not isinstance(error, Cancelled):
            self.hidden_since = None
        if error is None:
            on_end(job, self._result(future))
        elif isinstance(error, KilledWorker):
            on_end(job, None)
        elif isinstance(error, Cancelled):
            self._try_again(job)
        elif isinstance(error, SAMError):
            raise error
        else:
            hint = "Workers need the same version of this program and its packages as this computer has."
            raise DependencyError(f"A worker failed: {type(error).__name__}: {error}", hint) from error

    def _try_again(self, job: Job) -> None:
        """A worker did not find the file that says that the run goes on: the shared disk may hide it for a moment."""
        now = time.monotonic()
        self.hidden_since = now if self.hidden_since is None else self.hidden_since
        if now - self.hidden_since >= HIDDEN_S:
            raise InputError(
                f"The workers of the cluster do not see the folder {self.running.parent}.",
                "Choose an output folder on a disk that all of them have under the same path.",
            )
        self.waiting.append(job)

    def _result(self, future: Any) -> CaseRecord | None:
        from distributed.scheduler import KilledWorker

        try:
            return future.result()
        except KilledWorker:  # its worker went with the record, and so did those who were to repeat it
            return None
        except (CancelledError, OSError) as error:
            raise self._gone() from error

    def _gone(self) -> DependencyError:
        return DependencyError(
            f"The Dask scheduler at {self.address} is gone.",
            "What is finished is kept. Start the cluster again and run the same command: it goes on from there.",
        )


def _own_addresses() -> set[str]:
    """Addresses under which workers of this computer may be known."""
    names = {"127.0.0.1", "::1", "localhost", socket.gethostname()}
    try:
        names |= {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
        from distributed.utils import get_ip

        names.add(get_ip())
    except OSError:
        pass
    return names

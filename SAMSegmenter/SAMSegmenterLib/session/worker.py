"""One thread for long work, so that the application stays usable.

A job is a function of arrays: it must not touch MRML, VTK or Qt, and must not hold the last reference to one of their
objects. What it needs is copied before (main thread), what it made is written after (main thread).

How a window waits for a job: a timer ticks every 20 ms, and each tick *waits* on the job's event,

    job.done.wait(0.015)

then shows what `job.take_events()` returns and, when the job is done, calls `job.result()`. The wait is not idle:
Slicer's Python does not let other threads run while Qt waits for events, so behind a timer that merely polls the work
would starve. See `SAMSegmenterLib.desktop.tick`.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import math
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop

logger = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[OnProgress, ShouldStop], T]
"""A function of (on_progress, should_stop); both may be called from the worker at any time."""


class Pending(Generic[T]):
    """What work reports while it lasts, and what it comes to.

    Attributes:
        done: set when the work has ended, well or not.
    """

    def __init__(self) -> None:
        self.done = threading.Event()
        self._events: queue.SimpleQueue[ProgressEvent] = queue.SimpleQueue()
        self._value: T | None = None
        self._error: BaseException | None = None

    def take_events(self) -> list[ProgressEvent]:
        """Progress reported since the last call, in order. Any thread."""
        events = []
        with contextlib.suppress(queue.Empty):
            while True:
                events.append(self._events.get_nowait())
        return events

    def result(self) -> T:
        """What the work returned; waits until it has ended.

        Raises:
            Whatever the work raised; `Cancelled` when it was stopped before it began.
        """
        self.done.wait()
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]


class Job(Pending[T]):
    """Work that was handed to a worker.

    Attributes:
        done: set when the work has ended, well or not.
    """

    def __init__(self, work: Work[T], on_done: Callable[[Job[T]], None] | None = None) -> None:
        super().__init__()
        self._work: Work[T] | None = work
        self._on_done = on_done
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask the work to stop at the next opportunity; it may keep and return what it has finished."""
        self._stop.set()

    def should_stop(self) -> bool:
        """Whether somebody asked for it."""
        return self._stop.is_set()

    def run(self) -> None:
        """Do the work; the worker calls this once."""
        work, self._work = self._work, None  # what the work holds on to is let go as soon as it has ended
        try:
            if work is None or self._stop.is_set():
                raise Cancelled
            self._value = work(self._events.put, self.should_stop)
        except BaseException as error:  # noqa: BLE001 - carried over to whoever asks for the result
            self._error = error
        del work
        self.done.set()
        if self._on_done is not None:
            try:
                self._on_done(self)
            except Exception:
                logger.exception("What was to follow a job failed.")


class Worker:
    """One thread that does jobs one after the other; it starts with the first one.

    There is one thread and it stays: GPU libraries keep caches per thread, and a model must not run twice at a time.
    """

    def __init__(self, name: str = "SAM worker") -> None:
        self._name = name
        self._jobs: queue.PriorityQueue[tuple[float, int, Job | None]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._unfinished = 0
        self._current: Job | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def is_idle(self) -> bool:
        """True when no job waits, runs or is being put away. Any thread."""
        return self._unfinished == 0

    def submit(self, work: Work[T], on_done: Callable[[Job[T]], None] | None = None, priority: float = 0) -> Job[T]:
        """Queue some work.

        Args:
            work: called on the worker with (on_progress, should_stop).
            on_done: called on the worker with the job when it has ended; must not touch MRML, VTK or Qt.
            priority: of the jobs that wait, the one of the smallest number runs next, the earlier one on ties. The job
                at hand is not interrupted.
        """
        job = Job(work, on_done)
        with self._lock:
            self._unfinished += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
                self._thread.start()
            self._jobs.put((priority, next(self._numbers), job))
        return job

    def close(self, timeout: float | None = None) -> None:
        """Stop the job at hand, leave out those that wait, and end the thread."""
        waiting = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._jobs.get_nowait()[2])
        for job in (*waiting, self._current):
            if job is not None:
                job.stop()
        for job in waiting:
            if job is not None:
                job.run()  # stopped before it began: only tells those who wait for it
                self._put_away()
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put((-math.inf, next(self._numbers), None))
            thread.join(timeout)

    def _loop(self) -> None:
        while True:
            job = self._jobs.get()[2]
            if job is None:
                return
            self._current = job
            job.run()
            self._current = job = None
            self._put_away()

    def _put_away(self) -> None:
        with self._lock:
            self._unfinished -= 1


@functools.cache
def shared_worker() -> Worker:
    """The worker of this process."""
    return Worker()

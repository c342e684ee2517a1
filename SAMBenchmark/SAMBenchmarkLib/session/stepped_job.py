"""Long work on the shared worker that gives the thread back between its steps.

Between two steps whatever else waits on the worker is done first, so a volume can be segmented by hand while an
evaluation of hours is under way; and work that is paused holds no thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import TypeVar

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
from SAMSegmenterLib.session.worker import Job, Pending, Worker

T = TypeVar("T")
Clock = Callable[[], float]
Steps = Generator[None, None, T]
SteppedWork = Callable[[OnProgress, ShouldStop, Clock], Steps[T]]
"""A function of (on_progress, should_stop, clock) whose yields are the places where it may be interrupted; the clock
stands still while it is. What it returns is the result."""

LAST = 100.0
"""Priority on the worker: after everything that the user is waiting for at a view."""

STEP_SECONDS = 0.2
"""Steps shorter than this are taken together."""


class SteppedJob(Pending[T]):
    """Work in steps; begins at once.

    Attributes:
        done: set when the work has ended, well or not.
    """

    def __init__(self, worker: Worker, work: SteppedWork[T]) -> None:
        super().__init__()
        self._worker = worker
        self._lock = threading.Lock()
        self._stop, self._paused, self._resting = False, False, False
        self._busy, self._since = 0.0, time.monotonic()
        self._steps = work(self._events.put, self.should_stop, self.clock)
        self._submit()

    def clock(self) -> float:
        """Seconds of work until now. Within a step only."""
        return self._busy + time.monotonic() - self._since

    def pause(self) -> None:
        """Rest after the step at hand, until `resume` or `stop`."""
        with self._lock:
            self._paused = True

    def resume(self) -> None:
        """Go on."""
        with self._lock:
            self._paused = False
        self._wake()

    def stop(self) -> None:
        """Ask the work to stop at the next opportunity; it may keep and return what it has finished."""
        with self._lock:
            self._stop, self._paused = True, False
        self._wake()

    @property
    def is_paused(self) -> bool:
        """Whether somebody asked for a pause that still lasts; the step at hand may not be finished yet."""
        return self._paused

    @property
    def is_resting(self) -> bool:
        """Whether the work does nothing because it is paused."""
        return self._resting

    def should_stop(self) -> bool:
        """Whether somebody asked for it."""
        return self._stop

    def _wake(self) -> None:
        with self._lock:
            resting, self._resting = self._resting, False
        if resting:
            self._submit()

    def _submit(self) -> None:
        self._worker.submit(lambda _progress, _stop: self._advance(), self._after, LAST)

    def _advance(self) -> bool:
        """Some steps on the worker; True when the work has ended."""
        self._since = time.monotonic()
        try:
            while True:
                next(self._steps)
                if self._stop or (time.monotonic() - self._since < STEP_SECONDS and not self._paused):
                    continue
                return False
        except StopIteration as end:
            self._value = end.value
            return True
        finally:
            self._busy += time.monotonic() - self._since

    def _after(self, job: Job[bool]) -> None:
        try:
            ended = job.result()
        except BaseException as error:  # noqa: BLE001 - carried over to whoever asks for the result
            self._end(error)
            return
        if ended:
            self._end(None)
        elif job.should_stop():  # the worker is closing
            self._end(Cancelled())
        else:
            self._go_on()

    def _go_on(self) -> None:
        with self._lock:
            self._resting = self._paused
            resting = self._resting
        if not resting:
            self._submit()

    def _end(self, error: BaseException | None) -> None:
        try:
            self._steps.close()
        except Exception as failed:  # noqa: BLE001 - whoever waits must hear of the end all the same
            error = error or failed
        self._error = error
        self.done.set()

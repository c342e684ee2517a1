"""How long work reports where it is and asks whether to stop. Callbacks run on the worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ProgressEvent:
    """Where a job is.

    Args:
        stage: what is being done, in words.
        done: finished units.
        total: all units, or None when unknown.
        seconds_left: estimate, or None when there is none yet.
        message: the unit at hand, or a notice.
    """

    stage: str
    done: int
    total: int | None = None
    seconds_left: float | None = None
    message: str = ""


OnProgress = Callable[[ProgressEvent], None]
ShouldStop = Callable[[], bool]


def ignore_progress(event: ProgressEvent) -> None:
    """For callers that show nothing."""


def never_stop() -> bool:
    """For callers that cannot be cancelled."""
    return False


class ProgressMeter:
    """Counts finished units of one stage and estimates the time left from the mean time per unit.

    Args:
        skipped: units finished in an earlier run; they count as done but not for the estimate.
        clock: seconds that never run backwards (injected in tests).
    """

    def __init__(
        self,
        stage: str,
        total: int | None,
        on_progress: OnProgress,
        skipped: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stage, self._total, self._on_progress = stage, total, on_progress
        self._done = self._skipped = skipped
        self._clock, self._start = clock, clock()

    def advance(self, message: str = "", units: int = 1) -> None:
        """Report further finished units."""
        self._done += units
        self._on_progress(ProgressEvent(self._stage, self._done, self._total, self._seconds_left(), message))

    def note(self, message: str) -> None:
        """Report a notice without finishing anything."""
        self._on_progress(ProgressEvent(self._stage, self._done, self._total, self._seconds_left(), message))

    def _seconds_left(self) -> float | None:
        worked = self._done - self._skipped
        if self._total is None or worked <= 0:
            return None
        return (self._clock() - self._start) / worked * max(0, self._total - self._done)

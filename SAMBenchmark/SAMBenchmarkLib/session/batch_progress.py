"""Progress over all slices of all cases, with the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent

STAGE = "evaluating slices"
BEFORE = "reading the first case"


class BatchProgress:
    """Counts slices of a run in which the size of a case is known only once it was read.

    Cases that were not read yet are taken to be as large as the mean of those that were. What an earlier run finished
    counts as done, but not for the estimate of time.

    Args:
        finished: slices per case that are stored already.
        clock: seconds that never run backwards (injected in tests).
    """

    def __init__(
        self,
        cases: int,
        on_progress: OnProgress,
        finished: Mapping[str, int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cases, self._on_progress, self._clock = cases, on_progress, clock
        self._before, self._start = sum(finished.values()), clock()
        self.finished = dict(finished)
        self.sizes: dict[str, int] = {}

    def planned(self, name: str, slices: int) -> None:
        """A case was read and has so many slices."""
        self.sizes[name] = slices

    def resumed(self, name: str, slices: int) -> None:
        """A case is gone on with of which an earlier run finished so many slices."""
        self.finished[name] = slices
        self._before += slices

    def dropped(self, name: str) -> None:
        """A case's earlier results were dropped."""
        self._before -= self.finished.pop(name, 0)

    def slice_done(self, name: str, message: str) -> None:
        """A slice was stored."""
        self.finished[name] = self.finished.get(name, 0) + 1
        self.report(message)

    def case_failed(self, name: str) -> None:
        """Nothing more comes from a case."""
        self.sizes[name] = self.finished.get(name, 0)

    def report(self, message: str = "") -> None:
        """Tell where the run is."""
        done, total = sum(self.finished.values()), self._total()
        if total is None:
            self._on_progress(ProgressEvent(BEFORE, 0, None, None, message))
            return
        self._on_progress(ProgressEvent(STAGE, done, total, self._seconds_left(done, total), message))

    def _total(self) -> int | None:
        if not self.sizes:
            return None
        known = sum(self.sizes.values())
        return known + round(known / len(self.sizes) * (self._cases - len(self.sizes)))

    def _seconds_left(self, done: int, total: int) -> float | None:
        worked = done - self._before
        if worked <= 0:
            return None
        return (self._clock() - self._start) / worked * max(0, total - done)

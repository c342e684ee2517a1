"""A window's way of waiting for a job without freezing and without starving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.collection import COLLECTION
from SAMSegmenterLib.session.worker import Job

INTERVAL_MS = 20
WAIT_SECONDS = 0.015
"""Of each interval the tick waits so long on the job's event. Qt's idle loop in Slicer does not let other Python
threads run, this wait does: with 15 of every 20 ms the work takes less than twice its undisturbed time."""


class JobTick:
    """Follows one job on the main thread until it is done; so long, garbage is collected on the main thread only.

    Args:
        job: on a worker.
        on_event: shows the latest progress; at most once per tick.
        on_done: called once with the job when it has ended.
        parent: widget that owns the timer; the timer ends within its own signal, where only Qt may delete it.
    """

    def __init__(
        self,
        job: Job,
        on_event: Callable[[ProgressEvent], None],
        on_done: Callable[[Job], None],
        parent: Any,
    ) -> None:
        self._job, self._on_event, self._on_done = job, on_event, on_done
        self._timer = qt.QTimer(parent)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.connect("timeout()", self._tick)
        self._timer.start()
        COLLECTION.hold()

    def stop(self) -> None:
        """Follow no longer; the job goes on. Once."""
        self._timer.stop()
        self._timer.disconnect("timeout()", self._tick)  # Slicer's connections keep this object alive
        self._timer.deleteLater()
        COLLECTION.release()

    def _tick(self) -> None:
        COLLECTION.collect()
        self._job.done.wait(WAIT_SECONDS)
        done = self._job.done.is_set()  # before the events are taken, so that none is left behind
        events = self._job.take_events()
        if events:
            self._on_event(events[-1])
        if done:
            self.stop()
            self._on_done(self._job)

"""The jobs of one session: at most one of each kind, and only what is still wanted is ever published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.model_service import ModelService, Task
from SAMSegmenterLib.session.worker import Job


@dataclass(eq=False)
class _Posted:
    job: Job
    priority: int
    publish: Callable[[Any], None]
    fail: Callable[[BaseException], None]
    last_event: ProgressEvent | None = None


class JobBoard:
    """Jobs by kind ("preview", "prefetch", ...). Main thread only.

    A job that was stopped, or replaced by another one of its kind, is never heard of again, even when it has finished
    in the meantime: that is what keeps a mask from appearing on another slice.
    """

    def __init__(self, service: ModelService) -> None:
        self._service = service
        self._posted: dict[str, _Posted] = {}

    def start(
        self,
        kind: str,
        task: Task,
        priority: int,
        publish: Callable[[Any], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        """Begin a job in place of the one of its kind.

        Args:
            task: done on the worker with the model.
            priority: see `model_service`.
            publish: called with the result from within `publish`, on the main thread.
            fail: called likewise with what the task raised, `Cancelled` when something else made it stop.
        """
        self.stop(kind)
        self._posted[kind] = _Posted(self._service.submit(task, priority), priority, publish, fail)

    def stop(self, *kinds: str) -> None:
        """Stop jobs and forget them; all of them when none is named."""
        for kind in kinds or tuple(self._posted):
            posted = self._posted.pop(kind, None)
            if posted is not None:
                posted.job.stop()

    def is_running(self, *kinds: str) -> bool:
        """Whether there is a job of one of these kinds, or any job when none is named."""
        return any(kind in self._posted for kind in kinds) if kinds else bool(self._posted)

    def wait(self, seconds: float) -> None:
        """Wait for the most urgent job, no longer than so many seconds; meanwhile the worker has the interpreter."""
        if self._posted:
            min(self._posted.values(), key=lambda posted: posted.priority).job.done.wait(seconds)

    def publish(self) -> bool:
        """Hand over the results of jobs that have ended; whether there were any."""
        ended = [kind for kind, posted in self._posted.items() if posted.job.done.is_set()]
        for kind in ended:
            posted = self._posted.pop(kind, None)
            if posted is None:
                continue  # stopped by what another one published
            try:
                result = posted.job.result()
            except Exception as error:  # noqa: BLE001 - handed to whoever started the job
                posted.fail(error)
            else:
                posted.publish(result)
        return bool(ended)

    def progress(self) -> ProgressEvent | None:
        """Where the most urgent job is, None when none has said so."""
        latest = None
        for posted in sorted(self._posted.values(), key=lambda posted: -posted.priority):
            events = posted.job.take_events()
            posted.last_event = events[-1] if events else posted.last_event
            latest = posted.last_event or latest
        return latest

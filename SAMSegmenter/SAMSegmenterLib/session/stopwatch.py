"""A study with a stopwatch: how long an object takes with and without SAM, and what was done meanwhile.

Nothing is recorded before the user starts it. A record holds times, kinds of actions, places on slices, the name of the
segment, and a number that is derived from the volume's voxels; no name of a patient, file or volume.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from SAMSegmenterLib.core.timed_task import BEGIN, EDITED, END, SCHEMA, TimedTask
from SAMSegmenterLib.session.event_log import Event, EventLog

ONE_EDIT_SECONDS = 0.1
"""Changes of a segment so close together are one edit: replacing a slice writes twice."""


class Stopwatch:
    """Records one object after the other. Main thread.

    Args:
        clock: seconds that never run backwards, whatever happens to the time of day.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._log: EventLog | None = None
        self._last_edit = -math.inf
        self.task: TimedTask | None = None

    @property
    def log(self) -> EventLog | None:
        """Where a session's events are copied to; None while nothing is timed."""
        return self._log

    def start(self, task: TimedTask) -> None:
        """Begin with an object; one that was begun and not finished is given up."""
        self.task, self._log = task, EventLog(clock=self._clock)
        self._last_edit = -math.inf
        self._log.add(BEGIN, schema=SCHEMA, condition=task.condition, case=task.case, object=task.name)

    def edited(self) -> None:
        """A segment changed, by whatever tool."""
        if self._log is None:
            return
        now = self._clock()
        if now - self._last_edit >= ONE_EDIT_SECONDS:
            self._log.add(EDITED)
        self._last_edit = now

    def stop(self) -> list[str]:
        """End with the object.

        Returns:
            Its record, one line of JSON per event; empty when nothing was timed.
        """
        if self._log is None:
            return []
        self._log.add(END)
        events = self._log.events
        self.give_up()
        return [event.to_line() for event in events]

    def give_up(self) -> None:
        """Forget what was begun."""
        self.task = self._log = None


def records_of(events: list[Event]) -> list[list[Event]]:
    """Events of a study by object, each record from its `BEGIN` on; what stands before the first is left out."""
    records: list[list[Event]] = []
    for event in events:
        if event.kind == BEGIN:
            records.append([])
        if records:
            records[-1].append(event)
    return records

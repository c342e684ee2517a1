"""What was shown, prompted, accepted and corrected, and when: for replays and for studies with a stopwatch.

No name of a patient, file or volume enters it, only ids, places on slices and numbers.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_marks import BoxMark, LassoMark, Mark, PointMark, PriorMark, ScribbleMark

logger = logging.getLogger(__name__)

MANY_EVENTS = 20_000


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Args:
        seconds: since the log was begun, by a clock that never runs backwards.
        kind: "shown", "marked", "moved", "removed", "undone", "redone", "cleared", "previewed", "candidate",
            "accepted", "rejected", "segment", "model", "window", "proposals", "assigned", "uncertainty", "error", ...
        facts: plain JSON values.
    """

    seconds: float
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)

    def to_line(self) -> str:
        """As one line of JSON."""
        return json.dumps({"seconds": round(self.seconds, 4), "kind": self.kind, **self.facts}, ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> Event:
        """Inverse of `to_line`.

        Raises:
            InputError: it is not an event.
        """
        try:
            facts = json.loads(line)
            seconds = float(facts.pop("seconds"))
            if not math.isfinite(seconds):
                raise ValueError(seconds)
            return cls(seconds, str(facts.pop("kind")), facts)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise InputError(f"This is not an event of a session: {line[:80]!r}.") from error


class EventLog:
    """Events in memory, the latest of them, and in a file when one is given.

    Args:
        path: file that gets one line of JSON per event as it happens; None for none. When it cannot be written it is
            given up with a warning: a log must not get in the way.
        clock: seconds that never run backwards.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock, self._start = path, clock, clock()
        self._events: deque[Event] = deque(maxlen=MANY_EVENTS)
        self._copy: EventLog | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in memory, in order."""
        return tuple(self._events)

    def copy_to(self, other: EventLog | None) -> None:
        """Have another log note what is noted here, from now on and by its own clock; None ends this."""
        self._copy = other

    def add(self, kind: str, **facts: Any) -> None:
        """Note that something happened now; never fails."""
        if self._copy is not None:
            self._copy.add(kind, **facts)
        event = Event(self._clock() - self._start, kind, facts)
        self._events.append(event)
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(event.to_line() + "\n")
        except (OSError, TypeError, ValueError) as error:
            self._path = None
            logger.warning("The events of the session are no longer written to a file: %s", error)


def read_events(lines: Iterable[str]) -> list[Event]:
    """Events of a log's file; a last line that was cut off by a crash is left out.

    Raises:
        InputError: another line is not an event.
    """
    kept = [line for line in lines if line.strip()]
    events = []
    for number, line in enumerate(kept):
        try:
            events.append(Event.from_line(line))
        except InputError:
            if number < len(kept) - 1:
                raise
    return events


def described(mark: Mark) -> dict[str, Any]:
    """A mark as plain numbers, a mask by its size alone."""
    facts: dict[str, Any] = {"id": mark.id}
    if isinstance(mark, PointMark | ScribbleMark):
        facts |= {"xy": _rounded(mark.xy), "label": mark.label}
    elif isinstance(mark, BoxMark):
        facts |= {"box": _rounded(mark.box)}
    elif isinstance(mark, LassoMark):
        facts |= {"polygon": _rounded(mark.polygon), "label": mark.label}
    elif isinstance(mark, PriorMark):
        facts |= {"mask_pixels": int(np.count_nonzero(mark.mask))}
    return facts


def _rounded(values: np.ndarray) -> list[Any]:
    return np.round(values, 2).tolist()

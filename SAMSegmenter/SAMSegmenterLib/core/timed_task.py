"""What a study with a stopwatch records: its words, and the object that is timed."""

from __future__ import annotations

from dataclasses import dataclass

from SAMSegmenterLib.core.errors import InputError

SCHEMA = "sam-stopwatch/1"
WITH, WITHOUT = "with SAM", "without SAM"
CONDITIONS = (WITH, WITHOUT)

BEGIN, END, EDITED = "object", "finished", "edited"
"""Kinds of events that a study adds to those of an editing session."""


@dataclass(frozen=True)
class TimedTask:
    """What is being timed.

    Args:
        condition: one of `CONDITIONS`.
        case: stands for the volume.
        name: of the object, so that it is found again under the other condition.
    """

    condition: str
    case: str
    name: str

    def __post_init__(self) -> None:
        if self.condition not in CONDITIONS:
            raise InputError(f"There is no condition '{self.condition}'.", f"Choose one of: {', '.join(CONDITIONS)}.")

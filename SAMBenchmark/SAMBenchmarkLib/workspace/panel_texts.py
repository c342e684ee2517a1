"""What the benchmark's panel says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMBenchmarkLib.core.options import STRATEGY_TITLES
from SAMSegmenterLib.core.progress import ProgressEvent


def strategy_choices(names: Sequence[str]) -> list[dict[str, str]]:
    """Strategies as a list to choose from."""
    return [{"value": name, "title": f"{name} {STRATEGY_TITLES.get(name, '')}".strip()} for name in names]


def progress_state(event: ProgressEvent) -> dict[str, Any]:
    """How far an evaluation is, by the names of the page's variables; a part of 0 when that is not known."""
    part = event.done / event.total if event.total else 0.0
    count = f" {event.done} of {event.total}" if event.total else ""
    left = "" if event.seconds_left is None else f", {time_left(event.seconds_left)} left"
    return {"benchmark_part": 100 * part, "benchmark_progress": f"{event.stage}{count}{left}"}


def time_left(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"

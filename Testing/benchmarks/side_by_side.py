"""Two ways to do the same, measured in turns, and each alone in a process for its memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.comparisons import Comparison
from benchmarks.harness import Timings, seconds_of

from SAMSegmenterLib.models.peak_memory import highest_memory

MEGABYTE = 1 << 20
REFERENCE, OURS = "torch", "fast"
"""Engines: `segment_anything`'s own code, and the project's."""


def in_turns(works: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Timings]:
    """Seconds of each, so that whatever else the computer does meets all.

    The first round loads code and is left out, where there are several.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds + (rounds > 1)):
        for name, work in works.items():
            seconds[name].append(seconds_of(work))
    return {name: Timings(tuple(values[rounds > 1 :])) for name, values in seconds.items()}


def peak_megabytes() -> float:
    """The most memory that this process had so far, by the system's own accounting; 0 where it does not tell."""
    return highest_memory() / MEGABYTE


def resident_bytes() -> int:
    """Bytes that the process has now, by the system's own accounting; the most it had so far where it does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines() if ":" in line)
        return int(lines["VmRSS"].split()[0]) * 1024
    return highest_memory()


def alone(script: str, *case: str) -> dict[str, Any]:
    """What a script prints as JSON for a case, in a process of its own."""
    ran = subprocess.run([sys.executable, script, "--case", *case], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    return json.loads(ran.stdout.splitlines()[-1])


def case_of(arguments: list[str]) -> list[str] | None:
    """The case that a process of its own is asked for."""
    return arguments[1:] if arguments[:1] == ["--case"] else None


def time_and_memory(
    what: str, timings: Mapping[str, Timings], peaks: Mapping[str, float], aims: tuple[str, str]
) -> list[dict[str, Any]]:
    """A row for the time and one for the memory, ours beside the reference; no row for what could not be measured."""
    reference = "segment_anything's own code"
    ours, theirs = (timings[name].median for name in (OURS, REFERENCE))
    rows = [Comparison(what, 1000 * ours, reference, 1000 * theirs, "ms", aim=aims[0])]
    if peaks.get(REFERENCE):
        rows.append(Comparison(f"{what}, memory at most", peaks[OURS], reference, peaks[REFERENCE], "MB", aim=aims[1]))
    return [row.to_json() for row in rows]


def discs(side: int, count: int) -> np.ndarray:
    """A picture (side, side, 3) uint8 of discs of several sizes and shades."""
    rng, rows = np.random.default_rng(11), np.arange(side)[:, None]
    picture = np.full((side, side), 60.0) + rng.normal(0, 4, (side, side))
    for _ in range(count):
        (row, column), radius = rng.uniform(0, side, 2), side * rng.uniform(0.015, 0.05)
        picture[(rows - row) ** 2 + (rows.T - column) ** 2 < radius**2] = rng.uniform(90, 250)
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[..., None], 3, axis=2)

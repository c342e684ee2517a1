"""What all speed measurements share: timings, tables, options of the command line."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Timings:
    """Seconds that the same thing took again and again."""

    seconds: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.seconds:
            raise ValueError("nothing was measured")

    @property
    def median(self) -> float:
        """Seconds."""
        return float(np.median(self.seconds))

    @property
    def p95(self) -> float:
        """95th percentile, seconds."""
        return float(np.percentile(self.seconds, 95))

    @property
    def least(self) -> float:
        """Seconds."""
        return min(self.seconds)

    def to_json(self) -> dict[str, float]:
        """In milliseconds."""
        named = {"median_ms": self.median, "p95_ms": self.p95, "least_ms": self.least}
        return {**{name: round(1000 * value, 3) for name, value in named.items()}, "count": len(self.seconds)}


def seconds_of(work: Callable[[], Any]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Text in columns, the first to the left and the others to the right."""
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(head))]
    lines = []
    for row in texts:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def timing_rows(timings: Mapping[str, Timings]) -> list[list[str]]:
    """A row per name: median, 95th percentile and least milliseconds."""
    return [
        [name, *(f"{1000 * value:.1f}" for value in (one.median, one.p95, one.least))] for name, one in timings.items()
    ]


TIMING_HEAD = ("", "median ms", "p95 ms", "least ms")


def a_parser(text: str) -> argparse.ArgumentParser:
    """The options that every measurement has."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small data, few repeats: only shows that it works")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures to a file; - for standard output")
    return parser


def run(measure: Callable[[bool], tuple[dict[str, Any], str]], text: str, arguments: Sequence[str] | None) -> int:
    """Measure as the command line asks.

    Args:
        measure: called with whether to be quick; returns the figures and a table for people.
    """
    options = a_parser(text).parse_args(arguments)
    figures, shown = measure(options.quick)
    title = text.strip().splitlines()[0].rstrip(".")
    figures = {"title": title, **figures, "quick": options.quick, "computer": computer()}
    if options.json is None or str(options.json) != "-":
        print(shown)
    if options.json is not None:
        written = json.dumps(figures, indent=1) + "\n"
        if str(options.json) == "-":
            sys.stdout.write(written)
        else:
            options.json.write_text(written, encoding="utf-8")
    return 0


def computer() -> dict[str, Any]:
    """What the figures depend on besides the code; nothing that tells whose computer it is."""
    import torch

    return {
        "date": datetime.date.today().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in ("torch", "numpy", "vtk", "slicer-core", "PySide6")},
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "-"


def _processor() -> str:
    """The processor's model."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _memory_gb() -> int | str:
    """Of the computer, rounded."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    except (AttributeError, OSError, ValueError):
        return "?"

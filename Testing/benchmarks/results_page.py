"""The figures of all measurements as a page for people, and as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.comparisons import HEAD, comparison_rows

_HOW = """\
Written by `python3 Testing/run.py benchmarks --record`. Every figure stands beside a reference that was measured in the
same run on the same computer; results compare the two. Times are medians unless something else is said.
"""


def write_results(results: Mapping[str, Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write RESULTS.md and results.json; both appear whole or not at all.

    Args:
        results: figures by the name of their measurement.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"results.json": json.dumps(results, indent=1) + "\n", "RESULTS.md": page(results)}
    for name, text in texts.items():
        beside = folder / f".{name}.new"
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, folder / name)
    return [folder / name for name in texts]


def page(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Markdown: a table per measurement, then what the figures depend on."""
    parts = ["# Speed and memory\n", _HOW]
    for name, figures in results.items():
        parts.append(f"## {figures['title']}\n")
        if figures["quick"]:
            parts.append("A quick run on small data: it shows that the measurement works, and nothing else.\n")
        parts.append(_markdown(HEAD, comparison_rows(figures["comparisons"])))
        parts.append(f"`Testing/benchmarks/{name}.py`, {_computer(figures['computer'])}.\n")
    return "\n".join(parts)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", "---:", "---", "---:", "---:", "---", "---"], *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _computer(facts: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    return (
        f"{facts['date']}: {facts['cores']} cores ({facts['processor']}), {facts['threads']} threads for the model, "
        f"{facts['memory_gb']} GB of memory, {facts['system']}; Python {facts['python']}, {versions}"
    )

"""The speed measurements run and give all their figures; how fast anything is, is not looked at here."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.harness import Timings, table

FOLDER = Path(__file__).resolve().parent
MEASUREMENTS = {
    "click_latency": {"timings", "median_more_than_decoder_ms", "ratio_of_medians", "longest_handler_ms", "aim_ms"},
    "worker_speed": {"timings", "share_of_undisturbed_speed", "aim"},
    "large_images": {"cases"},
}


def run(name: str, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=environment)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def numbers(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from numbers(one)
    elif isinstance(value, float):
        yield value


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_a_quick_run_gives_all_figures(name, tmp_path):
    if any(importlib.util.find_spec(needed) is None for needed in ("PySide6", "slicer")):
        pytest.skip("the desktop stand-in needs PySide6 and Slicer's Python package")
    shown = run(name, "--quick", "--json", str(tmp_path / "figures.json"))
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert MEASUREMENTS[name] <= set(figures) and figures["quick"] is True
    assert {"system", "python", "torch", "cores", "threads"} <= set(figures["computer"])
    found = list(numbers(figures))
    assert found and all(math.isfinite(number) for number in found)
    assert len(shown.splitlines()) > 4


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_measurement_says_what_it_measures(name):
    shown = run(name, "--help")
    assert "--quick" in shown and "--json FILE" in shown and f"Testing/benchmarks/{name}.py" in shown


def test_timings_tell_median_percentile_and_least():
    timings = Timings(tuple(number / 1000 for number in range(1, 102)))
    assert timings.to_json() == {"median_ms": 51.0, "p95_ms": 96.0, "least_ms": 1.0, "count": 101}
    with pytest.raises(ValueError, match="nothing"):
        Timings(())


def test_a_table_has_columns():
    assert table(("", "ms"), [("click", "7.0"), ("a longer name", "12.5")]).splitlines() == [
        "                 ms",
        "-------------  ----",
        "click           7.0",
        "a longer name  12.5",
    ]

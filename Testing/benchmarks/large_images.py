"""Time and memory of a click, its acceptance and undo on very large slices and on long volumes.

    python Testing/benchmarks/large_images.py [--quick] [--json FILE]

A long volume is compared with a short one of the same slices: what is done to one slice should cost as much in both. A
very large picture is compared with what its pixels alone take. Every case runs in a process of its own; memory is the
process's highest so far beyond what it had with volume, views and effect open, with the slice's embedding in the cache.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.comparisons import Comparison
from benchmarks.effect_at_work import AtWork, a_volume, effect_at_work
from benchmarks.harness import run, seconds_of, table
from benchmarks.side_by_side import MEGABYTE

from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.peak_memory import highest_memory

SHORT, LONG, LARGE = (40, 256, 256), (1000, 256, 256), (1, 10_000, 10_000)
QUICK_CASES = {"short volume": (8, 64, 64), "long volume": (40, 64, 64)}
CASES = {"short volume": SHORT, "long volume": LONG, "large picture": LARGE}
STEPS = ("click to preview", "accept", "undo", "redo", "click elsewhere to preview", "accept that, too")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--case"]:
        print(json.dumps(one_case(tuple(int(part) for part in given[1].split(",")))))
        return 0
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    cases = QUICK_CASES if quick else CASES
    figures = {name: (one_case if quick else _in_a_process)(shape) for name, shape in cases.items()}
    rows = []
    for name, one in figures.items():
        for step in STEPS:
            facts = one["steps"][step]
            rows.append([f"{name}: {step}", f"{facts['seconds']:.2f}", f"{facts['longest_wait_ms']:.0f}"])
        rows.append([f"{name}: decoder alone", f"{one['decoder_seconds']:.2f}", ""])
        rows.append([f"{name}: memory beyond the open volume, MB", f"{one['peak_megabytes']:.0f}", ""])
    compared = {"cases": figures, "comparisons": _comparisons(figures)}
    return compared, table(("", "s or MB", "longest wait ms"), rows)


def _comparisons(cases: dict[str, Any]) -> list[dict[str, Any]]:
    """A long volume beside a short one; a large picture beside what the model's decoder alone takes for it."""
    found = []
    for name, one in cases.items():
        clicked = f"{name}, click to preview", one["steps"]["click to preview"]["seconds"]
        found.append(Comparison(*clicked, "decoder alone", one["decoder_seconds"], "s").to_json())
    long, short = cases.get("long volume"), cases.get("short volume")
    for step in STEPS if long and short else ():
        pair = (f"{one}, {step}" for one in ("long volume", "short volume"))
        seconds = (1000 * one["steps"][step]["seconds"] for one in (long, short))
        (what, reference), (value, reference_value) = pair, seconds
        found.append(Comparison(what, value, reference, reference_value, "ms").to_json())
    for name, one in cases.items():
        picture = one["shape_kji"][1] * one["shape_kji"][2] / MEGABYTE
        memory = f"{name}, memory at most", one["peak_megabytes"], "one byte per pixel of the slice", picture
        found.append(Comparison(*memory, "MB").to_json())
    return found


def _decoder_seconds(work: AtWork) -> float:
    """What the model takes to make masks of a click on the slice, without the effect."""

    def task(predictor: Any, on_progress: Any, should_stop: Any) -> float:
        session = work.session
        prepared = session._slice_at(session.plane)
        embedding = prepared.embedding(session._window_now().texts(prepared.image)[0], predictor)
        height, width = prepared.grid.shape
        prompts = [Prompts.of([[0.5 * (width - 1), 0.5 * (height - 1)]])]
        return min(seconds_of(lambda: predictor.decode(embedding, prompts)) for _ in range(2))

    return work.service.submit(task).result()


def one_case(shape_kji: tuple[int, int, int]) -> dict[str, Any]:
    """All steps on a volume of a shape."""
    with effect_at_work(a_volume(shape_kji)) as work:
        work.show_middle()
        work.settle()
        decoder_seconds = _decoder_seconds(work)
        before, steps = highest_memory(forget=True), {}
        for name, step in zip(STEPS, _steps(work), strict=True):
            steps[name] = _timed(work, step)
        picture = shape_kji[1] * shape_kji[2]
        peak = (highest_memory() - before) / MEGABYTE
        return {
            "shape_kji": list(shape_kji),
            "steps": steps,
            "decoder_seconds": round(decoder_seconds, 4),
            "peak_megabytes": round(peak, 1),
            "peak_bytes_per_pixel": round(peak * MEGABYTE / picture, 1),
            "notices": [str(notice) for notice in work.session.notices],
        }


def _steps(work: AtWork) -> list[Callable[[], Callable[[], bool]]]:
    """Each does something and returns what to wait for."""

    def click(row: float, column: float) -> Callable[[], Callable[[], bool]]:
        def act() -> Callable[[], bool]:
            work.session.clear_marks()
            work.hand.click(work.place(row, column))
            return lambda: work.session.preview is not None and work.session.preview_is_current

        return act

    def accept() -> Callable[[], bool]:
        changed = work.effect.self().onApply()
        assert changed > 0, "nothing was written"
        return lambda: True

    def call(editing: str) -> Callable[[], Callable[[], bool]]:
        def act() -> Callable[[], bool]:
            getattr(work.editing.editor, editing)()
            return lambda: True

        return act

    return [click(0.5, 0.5), accept, call("undo"), call("redo"), click(0.28, 0.3), accept]


def _timed(work: AtWork, step: Callable[[], Callable[[], bool]]) -> dict[str, float]:
    """Seconds until it is done, and the longest that the window did nothing else."""
    start = time.perf_counter()
    done = step()
    longest, last = time.perf_counter() - start, [time.perf_counter()]
    waits = [longest]

    def look() -> bool:
        now = time.perf_counter()
        waits.append(now - last[0])
        last[0] = now
        return done()

    if not look():
        work.work_until(look, 120.0)
    return {"seconds": round(time.perf_counter() - start, 4), "longest_wait_ms": round(1000 * max(waits), 1)}


def _in_a_process(shape_kji: tuple[int, int, int]) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).resolve()), "--case", ",".join(str(n) for n in shape_kji)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    return json.loads(ran.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())

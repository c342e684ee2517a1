"""From a click in a slice view to its mask over the picture, beside what the decoder alone takes.

    python Testing/benchmarks/click_latency.py [--quick] [--json FILE]

The slice's embedding is in the cache. A click goes through the view's interactor and the effect's event handlers; the
event loop holds the interpreter lock as Slicer's does. Clicks and plain decoder calls take turns, so that whatever else
the computer does meets both. Aim: the median click takes at most 30 ms more than the median decoder call.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import DIFFERENCE, Comparison
from benchmarks.effect_at_work import AtWork, a_volume, effect_at_work
from benchmarks.harness import TIMING_HEAD, Timings, run, table, timing_rows

from SAMSegmenterLib.core.prompts import Prompts

AIM_MS = 30.0
FULL, QUICK = ((300, 512, 512), 60), ((6, 96, 96), 3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    return run(measure, __doc__ or "", arguments)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    shape, count = QUICK if quick else FULL
    with effect_at_work(a_volume(shape)) as work:
        work.show_middle()
        work.settle()
        timings = _clicks_and_decodes(work, count)
    clicks, decodes = timings["click to preview"], timings["decoder alone"]
    processor = timings["click to preview, processor"], timings["decoder alone, processor"]
    more = 1000 * (clicks.median - decodes.median)
    figures = {
        "shape_kji": list(shape),
        "timings": {name: one.to_json() for name, one in timings.items()},
        "median_more_than_decoder_ms": round(more, 3),
        "aim_ms": AIM_MS,
        "ratio_of_medians": round(clicks.median / decodes.median, 3),
        "median_more_than_decoder_processor_ms": round(1000 * (processor[0].median - processor[1].median), 3),
        "longest_handler_ms": round(1000 * max(timings["event handlers of the click"].seconds), 3),
    }
    figures["comparisons"] = _comparisons(timings)
    text = table(TIMING_HEAD, timing_rows(timings))
    return figures, f"{text}\n\nmedian click: {more:.1f} ms more than the decoder (aim: at most {AIM_MS:.0f})"


def _comparisons(timings: dict[str, Timings]) -> list[dict[str, Any]]:
    shown, alone = timings["click to preview"], timings["decoder alone"]
    pairs = (
        ("click to preview", shown.median, "decoder alone", alone.median, f"at most +{AIM_MS:.0f} ms"),
        ("click to preview, 95th percentile", shown.p95, "decoder alone, 95th percentile", alone.p95, ""),
    )
    return [
        Comparison(what, 1000 * value, reference, 1000 * reference_value, "ms", DIFFERENCE, aim).to_json()
        for what, value, reference, reference_value, aim in pairs
    ]


def _clicks_and_decodes(work: AtWork, count: int) -> dict[str, Timings]:
    predictor = _predictor(work)
    embedding = predictor.encode([_picture(work)])[0]
    height, width = embedding.original_size
    rng, rows = np.random.default_rng(3), []
    for _ in range(count + 2):
        row, column = 0.5 + rng.uniform(-0.1, 0.1, 2)
        click = _click(work, row, column)
        prompts = [Prompts.of([[column * (width - 1), row * (height - 1)]])]
        start, start_processor = time.perf_counter(), time.process_time()
        predictor.decode(embedding, prompts)
        rows.append((*click, time.perf_counter() - start, time.process_time() - start_processor))
    names = (
        *("click to preview", "click to preview, processor", "event handlers of the click"),
        *("decoder alone", "decoder alone, processor"),
    )
    columns = zip(*rows[2:], strict=True)  # the first ones load code
    return {name: Timings(seconds) for name, seconds in zip(names, columns, strict=True)}


def _click(work: AtWork, row: float, column: float) -> tuple[float, float, float]:
    """Seconds until the mask is handed to the view to be drawn, by the clock and of the processor, and in handlers."""
    session, view = work.session, work.hand.widget.sliceView()
    session.clear_marks()
    place = work.place(row, column)
    work.hand.move(place)
    view._scheduled, seen = 0, []

    def look(changed: frozenset[str]) -> None:
        if session.preview is not None and view._scheduled and not seen:
            seen.append((time.perf_counter(), time.process_time()))

    end = session.on_change(look)  # called after the effect's own listener
    start, start_processor = time.perf_counter(), time.process_time()
    work.hand.click(place)
    handled = time.perf_counter() - start
    if not seen:
        work.work_until(lambda: bool(seen))
    end()
    return seen[0][0] - start, seen[0][1] - start_processor, handled


def _predictor(work: AtWork) -> Any:
    """The model that the worker uses; the worker rests."""
    return work.service.submit(lambda predictor, on_progress, should_stop: predictor).result()


def _picture(work: AtWork) -> np.ndarray:
    """The slice shown as the model reads it."""
    session = work.session
    prepared = session._slice_at(session.plane)
    return prepared.picture(session._window_now().texts(prepared.image)[0])


if __name__ == "__main__":
    sys.exit(main())

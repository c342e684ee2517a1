"""Timings: seconds per stage, beside those that were published."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from SAMBenchmarkLib.core.figure_groups import in_order
from SAMBenchmarkLib.core.options import ALL_STRATEGIES, STRATEGY_TITLES
from SAMBenchmarkLib.core.summary import TimingSeconds
from SAMBenchmarkLib.report.html_tables import NO_ROWS, body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, element, paragraph, section
from SAMBenchmarkLib.report.published import SECONDS, TIMING_SOURCE
from SAMBenchmarkLib.report.run_facts import RunFacts


def timings_section(seconds: TimingSeconds, facts: RunFacts) -> Html:
    """One row per stage: measured by repetition, taken by the run itself, published.

    Args:
        seconds: (stage, repeats) -> seconds, one for each slice.
    """
    if not seconds:
        return section("timings", "Timings", paragraph("Nothing was timed."))
    by_stage: dict[str, dict[int, Sequence[float]]] = {}
    for (stage, repeats), values in seconds.items():
        by_stage.setdefault(stage, {})[repeats] = values
    rows = [_row(stage, by_stage[stage]) for stage in in_order(by_stage, ("embedding", *ALL_STRATEGIES))]
    header = [
        element("th", "Stage", scope="col"),
        number_header("Timing table", "s, median"),
        number_header("repeated"),
        number_header("During the run", "s per slice, median"),
        number_header("slices"),
        *(number_header(f"Published {model}", "s, RTX 3090") for model in SECONDS),
    ]
    return section(
        "timings",
        "Timings",
        paragraph(
            "Embedding is resizing and the image encoder, once per slice. A strategy is prompt encoding and mask "
            "decoding; for S0 it is mask decoding alone, once per slice, for S1 the whole grid of points. The timing "
            "table repeats each stage on one slice and one object; during the run, a strategy's seconds are those of "
            f"all objects of a slice, and an embedding may have come from the cache.{_where(facts)}"
        ),
        data_table("Seconds per stage; published values are for orientation only.", header, [body(rows)]),
        paragraph(TIMING_SOURCE, class_="soft small"),
    )


def seconds_text(seconds: float) -> str:
    """Seconds with as many digits as they deserve."""
    return f"{seconds:.4f}" if seconds < 1 else f"{seconds:.3f}" if seconds < 10 else f"{seconds:.1f}"


def _row(stage: str, seconds: Mapping[int, Sequence[float]]) -> Html:
    repeated = [value for repeats, values in seconds.items() if repeats > 1 for value in values]
    once = seconds.get(1, ())
    most = max(seconds)
    title = f"{stage} {STRATEGY_TITLES.get(stage, '')}".strip()
    return element(
        "tr",
        row_header(title[:1].upper() + title[1:]),
        number_cell(_median(repeated)),
        number_cell(f"{most} times" if repeated else NO_ROWS),
        number_cell(_median(once)),
        number_cell(f"{len(once):,}" if once else NO_ROWS),
        *(number_cell(seconds_text(of[stage]) if stage in of else NO_ROWS) for of in SECONDS.values()),
    )


def _median(seconds: Sequence[float]) -> str:
    return seconds_text(statistics.median(seconds)) if seconds else NO_ROWS


def _where(facts: RunFacts) -> str:
    device, threads = facts.options.get("device"), facts.options.get("threads")
    if not device:
        return ""
    return f" Measured on {device}" + (f" with {threads} thread{'' if threads == 1 else 's'}." if threads else ".")

"""Tables of a run: every figure by structure and strategy, and the averages over all of them."""

from __future__ import annotations

import statistics
from array import array
from collections.abc import Iterable, Mapping, Sequence

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.figure_groups import SUMMARY_COLUMNS, FigureGroups, in_order
from SAMBenchmarkLib.core.metric_columns import METRICS
from SAMBenchmarkLib.core.moments import Moments
from SAMBenchmarkLib.core.options import PROMPTLESS, SELECTION_TITLES, SELECTIONS, STRATEGY_TITLES, TABLE_ORDER
from SAMBenchmarkLib.core.row_batches import Batch, batches_of_rows
from SAMBenchmarkLib.core.rows import ResultRow, TimingRow
from SAMBenchmarkLib.core.tables import Table

MACRO = "average over structures (macro)"
MICRO = "average over objects (micro)"
"""Source: Huang et al. 2024 do not say which of the two their average over everything is."""

TimingSeconds = Mapping[tuple[str, int], Sequence[float]]
"""(stage, repeats) -> seconds, one for each slice that was timed so."""

_ONCE_PER_SLICE = ("embedding", PROMPTLESS, "S1")


def summary_tables(rows: Iterable[ResultRow], timings: Iterable[TimingRow] = ()) -> list[Table]:
    """All tables of a run, from one pass over its rows, which come in the order of their keys; see `tables_of`."""
    return tables_of(batches_of_rows(rows, SUMMARY_COLUMNS, plain=True), seconds_of(timings))


def tables_of(batches: Iterable[Batch], seconds: TimingSeconds) -> list[Table]:
    """All tables of a run.

    Structures of the same name (left and right, or instances) are one category.

    Args:
        batches: of `SUMMARY_COLUMNS` of one option hash; only rows of S0-S6 as such (no variant, round or repetition).
        seconds: by stage and repetitions.

    Returns:
        For each selection `summary_<selection>` and one matrix `<metric>_<selection>` per metric, then `timing` when
        something was timed. Cells of a matrix read "mean (standard deviation)", and how many values are undefined
        where some are. Empty when there is nothing.
    """
    groups = FigureGroups.of(batches)
    tables = []
    for selection in in_order({key[0] for key in groups.cells}, SELECTIONS):
        tables.append(_long_table(groups, selection))
        tables += [_matrix(groups, selection, index) for index in range(len(METRICS))]
    timing = timing_table_of(seconds)
    return [*tables, *([timing] if timing.rows else [])]


def timing_table(timings: Iterable[TimingRow]) -> Table:
    """Median seconds per stage, as `timing_table_of` gives them."""
    return timing_table_of(seconds_of(timings))


def timing_table_of(seconds: TimingSeconds) -> Table:
    """Median seconds per stage: the embedding, then prompt encoding and mask decoding of each strategy.

    Repeated measurements are preferred to what the run itself took; the column `measured` says which it is.

    Args:
        seconds: (stage, repeats) -> seconds, one for each slice.
    """
    most: dict[str, int] = {}
    for stage, repeats in seconds:
        most[stage] = max(repeats, most.get(stage, 0))
    stages = in_order(most, ("embedding", *TABLE_ORDER))
    rows = [_timing_row(stage, most[stage], seconds[stage, most[stage]]) for stage in stages]
    header = ("stage", "step", "seconds", "slices", "repeats", "measured")
    return Table.from_rows("timing", "Time per slice [s]", header, rows)


def seconds_of(timings: Iterable[TimingRow]) -> TimingSeconds:
    """Seconds of timings by stage and repetitions."""
    seconds: dict[tuple[str, int], array[float]] = {}
    for timing in timings:
        seconds.setdefault((timing.stage, timing.repeats), array("d")).append(timing.seconds)
    return dict(seconds)


def _long_table(groups: FigureGroups, selection: str) -> Table:
    header = ["structure", "strategy", "n"]
    header += [f"{metric.label}_{figure}" for metric in METRICS for figure in ("mean", "std", "undefined")]
    rows: list[list[object]] = []
    for structure in groups.structures(selection):
        for strategy in groups.strategies(selection):
            cell = groups.cells.get((selection, structure, strategy))
            if cell is not None:
                figures = [figure for m in cell.moments for figure in (m.mean, m.std, m.undefined)]
                rows.append([structure, strategy, cell.objects, *figures])
    title = f"All figures, masks selected by {SELECTION_TITLES.get(selection, selection)}"
    return Table.from_rows(f"summary_{selection}", title, header, rows)


def _matrix(groups: FigureGroups, selection: str, metric: int) -> Table:
    structures, strategies = groups.structures(selection), groups.strategies(selection)
    rows: list[list[object]] = []
    for structure in structures:
        cells = [groups.cells.get((selection, structure, strategy)) for strategy in strategies]
        objects = max(cell.objects for cell in cells if cell is not None)
        rows.append([structure, objects, *(_text(cell.moments[metric] if cell else None) for cell in cells)])
    macro = [_over_structures(groups, selection, structures, strategy, metric) for strategy in strategies]
    rows.append([MACRO, len(structures), *map(_text, macro)])
    micro = [groups.everything[selection, strategy] for strategy in strategies]
    rows.append([MICRO, max(cell.objects for cell in micro), *(_text(cell.moments[metric]) for cell in micro)])
    chosen = SELECTION_TITLES.get(selection, selection)
    title = f"{METRICS[metric].title}, mean (standard deviation), masks selected by {chosen}"
    return Table.from_rows(f"{METRICS[metric].column}_{selection}", title, ["structure", "n", *strategies], rows)


def _over_structures(
    groups: FigureGroups, selection: str, structures: list[str], strategy: str, metric: int
) -> Moments:
    """Mean and deviation of the structures' means: every structure weighs the same."""
    moments = Moments()
    for structure in structures:
        cell = groups.cells.get((selection, structure, strategy))
        if cell is not None:
            moments.add(cell.moments[metric].mean)
    return moments


def _text(moments: Moments | None) -> str:
    if moments is None:
        return ""
    if not moments.defined:
        return "undefined"
    without = f", {moments.undefined} undefined" if moments.undefined else ""
    return f"{moments.mean:.2f} ({moments.std:.2f}){without}"


def _timing_row(stage: str, most: int, seconds: Sequence[float]) -> tuple[object, ...]:
    step = "image embedding"
    if stage != "embedding":
        work = "mask decoding" if stage == PROMPTLESS else "prompt encoding and mask decoding"
        work = f"{stage}, a classical method" if stage in CLASSICAL else work
        step = f"{STRATEGY_TITLES.get(stage, stage)}: {work}"
    repeated = f"one {'slice' if stage in _ONCE_PER_SLICE else 'object'}, median of {most} repetitions"
    during = {"embedding": "image, or read from the cache", PROMPTLESS: "once per slice"}.get(
        stage, "all objects of a slice"
    )
    measured = repeated if most > 1 else f"during the run, {during}, median over slices"
    return stage, step, statistics.median(seconds), len(seconds), most, measured

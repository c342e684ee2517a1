"""Tables of a run: every figure by structure and strategy, and the averages over all of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from SAMBenchmarkLib.core.moments import Moments
from SAMBenchmarkLib.core.options import ALL_STRATEGIES, PROMPTLESS, SELECTION_TITLES, SELECTIONS, STRATEGY_TITLES
from SAMBenchmarkLib.core.rows import ResultRow, TimingRow
from SAMBenchmarkLib.core.tables import Table

MACRO = "average over structures (macro)"
MICRO = "average over objects (micro)"
"""Source: Huang et al. 2024 do not say which of the two their average over everything is."""

_ONCE_PER_SLICE = ("embedding", PROMPTLESS, "S1")


@dataclass(frozen=True)
class Metric:
    """A column of `ResultRow` as tables show it.

    Args:
        column: its name there.
        title: heading for people, with the unit.
        factor: shown value = stored value * factor.
        label: its name in the long table, with the unit.
    """

    column: str
    title: str
    factor: float = 1.0
    label: str = ""


METRICS = (
    Metric("dice", "DICE [%]", 100.0, "dice_percent"),
    Metric("jac", "Jaccard [%]", 100.0, "jac_percent"),
    Metric("hd_px", "Hausdorff distance [px]", label="hd_px"),
    Metric("hd_mm", "Hausdorff distance [mm]", label="hd_mm"),
    Metric("hd95_px", "95 % Hausdorff distance [px]", label="hd95_px"),
    Metric("hd95_mm", "95 % Hausdorff distance [mm]", label="hd95_mm"),
    Metric("assd_px", "average symmetric surface distance [px]", label="assd_px"),
    Metric("assd_mm", "average symmetric surface distance [mm]", label="assd_mm"),
    Metric("surface_dice", "surface DICE [%]", 100.0, "surface_dice_percent"),
)


def summary_tables(rows: Iterable[ResultRow], timings: Iterable[TimingRow] = ()) -> list[Table]:
    """All tables of a run, from one pass over its rows.

    Structures of the same name (left and right, or instances) are one category.

    Args:
        rows: of one option hash; only those of S0-S6 as such count (no variant, round or repetition).

    Returns:
        For each selection `summary_<selection>` and one matrix `<metric>_<selection>` per metric, then `timing` when
        something was timed. Cells of a matrix read "mean (standard deviation)", and how many values are undefined
        where some are. Empty when there is nothing.
    """
    groups = _collect(rows)
    tables = []
    for selection in _in_order({key[0] for key in groups.cells}, SELECTIONS):
        tables.append(_long_table(groups, selection))
        tables += [_matrix(groups, selection, index) for index in range(len(METRICS))]
    timing = timing_table(timings)
    return [*tables, *([timing] if timing.rows else [])]


def timing_table(timings: Iterable[TimingRow]) -> Table:
    """Median seconds per stage: the embedding, then prompt encoding and mask decoding of each strategy.

    Repeated measurements are preferred to what the run itself took; the column `measured` says which it is.
    """
    by_stage: dict[str, list[TimingRow]] = {}
    for timing in timings:
        by_stage.setdefault(timing.stage, []).append(timing)
    rows = [_timing_row(stage, by_stage[stage]) for stage in _in_order(by_stage, ("embedding", *ALL_STRATEGIES))]
    header = ("stage", "step", "seconds", "slices", "repeats", "measured")
    return Table.from_rows("timing", "Time per slice [s]", header, rows)


@dataclass
class _Cell:
    """Figures of the objects of one structure under one strategy."""

    objects: int = 0
    moments: tuple[Moments, ...] = field(default_factory=lambda: tuple(Moments() for _ in METRICS))

    def add(self, row: ResultRow) -> None:
        self.objects += 1
        for metric, moments in zip(METRICS, self.moments, strict=True):
            moments.add(getattr(row, metric.column) * metric.factor)


@dataclass
class _Groups:
    """Cells by (selection, structure, strategy), those over all structures, and the order of structures."""

    cells: dict[tuple[str, str, str], _Cell] = field(default_factory=dict)
    everything: dict[tuple[str, str], _Cell] = field(default_factory=dict)
    first_label: dict[str, int] = field(default_factory=dict)

    def structures(self, selection: str) -> list[str]:
        names = {structure for chosen, structure, _ in self.cells if chosen == selection}
        return sorted(names, key=lambda name: (self.first_label[name], name))

    def strategies(self, selection: str) -> list[str]:
        return _in_order({strategy for chosen, _, strategy in self.cells if chosen == selection}, ALL_STRATEGIES)


def _collect(rows: Iterable[ResultRow]) -> _Groups:
    groups = _Groups()
    for row in rows:
        if row.variant or row.round or row.repeat:
            continue
        groups.cells.setdefault((row.selection, row.structure, row.strategy), _Cell()).add(row)
        groups.everything.setdefault((row.selection, row.strategy), _Cell()).add(row)
        lowest = groups.first_label.get(row.structure, row.label_value)
        groups.first_label[row.structure] = min(lowest, row.label_value)
    return groups


def _long_table(groups: _Groups, selection: str) -> Table:
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


def _matrix(groups: _Groups, selection: str, metric: int) -> Table:
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


def _over_structures(groups: _Groups, selection: str, structures: list[str], strategy: str, metric: int) -> Moments:
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


def _timing_row(stage: str, timings: list[TimingRow]) -> tuple[object, ...]:
    most = max(timing.repeats for timing in timings)
    chosen = [timing for timing in timings if timing.repeats == most]
    step = "image embedding"
    if stage != "embedding":
        work = "mask decoding" if stage == PROMPTLESS else "prompt encoding and mask decoding"
        step = f"{STRATEGY_TITLES.get(stage, stage)}: {work}"
    repeated = f"one {'slice' if stage in _ONCE_PER_SLICE else 'object'}, median of {most} repetitions"
    during = {"embedding": "image, or read from the cache", PROMPTLESS: "once per slice"}.get(
        stage, "all objects of a slice"
    )
    measured = repeated if most > 1 else f"during the run, {during}, median over slices"
    seconds = statistics.median(timing.seconds for timing in chosen)
    slices = len({(t.case_id, t.frame, t.plane, t.slice) for t in chosen})
    return stage, step, seconds, slices, most, measured


def _in_order(names: Iterable[str], order: tuple[str, ...]) -> list[str]:
    """Known names in their own order, others after them by name."""
    rank = {name: number for number, name in enumerate(order)}
    return sorted(names, key=lambda name: (rank.get(name, len(order)), name))

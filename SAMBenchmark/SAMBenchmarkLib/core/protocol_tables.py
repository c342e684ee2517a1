"""Tables of the protocols beside S0-S6: one per protocol and mask selection, and the curve over clicks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from SAMBenchmarkLib.core.options import SELECTION_TITLES, SELECTIONS, BenchmarkOptions
from SAMBenchmarkLib.core.protocol_figures import MEAN_OF_REPEATS, Figures, Line, ProtocolFigures
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from SAMBenchmarkLib.core.tables import Table

CLICK_CURVE = "dice_by_clicks"

TABLE_NAMES = (CLICK_CURVE, *(f"{name}_{selection}" for name in PROTOCOL_TITLES for selection in SELECTIONS))
"""All names that `protocol_tables` may give."""


def protocol_tables(rows: Iterable[ResultRow], options: BenchmarkOptions) -> list[Table]:
    """All tables of the protocols of a run.

    Args:
        rows: of one option hash, the rows of a slice together; those of S0-S6 as such are what drops are measured from.
        options: of the run.

    Returns:
        For each protocol and selection `<protocol>_<selection>`: Dice and IoU by structure and averaged, and the drop
        of Dice where the same strategy was evaluated without the protocol; then `dice_by_clicks` when something was
        clicked. Empty without protocols.
    """
    if not options.protocols:
        return []
    figures = ProtocolFigures.of(rows, options)
    tables = [
        _table(figures, protocol, selection)
        for protocol in PROTOCOL_TITLES
        for selection in SELECTIONS
        if (protocol, selection, "") in figures.groups
    ]
    curve = click_curve(figures)
    return [*tables, *([curve] if curve else [])]


def click_curve(figures: ProtocolFigures) -> Table | None:
    """Mean Dice over all objects by number of clicks, one column per protocol and selection, percent; None without."""
    curves: dict[str, dict[int, float]] = {}
    for protocol in PROTOCOL_TITLES:
        for selection in SELECTIONS:
            lines = figures.groups.get((protocol, selection, ""), {})
            curve = {line.round: 100 * found.dice.mean for line, found in lines.items() if line.round}
            if curve:
                curves[f"{protocol} {selection}"] = curve
    if not curves:
        return None
    rounds = range(1, max(map(max, curves.values())) + 1)
    columns: dict[str, list[Any]] = {"clicks": list(rounds)}
    columns |= {name: [curve.get(number, math.nan) for number in rounds] for name, curve in curves.items()}
    return Table(CLICK_CURVE, "Mean DICE over all objects by number of clicks [%]", columns)


def _table(figures: ProtocolFigures, protocol: str, selection: str) -> Table:
    lines = figures.lines(protocol, selection)
    structures = figures.structures(protocol, selection)
    rows = []
    for structure in structures:
        known = figures.groups[protocol, selection, structure]
        rows += [(structure, *_cells(line, known[line])) for line in lines if line in known]
    by_structure = [figures.groups[protocol, selection, structure] for structure in structures]
    rows += [(MACRO, *_cells(line, _over(line, by_structure))) for line in lines]
    everything = figures.groups[protocol, selection, ""]
    rows += [(MICRO, *_cells(line, everything[line])) for line in lines]
    header = ["structure", "strategy", "setting", "clicks", "repeat", "n", "ended_early"]
    header += [f"{name}_{figure}" for name in _FIGURES for figure in ("mean", "std")]
    title = f"{PROTOCOL_TITLES[protocol]}, masks selected by {SELECTION_TITLES.get(selection, selection)}"
    table = Table.from_rows(f"{protocol}_{selection}", title, header, rows)
    return Table(table.name, table.title, {name: v for name, v in table.columns.items() if _says_something(name, v)})


_FIGURES = ("dice_percent", "iou_percent", "dice_drop")


def _cells(line: Line, found: Figures) -> tuple[Any, ...]:
    repeat = "all" if line.repeat == MEAN_OF_REPEATS else str(line.repeat)
    figures = [100 * value for m in (found.dice, found.iou, found.drop) for value in (m.mean, m.std)]
    return (line.strategy, line.setting, line.round, repeat, found.objects, found.ended, *figures)


def _over(line: Line, by_structure: list[dict[Line, Figures]]) -> Figures:
    """Every structure weighs the same."""
    result = Figures()
    for known in by_structure:
        if line in known:
            found = known[line]
            result.add(found.dice.mean, found.iou.mean, found.drop.mean)
    return result


def _says_something(name: str, values: list[Any]) -> bool:
    """Columns that a protocol does not use are left out."""
    if name in ("setting", "clicks", "ended_early"):
        return any(values)
    if name == "repeat":
        return set(values) != {"all"}
    return not name.startswith("dice_drop") or any(not math.isnan(value) for value in values)

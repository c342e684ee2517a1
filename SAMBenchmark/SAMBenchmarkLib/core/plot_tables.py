"""The tables behind plots: one column per line or group of bars."""

from __future__ import annotations

from SAMBenchmarkLib.core.options import STRATEGY_TITLES
from SAMBenchmarkLib.core.tables import Table, plain_text
from SAMSegmenterLib.core.errors import InputError

MOST_SERIES = 8
"""More groups of bars than this cannot be told apart."""

MEAN_OF_STRUCTURES = "mean over structures"


def dice_by_strategy(summary: Table) -> Table:
    """Mean Dice with one row per strategy and one column per structure.

    Args:
        summary: long table of a run (`summary_<selection>`): columns structure, strategy and dice_percent_mean.

    Returns:
        Columns "strategy" and each structure's name as plain text, percent, NaN where nothing was measured. More than
        `MOST_SERIES` structures are averaged into one column.

    Raises:
        InputError: a column is missing.
    """
    missing = {"structure", "strategy", "dice_percent_mean"} - set(summary.columns)
    if missing:
        raise InputError(f"Table {summary.name} has no column {', '.join(sorted(missing))}.")
    keys = zip(summary.columns["structure"], summary.columns["strategy"], strict=True)
    values = dict(zip(keys, summary.columns["dice_percent_mean"], strict=True))
    structures = list(dict.fromkeys(summary.columns["structure"]))
    strategies = list(dict.fromkeys(strategy for _structure, strategy in sorted(values, key=lambda key: key[1])))
    columns = {
        _column_name(name): [values.get((name, strategy), float("nan")) for strategy in strategies]
        for name in structures
    }
    if len(structures) > MOST_SERIES:
        columns = {MEAN_OF_STRUCTURES: [_mean(figures) for figures in zip(*columns.values(), strict=True)]}
    titles = [f"{strategy} {STRATEGY_TITLES.get(strategy, '')}".strip() for strategy in strategies]
    name = summary.name.replace("summary", "dice_plot")
    return Table(name, "Mean DICE by strategy and structure [%]", {"strategy": titles, **columns})


def _column_name(structure: str) -> str:
    """A structure's name as the name of a column that Slicer finds again, beside the one of the strategies."""
    name = plain_text(structure) or "(no name)"
    return f"{name} (structure)" if name == "strategy" else name


def _mean(values: tuple[float, ...]) -> float:
    """Mean of the defined values; NaN without any."""
    defined = [value for value in values if value == value]
    return sum(defined) / len(defined) if defined else float("nan")

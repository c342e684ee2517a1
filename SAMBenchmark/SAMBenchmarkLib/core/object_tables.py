"""Tables with one row per object: the worst results first, and what plots of attributes against Dice are drawn from."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from typing import Any

from SAMBenchmarkLib.core.options import SELECTION_TITLES, TABLE_ORDER
from SAMBenchmarkLib.core.protocols.settings import protocol_of
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME, ResultRow
from SAMBenchmarkLib.core.tables import Table

WORST_FIRST = "objects_worst_first"
DICE_BY_OBJECT = "dice_by_object"
RANK = "rank"
MOST_RESULTS = 2000
"""Results that a list for people to read holds; nobody scrolls further."""

MOST_OBJECTS = 5000
"""Objects that a plot shows; more are thinned out evenly."""

ATTRIBUTES = {"size": "pixels", "aspect_ratio": "aspect_ratio", "intensity_difference": "intensity_difference"}
"""Column of a row -> column of the table."""


def worst_results(rows: Iterable[ResultRow], selection: str, most: int = MOST_RESULTS) -> list[ResultRow]:
    """The results with the lowest Dice, lowest first; those without a Dice come last.

    Args:
        rows: of one run, strategies and protocols; those of whole volumes are left out.
        selection: which mask selection counts.
    """
    chosen = (row for row in rows if row.selection == selection and row.slice != WHOLE_VOLUME)
    return heapq.nsmallest(most, chosen, key=lambda row: (math.inf if math.isnan(row.dice) else row.dice, row.key))


def worst_table(worst: Sequence[ResultRow]) -> Table:
    """What `worst_results` found, numbered from 1 in the column `RANK`."""
    columns: dict[str, list[Any]] = {
        RANK: list(range(1, len(worst) + 1)),
        "dice_percent": [_rounded(100 * row.dice) for row in worst],
        "structure": [row.structure for row in worst],
        "strategy": [row.strategy for row in worst],
        "case": [row.case_id for row in worst],
        "slice": [row.slice for row in worst],
        "plane": [row.plane for row in worst],
        "protocol": [" ".join(filter(None, protocol_of(row.variant))) for row in worst],
        "round": [row.round for row in worst],
        "repeat": [row.repeat for row in worst],
        "frame": [row.frame for row in worst],
        "iou_percent": [_rounded(100 * row.jac) for row in worst],
        "hd95_mm": [_rounded(row.hd95_mm) for row in worst],
        "predicted_iou": [_rounded(row.predicted_iou, 3) for row in worst],
        "pixels": [row.size for row in worst],
    }
    unused = {name for name in ("protocol", "round", "repeat", "frame") if not any(columns[name])}
    title = f"Objects, worst first, masks selected by {_title(worst)}"
    return Table(WORST_FIRST, title, {name: values for name, values in columns.items() if name not in unused})


def dice_by_object(rows: Iterable[ResultRow], selection: str, most: int = MOST_OBJECTS) -> Table:
    """Attributes of each object and its Dice in percent with each strategy, one column per strategy.

    Args:
        rows: of one run; those of protocols are left out.
        most: objects; more are thinned out evenly.

    Returns:
        Undefined figures are NaN; without rows the table has no strategy and no row.
    """
    objects: dict[tuple[Any, ...], dict[str, float]] = {}
    about: dict[tuple[Any, ...], ResultRow] = {}
    for row in rows:
        if row.selection == selection and not (row.variant or row.round or row.repeat):
            key = (row.case_id, row.frame, row.plane, row.slice, row.label_value)
            about.setdefault(key, row)
            objects.setdefault(key, {})[row.strategy] = 100 * row.dice
    chosen = list(objects)[:: max(1, math.ceil(len(objects) / most))]
    columns: dict[str, list[Any]] = {
        "case": [about[key].case_id for key in chosen],
        "slice": [about[key].slice for key in chosen],
        "structure": [about[key].structure for key in chosen],
    }
    columns |= {shown: [float(getattr(about[key], name)) for key in chosen] for name, shown in ATTRIBUTES.items()}
    for strategy in strategies_of(objects.values()):
        columns[strategy] = [objects[key].get(strategy, math.nan) for key in chosen]
    title = f"DICE [%] and attributes of each object, masks selected by {SELECTION_TITLES.get(selection, selection)}"
    return Table(DICE_BY_OBJECT, title, columns)


def strategies_of(figures: Iterable[Iterable[str]]) -> list[str]:
    """All strategies that are named, in their usual order."""
    found = {name for names in figures for name in names}
    return [name for name in TABLE_ORDER if name in found] + sorted(found - set(TABLE_ORDER))


def _title(worst: Sequence[ResultRow]) -> str:
    selection = worst[0].selection if worst else ""
    return SELECTION_TITLES.get(selection, selection) or "nothing"


def _rounded(value: float, digits: int = 2) -> float:
    return value if math.isnan(value) else round(value, digits)

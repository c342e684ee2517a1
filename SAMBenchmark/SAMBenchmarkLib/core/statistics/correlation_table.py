"""How Dice goes with what an object looks like."""

from __future__ import annotations

import math

import numpy as np

from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.core.statistics.object_figures import ATTRIBUTES, Floats, ObjectFigures
from SAMBenchmarkLib.core.statistics.partial_correlation import PartialCorrelation, partial_spearman
from SAMBenchmarkLib.core.tables import Table

HEADER = ("strategy", "attribute", "rho", "p", "n", "strength", "held_constant", "rho_alone", "p_alone", "note")
NOT_MEASURED = {"modality": "no case says its modality"}


def correlation_table(figures: ObjectFigures, selection: str) -> Table:
    """Spearman correlation of Dice with each attribute, the other attributes held constant, and on its own.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, table 6.
    """
    columns = {name: figures.attribute(name) for name in ATTRIBUTES}
    rows = []
    for strategy in figures.strategies(selection):
        table = {"dice": figures.dice_of(strategy, selection), **columns}
        rows += [(strategy, name, *_figures(table, name)) for name in ATTRIBUTES]
    title = (
        "Spearman correlation of DICE with attributes of the object, masks selected by "
        f"{SELECTION_TITLES.get(selection, selection)}"
    )
    return Table.from_rows(f"correlation_{selection}", title, HEADER, rows)


def _figures(table: dict[str, Floats], attribute: str) -> tuple[object, ...]:
    if not np.isfinite(table[attribute]).any():
        note = NOT_MEASURED.get(attribute, f"{attribute.replace('_', ' ')} was not measured")
        return math.nan, math.nan, 0, "", "", math.nan, math.nan, note
    others = [name for name in ATTRIBUTES if name != attribute and np.isfinite(table[name]).any()]
    partial, alone = partial_spearman(table, attribute, "dice", others), partial_spearman(table, attribute, "dice")
    return (*_shown(partial), ", ".join(partial.covariates).replace("_", " "), alone.r, alone.p, partial.note)


def _shown(found: PartialCorrelation) -> tuple[object, ...]:
    return found.r, found.p, found.n, found.strength

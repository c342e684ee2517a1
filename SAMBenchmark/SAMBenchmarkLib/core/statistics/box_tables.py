"""Numbers of box plots: Dice by modality, and attributes of objects by level of Dice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from SAMBenchmarkLib.core.modalities import NOT_RECORDED
from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.core.statistics.box_numbers import BoxNumbers, box_numbers
from SAMBenchmarkLib.core.statistics.dice_levels import LEVELS, dice_levels, level_range
from SAMBenchmarkLib.core.statistics.object_figures import MEASURED, ObjectFigures
from SAMBenchmarkLib.core.tables import Table

BOX_HEADER = ("n", "whisker_low", "q1", "median", "q3", "whisker_high", "mean", "outliers", "note")
ALL_STRUCTURES = "all structures"
LEVEL_STRATEGY = "S5"
"""Whose Dice makes the levels. Source: Huang et al. 2024."""


def modality_table(figures: ObjectFigures, selection: str) -> Table:
    """Box of Dice in percent by modality: over all structures, then for each structure.

    A structure that is there in one modality only is named as such: nothing compares its modalities.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, figure 10.
    """
    rows = []
    for name, here in _by_structure(figures):
        present = sorted(set(figures.modalities()[here]))
        for modality in present:
            chosen = here & (figures.modalities() == modality)
            only = _only_one(name, present)
            for strategy in figures.strategies(selection):
                box = box_numbers(100 * figures.dice_of(strategy, selection)[chosen])
                rows.append((name, modality, strategy, *_cells(box, only)))
    title = f"DICE by modality [%], masks selected by {SELECTION_TITLES.get(selection, selection)}"
    return Table.from_rows(f"modality_{selection}", title, ("structure", "modality", "strategy", *BOX_HEADER), rows)


def level_table(figures: ObjectFigures, selection: str) -> Table:
    """Box of every attribute by level of Dice, with the strategy `LEVEL_STRATEGY`, or the first that there is.

    Returns:
        Levels without objects and attributes that were not measured have no row.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, figure 14.
    """
    strategies = figures.strategies(selection)
    strategy = LEVEL_STRATEGY if LEVEL_STRATEGY in strategies else next(iter(strategies), "")
    levels = dice_levels(figures.dice_of(strategy, selection))
    rows = []
    for attribute in MEASURED:
        values = figures.attribute(attribute)
        for level in range(1, LEVELS + 1):
            here = (levels == level) & np.isfinite(values)
            if here.any():
                rows.append((attribute, strategy, level, level_range(level), *_cells(box_numbers(values[here]))))
    title = f"Attributes of objects by level of DICE, masks selected by {SELECTION_TITLES.get(selection, selection)}"
    return Table.from_rows(
        f"dice_levels_{selection}", title, ("attribute", "strategy", "level", "dice", *BOX_HEADER), rows
    )


def _by_structure(figures: ObjectFigures) -> Iterator[tuple[str, np.ndarray]]:
    yield ALL_STRUCTURES, np.ones(len(figures), bool)
    if len(figures.structure_names) > 1:
        for number, name in enumerate(figures.structure_names):
            yield name, figures.structure_of() == number


def _only_one(name: str, present: list[str]) -> str:
    if len(present) != 1:
        return ""
    if present[0] == NOT_RECORDED:
        return "no case says its modality"
    return f"{present[0]} only: no comparison of modalities"


def _cells(box: BoxNumbers, remark: str = "") -> tuple[object, ...]:
    note = "; ".join(filter(None, (remark, box.note)))
    return box.n, box.low, box.q1, box.median, box.q3, box.high, box.mean, box.outliers, note

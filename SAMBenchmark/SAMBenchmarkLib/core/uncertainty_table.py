"""Does uncertainty find the errors? By structure, and over all objects."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from SAMBenchmarkLib.core.protocols import sam_u
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.statistics.partial_correlation import partial_spearman
from SAMBenchmarkLib.core.tables import Table

UNCERTAINTY = "uncertainty"
ALL_OBJECTS = "all objects"
_HEADER = ("structure", "objects", "auc_mean", "auc_std", "auc_objects", "rho", "p", "note")


def uncertainty_table(rows: Iterable[ResultRow]) -> Table | None:
    """Area under the curve of the entropy against the true errors, averaged over objects, and the rank correlation of
    an object's mean entropy with its Dice.

    Args:
        rows: of one run; those of other protocols are left out.

    Returns:
        None without rows of the protocol. An object without an error, or with nothing right, has no area; its
        number is missing in `auc_objects`.
    """
    found: dict[str, list[tuple[float, float, float]]] = {ALL_OBJECTS: []}
    for row in rows:
        if row.variant == sam_u.NAME:
            figures = (row.uncertainty_auc, row.uncertainty, row.dice)
            for name in (ALL_OBJECTS, row.structure or f"label {row.label_value}"):
                found.setdefault(name, []).append(figures)
    if not found[ALL_OBJECTS]:
        return None
    if len(found) == 2:
        del found[ALL_OBJECTS]
    lines = [(name, *_figures(np.array(values))) for name, values in found.items()]
    return Table.from_rows(UNCERTAINTY, "Does the uncertainty of moved boxes find the errors?", _HEADER, lines)


def _figures(values: np.ndarray) -> tuple[object, ...]:
    areas = values[np.isfinite(values[:, 0]), 0]
    found = partial_spearman({"uncertainty": values[:, 1], "dice": values[:, 2]}, "uncertainty", "dice")
    mean, std = (float(areas.mean()), float(areas.std())) if len(areas) else (math.nan, math.nan)
    notes = [found.note] if found.note else []
    if not len(areas):
        notes.append("no object with both right and wrong pixels")
    return len(values), mean, std, len(areas), found.r, found.p, "; ".join(notes)

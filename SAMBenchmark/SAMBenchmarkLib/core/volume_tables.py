"""Tables of whole structures: by structure and strategy, and volume by volume."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from SAMBenchmarkLib.core.moments import Moments
from SAMBenchmarkLib.core.options import SELECTION_TITLES, SELECTIONS, TABLE_ORDER
from SAMBenchmarkLib.core.rows import VOLUME, ResultRow
from SAMBenchmarkLib.core.tables import Table

ALL_STRUCTURES = "all structures"
FIGURES = {
    "dice": ("dice_percent", 100.0),
    "jac": ("jac_percent", 100.0),
    "hd95_mm": ("hd95_mm", 1.0),
    "assd_mm": ("assd_mm", 1.0),
    "surface_dice": ("surface_dice_percent", 100.0),
}
"""Column of the rows -> its name in the tables, and the factor to it."""

VOLUME_TABLES = tuple(f"{stem}_{name}" for stem in ("volumes", "volume_by_volume") for name in SELECTIONS)
"""All names that `volume_tables` may give."""


def volume_tables(rows: Iterable[ResultRow], tolerance_mm: float) -> list[Table]:
    """Figures in space of each mask selection.

    Args:
        rows: of whole volumes; others are left out.
        tolerance_mm: of the surface Dice, for the titles.

    Returns:
        For each selection `volumes_<selection>`, means and population standard deviations over volumes, and
        `volume_by_volume_<selection>`. Empty without such rows, as for flat images.
    """
    found: dict[str, list[ResultRow]] = {}
    for row in rows:
        if row.variant == VOLUME:
            found.setdefault(row.selection, []).append(row)
    tables = []
    for selection in (name for name in SELECTIONS if name in found):
        own = sorted(found[selection], key=_order)
        tables += [_summary(own, selection, tolerance_mm), _each(own, selection, tolerance_mm)]
    return tables


def _summary(rows: list[ResultRow], selection: str, tolerance_mm: float) -> Table:
    groups: dict[tuple[str, str], list[ResultRow]] = {}
    for row in rows:
        groups.setdefault((_structure(row), row.strategy), []).append(row)
    structures = dict.fromkeys(structure for structure, _strategy in groups)
    if len(structures) > 1:
        for strategy in dict.fromkeys(strategy for _structure, strategy in groups):
            groups[ALL_STRUCTURES, strategy] = [row for row in rows if row.strategy == strategy]
    lines = []
    for (structure, strategy), own in groups.items():
        moments = [_moments(own, name, factor) for name, (_label, factor) in FIGURES.items()]
        figures = [value for one in moments for value in (one.mean, one.std, one.undefined)]
        lines.append((structure, strategy, len(own), *figures, _reasons(own)))
    header = ["structure", "strategy", "volumes"]
    header += [f"{label}_{what}" for label, _factor in FIGURES.values() for what in ("mean", "std", "undefined")]
    title = f"Whole structures in space, {_title(selection, tolerance_mm)}"
    return Table.from_rows(f"volumes_{selection}", title, (*header, "note"), lines)


def _each(rows: list[ResultRow], selection: str, tolerance_mm: float) -> Table:
    header = ("case", "frame", "structure", "strategy", *(label for label, _factor in FIGURES.values()))
    lines = []
    for row in rows:
        figures = [factor * getattr(row, name) for name, (_label, factor) in FIGURES.items()]
        lines.append(
            (row.case_id, row.frame, _structure(row), row.strategy, *figures, row.n_slices, row.n_slices_left_out)
        )
    title = f"Whole structures volume by volume, {_title(selection, tolerance_mm)}"
    return Table.from_rows(f"volume_by_volume_{selection}", title, (*header, "slices", "slices_left_out"), lines)


def _moments(rows: list[ResultRow], name: str, factor: float) -> Moments:
    moments = Moments()
    for row in rows:
        moments.add(factor * getattr(row, name))
    return moments


def _reasons(rows: list[ResultRow]) -> str:
    """Why distances are undefined, and how often."""
    reasons, counts = np.unique([row.undefined_reason for row in rows], return_counts=True)
    return "; ".join(f"{reason}: {count}" for reason, count in zip(reasons, counts, strict=True) if reason)


def _order(row: ResultRow) -> tuple[object, ...]:
    names = TABLE_ORDER
    place = names.index(row.strategy) if row.strategy in names else len(names)
    return row.label_value, _structure(row), place, row.strategy, row.case_id, row.frame


def _structure(row: ResultRow) -> str:
    return row.structure or f"label {row.label_value}"


def _title(selection: str, tolerance_mm: float) -> str:
    return f"surface DICE at {tolerance_mm:g} mm, masks selected by {SELECTION_TITLES.get(selection, selection)}"

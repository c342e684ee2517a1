"""All tables of statistics of a run."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from SAMBenchmarkLib.core.modalities import modality_codes
from SAMBenchmarkLib.core.options import SELECTIONS
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.statistics.box_tables import level_table, modality_table
from SAMBenchmarkLib.core.statistics.correlation_table import correlation_table
from SAMBenchmarkLib.core.statistics.interval_tables import interval_table, site_table
from SAMBenchmarkLib.core.statistics.object_figures import ObjectFigures
from SAMBenchmarkLib.core.statistics.paired_table import strategy_tests
from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.core.tables import Table

_PARTS = (interval_table, strategy_tests, site_table, modality_table, correlation_table, level_table)
_STEMS = ("intervals", "tests", "sites", "modality", "correlation", "dice_levels")
STATISTICS_TABLES = frozenset({"modality_numbers", *(f"{stem}_{name}" for stem in _STEMS for name in SELECTIONS)})


def statistics_tables(rows: Iterable[ResultRow], cases: Iterable[CaseRecord] = ()) -> list[Table]:
    """Intervals, tests, sites, modalities, correlations and levels of each selection, and the modalities' numbers.

    Args:
        rows: of one option hash, in the order of their keys; only those of S0-S6 as such count.
        cases: say whose patient's, of which site and modality a case is.

    Returns:
        Only tables that have rows. Where a figure cannot be given a note says why.
    """
    return tables_of_figures(ObjectFigures.of(rows, cases))


def tables_of_figures(figures: ObjectFigures) -> list[Table]:
    """All tables of statistics, as `statistics_tables` gives them."""
    if not len(figures):
        return []
    tables = [part(figures, selection) for selection in figures.selections() for part in _PARTS]
    return [table for table in (*tables, _numbers(figures)) if table.rows]


def _numbers(figures: ObjectFigures) -> Table:
    """A rank correlation with a number that stands for a name is arbitrary, so the numbers are given."""
    names, counts = np.unique(figures.modalities(), return_counts=True)
    objects = dict(zip(names.tolist(), counts.tolist(), strict=True))
    rows = [(number, name, objects[name]) for name, number in modality_codes(objects).items()]
    return Table.from_rows("modality_numbers", "Numbers of modalities", ("number", "modality", "objects"), rows)

"""Human correction effort by structure and strategy, where a run counted it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from SAMBenchmarkLib.core.moments import Moments
from SAMBenchmarkLib.core.options import SELECTION_TITLES, SELECTIONS, TABLE_ORDER
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.summary import MICRO
from SAMBenchmarkLib.core.tables import Table

EFFORT_TABLES = tuple(f"hce_{selection}" for selection in SELECTIONS)


def effort_tables(rows: Iterable[ResultRow]) -> list[Table]:
    """`hce_<selection>`: mean and standard deviation of points and regions to correct per object.

    Args:
        rows: of one option hash; only those of strategies as such count. NaN means that it was not counted.

    Source: Qin et al. 2022, arXiv:2203.03041; Huang et al. 2024, table 7.
    """
    found: dict[str, dict[tuple[str, str], Moments]] = {}
    for row in rows:
        if not (row.variant or row.round or row.repeat or math.isnan(row.hce)):
            groups = found.setdefault(row.selection, {})
            for name in (row.structure or f"label {row.label_value}", MICRO):
                groups.setdefault((name, row.strategy), Moments()).add(row.hce)
    return [_table(selection, found[selection]) for selection in SELECTIONS if selection in found]


def _table(selection: str, groups: dict[tuple[str, str], Moments]) -> Table:
    names = [name for name in dict.fromkeys(name for name, _ in groups) if name != MICRO]
    rank = {name: number for number, name in enumerate((*names, MICRO))}
    order = {name: number for number, name in enumerate(TABLE_ORDER)}
    keys = sorted(groups, key=lambda key: (rank[key[0]], order.get(key[1], len(order)), key[1]))
    rows = [(*key, groups[key].defined, groups[key].mean, groups[key].std) for key in keys]
    title = f"Human correction effort per object, masks selected by {SELECTION_TITLES.get(selection, selection)}"
    return Table.from_rows(f"hce_{selection}", title, ("structure", "strategy", "n", "hce_mean", "hce_std"), rows)

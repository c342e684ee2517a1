"""Tables of whole structures, uncertainty and triage of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols import sam_u
from SAMBenchmarkLib.core.row_batches import ColumnStore
from SAMBenchmarkLib.core.rows import VOLUME, ResultRow
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.core.triage_tables import TRIAGE_COLUMNS, TRIAGE_TABLES, triage_tables
from SAMBenchmarkLib.core.uncertainty_table import UNCERTAINTY, uncertainty_table
from SAMBenchmarkLib.core.volume_tables import VOLUME_TABLES, volume_tables

METHOD_TABLES = (*VOLUME_TABLES, UNCERTAINTY, *TRIAGE_TABLES)
"""All names that `method_tables` may give."""


class MethodStore(ColumnStore, Protocol):
    """What is read of a store."""

    def rows(self, option_hash: str, **filters: Any) -> Iterator[ResultRow]:
        """Rows in the order of their keys; filters are column = value."""
        ...


def method_tables(store: MethodStore, option_hash: str, options: BenchmarkOptions) -> list[Table]:
    """All of them that the run has rows for.

    Args:
        options: of the run.
    """
    tables = volume_tables(store.rows(option_hash, variant=VOLUME), options.surface_tolerance_mm)
    if sam_u.NAME in options.protocols:
        found = uncertainty_table(store.rows(option_hash, variant=sam_u.NAME))
        tables += [found] if found else []
    return [*tables, *triage_tables(store.columns(option_hash, TRIAGE_COLUMNS))]

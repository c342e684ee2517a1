"""Tables as files in a folder of results: tab-separated for Slicer, CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from SAMBenchmarkLib.core.spreadsheets import table_csv
from SAMBenchmarkLib.core.tables import Table


def write_table_files(folder: Path, tables: Iterable[Table]) -> None:
    """Write `tables/*.tsv` and `csv/*.csv` into a new folder."""
    listed = list(tables)
    for name, ending, text in (("tables", "tsv", Table.to_tsv), ("csv", "csv", table_csv)):
        (folder / name).mkdir()
        for table in listed:
            (folder / name / f"{table.name}.{ending}").write_text(text(table), encoding="utf-8", newline="")

"""Rows, masks and timings as Arrow tables, and parts of them written to files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from SAMBenchmarkLib.core.mask_codec import EncodedMask
from SAMBenchmarkLib.core.rows import COLUMN_TYPES, KEY_COLUMNS, ResultRow, TimingRow
from SAMBenchmarkLib.core.store_schema import MASK_COLUMNS, SLICE_COLUMNS, TIMING_COLUMNS
from SAMBenchmarkLib.session.parquet.layout import MASKS, ROWS, TIMINGS
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import StoreError

_TYPES = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "REAL": pyarrow.float64()}
_MASK_TYPES = {
    field.name: pyarrow.binary() if field.name == "bits" else pyarrow.int64() for field in fields(EncodedMask)
}
_TIMING_TYPES = {"stage": pyarrow.string(), "repeats": pyarrow.int64(), "seconds": pyarrow.float64()}


def _schema(names: Iterable[str], further: Mapping[str, pyarrow.DataType]) -> pyarrow.Schema:
    return pyarrow.schema([(name, further[name] if name in further else _TYPES[COLUMN_TYPES[name]]) for name in names])


SCHEMAS = {
    ROWS: _schema(COLUMN_TYPES, {}),
    MASKS: _schema(MASK_COLUMNS, _MASK_TYPES),
    TIMINGS: _schema(TIMING_COLUMNS, _TIMING_TYPES),
}
ORDERS = {ROWS: KEY_COLUMNS, MASKS: KEY_COLUMNS, TIMINGS: (*SLICE_COLUMNS, "stage", "repeats")}

MaskKey = tuple[Any, ...]
"""Values of `KEY_COLUMNS` of the row that a mask belongs to."""


def tables_of(
    rows: Sequence[ResultRow], masks: Mapping[MaskKey, EncodedMask], timings: Sequence[TimingRow]
) -> dict[str, pyarrow.Table]:
    """One table of each kind, in the order of the keys."""
    columns: dict[str, dict[str, list[Any]]] = {
        ROWS: {name: [getattr(row, name) for row in rows] for name in COLUMN_TYPES},
        MASKS: {
            **{name: [key[place] for key in masks] for place, name in enumerate(KEY_COLUMNS)},
            **{name: [getattr(mask, name) for mask in masks.values()] for name in _MASK_TYPES},
        },
        TIMINGS: {name: [getattr(timing, name) for timing in timings] for name in TIMING_COLUMNS},
    }
    return {kind: _table(kind, given) for kind, given in columns.items()}


def rows_of(table: pyarrow.Table) -> list[ResultRow]:
    """The rows of a table, as `tables_of` took them."""
    return [ResultRow(**_defined(row)) for row in table.to_pylist()]


def masks_of(table: pyarrow.Table) -> dict[MaskKey, EncodedMask]:
    """The masks of a table, as `tables_of` took them."""
    return {
        tuple(row[name] for name in KEY_COLUMNS): EncodedMask(*(row[name] for name in _MASK_TYPES))
        for row in table.to_pylist()
    }


def timings_of(table: pyarrow.Table) -> list[TimingRow]:
    """The timings of a table, as `tables_of` took them."""
    return [TimingRow(**row) for row in table.to_pylist()]


def _defined(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what an older part does not have, which takes its default; null is undefined."""
    return {
        name: float("nan") if value is None else value
        for name, value in row.items()
        if value is not None or COLUMN_TYPES[name] == "REAL"
    }


def _table(kind: str, columns: Mapping[str, list[Any]]) -> pyarrow.Table:
    arrays = [pyarrow.array(_plain(columns[field.name]), field.type) for field in SCHEMAS[kind]]
    return ordered(kind, pyarrow.Table.from_arrays(arrays, schema=SCHEMAS[kind]))


def _plain(values: list[Any]) -> list[Any]:
    """Undefined figures are null, which no average counts; numbers of NumPy become Python's own."""
    return [None if value != value else value.item() if hasattr(value, "item") else value for value in values]


def joined(kind: str, tables: Iterable[pyarrow.Table]) -> pyarrow.Table:
    """Several tables as one, in the order of the keys; columns that an older one lacks are null."""
    return ordered(kind, pyarrow.concat_tables([SCHEMAS[kind].empty_table(), *tables], promote_options="default"))


def ordered(kind: str, table: pyarrow.Table) -> pyarrow.Table:
    """A table in the order of its keys."""
    return table.sort_by([(name, "ascending") for name in ORDERS[kind]]) if table.num_rows > 1 else table


def write_table(path: Path, table: pyarrow.Table) -> None:
    """Write a file that is there as a whole or not at all.

    Raises:
        StoreError: it cannot be written; an older one is intact.
    """
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        pyarrow.parquet.write_table(table, file, compression="zstd")


def read_table(path: Path) -> pyarrow.Table:
    """A file's table.

    Raises:
        StoreError: it is damaged or gone.
    """
    try:
        return pyarrow.parquet.ParquetFile(path).read()
    except (OSError, pyarrow.ArrowException) as error:
        hint = "Check the disk, or run the evaluation again into a new folder."
        raise StoreError(f"{path} could not be read: {str(error).partition(chr(10))[0]}", hint) from error

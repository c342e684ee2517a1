"""Reads parts with DuckDB, which sorts on disk what does not fit into memory."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow

from SAMBenchmarkLib.core import row_batches
from SAMBenchmarkLib.core.row_batches import Batch, TextCodes, text_codes
from SAMBenchmarkLib.core.rows import COLUMN_TYPES, ROW_DEFAULTS
from SAMBenchmarkLib.session.parquet.part_tables import ORDERS
from SAMSegmenterLib.core.errors import StoreError

MEMORY = "512MB"
"""What sorting may take; more is written to a temporary folder."""

Files = Mapping[Path, tuple[str, ...]]
"""Files to read, and for each the cases in it that do not count."""


def read_rows(
    kind: str, files: Files, names: Sequence[str], where: str = "", values: Sequence[Any] = ()
) -> Iterator[tuple[Any, ...]]:
    """Rows of parts in the order of their keys, one at a time.

    Args:
        names: of the columns that are wanted; a column that no file has takes its default.
        where: condition with a question mark for each of `values`; empty for all rows.

    Raises:
        StoreError: a file is damaged or gone.
    """
    if not files:
        return
    with _connection() as connection:
        result = connection.execute(_query(connection, kind, files, names, where), list(values))
        while found := result.fetchmany(1000):
            yield from found


def read_batches(kind: str, files: Files, names: Sequence[str], where: str = "") -> Iterator[Batch]:
    """Columns of parts in the order of their keys, `BATCH_ROWS` rows at a time."""
    if not files:
        return
    texts = text_codes(names)
    with _connection() as connection:
        relation = connection.sql(_query(connection, kind, files, names, where))
        stream = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader  # its name until DuckDB 2
        for table in _of_equal_size(stream(row_batches.BATCH_ROWS)):
            yield Batch({name: _values(name, table.column(name), texts) for name in names}, texts)


@contextlib.contextmanager
def _connection() -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="sam-benchmark-") as folder:
        connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": folder, "threads": 1})
        try:
            yield connection
        except duckdb.Error as error:
            hint = "A file is damaged, or the disk is full. Check it, or run the evaluation again into a new folder."
            raise StoreError(f"The stored results could not be read: {str(error).splitlines()[0]}", hint) from error
        finally:
            connection.close()


def _query(connection: Any, kind: str, files: Files, names: Sequence[str], where: str) -> str:
    source = _source(files)
    present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    wanted = ", ".join(_column(name, present) for name in names)
    order = ", ".join(f'"{name}"' for name in ORDERS[kind])
    return f"SELECT {wanted} FROM {source} {f'WHERE {where}' if where else ''} ORDER BY {order}"


def _of_equal_size(reader: pyarrow.RecordBatchReader) -> Iterator[pyarrow.Table]:
    """Record batches come in sizes of DuckDB's own."""
    size, waiting, rows = row_batches.BATCH_ROWS, [], 0
    for batch in reader:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= size:
            table = pyarrow.Table.from_batches(waiting)
            yield table.slice(0, size)
            waiting, rows = table.slice(size).to_batches(), rows - size
    if rows:
        yield pyarrow.Table.from_batches(waiting)


def _values(name: str, column: pyarrow.ChunkedArray, texts: Mapping[str, TextCodes]) -> np.ndarray:
    if name not in texts:
        kind = np.float64 if COLUMN_TYPES[name] == "REAL" else np.int64
        return column.to_numpy().astype(kind, copy=False)
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pyarrow.ChunkedArray) else coded
    return texts[name].encode(coded.dictionary.to_pylist())[coded.indices.to_numpy()]


def _column(name: str, present: set[str]) -> str:
    """A column, or the default where no file has it or an older file has none."""
    default = ROW_DEFAULTS.get(name)
    if name in present and (default is None or default != default):
        return f'"{name}"'
    text = (
        "NULL::DOUBLE" if default is None or default != default else f"'{default}'" if default == "" else str(default)
    )
    return f'coalesce("{name}", {text}) AS "{name}"' if name in present else f'{text} AS "{name}"'


def _source(files: Files) -> str:
    whole = [path for path, dropped in files.items() if not dropped]
    parts = [f"SELECT * FROM {_scan(whole)}"] if whole else []
    for path, dropped in files.items():
        if dropped:
            gone = ", ".join(map(_quoted, dropped))
            parts.append(f"SELECT * FROM {_scan([path])} WHERE case_id NOT IN ({gone})")
    return f"({' UNION ALL BY NAME '.join(parts)})"


def _scan(paths: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_quoted(str(path)) for path in paths)}], union_by_name = true)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""The result store: rows, masks and timings of runs in one SQLite file, slice by slice.

A slice is stored in one transaction together with the mark that it is finished, so a run that is killed at any moment
goes on where it was. Rows of different options carry different hashes and are never read together.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from SAMBenchmarkLib.core import store_connection
from SAMBenchmarkLib.core.mask_codec import EncodedMask, decode_mask, encode_mask
from SAMBenchmarkLib.core.row_batches import BATCH_ROWS, Batch, encoded, text_codes
from SAMBenchmarkLib.core.rows import (
    COLUMN_TYPES,
    KEY_COLUMNS,
    WHOLE_VOLUME,
    PredictedMask,
    ResultRow,
    SliceOutcome,
    TimingRow,
)
from SAMBenchmarkLib.core.store_schema import CASE_COLUMNS, MASK_COLUMNS, PICTURE_KEY, SLICE_COLUMNS, TIMING_COLUMNS
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError, StoreError

RUNNING, FINISHED, FAILED = "running", "finished", "failed"
"""Status of a case."""

CASES_ASKED_FOR = "cases_asked_for"
"""Among a run's versions: how many cases it is to have, so that a report of a part of them can say so."""

SliceKey = tuple[int, str, int]
"""(frame, plane, slice) of one case."""


@dataclass(frozen=True)
class CaseRecord:
    """What is known about a case of a run.

    Args:
        status: "running", "finished" or "failed".
        reason: why it failed.
        fingerprint: of its files; another one means that they changed.
        slices: how many it has, None while unknown.
        notes: what the user should know about its files.
    """

    option_hash: str
    case_id: str
    patient: str = ""
    site: str = ""
    modality: str = ""
    status: str = RUNNING
    reason: str = ""
    fingerprint: str = ""
    slices: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunRecord:
    """A set of options under which rows were stored, and the versions of the software that wrote them."""

    option_hash: str
    options: dict[str, Any]
    versions: dict[str, Any]


class ResultStore:
    """Results in one SQLite file; use it in a `with` block, in one thread.

    Several processes may write to the same file. A new file is created, except for reading.

    Args:
        path: the file.
        read_only: never change it; for reports.

    Raises:
        StoreError: another program's file, another version, or not usable. The file is then untouched.
    """

    def __init__(self, path: Path | str, read_only: bool = False) -> None:
        self.path = Path(path)
        opener = store_connection.open_for_reading if read_only else store_connection.open_for_writing
        self._connection = opener(self.path)

    def __enter__(self) -> ResultStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        store_connection.close(self._connection)

    # Runs and cases

    def register_run(self, option_hash: str, options: Mapping[str, Any], versions: Mapping[str, Any]) -> None:
        """Note the options behind a hash; versions are those of the latest run that wrote under it."""
        values = (option_hash, _to_json(options), _to_json(versions))
        self._write("INSERT OR REPLACE INTO runs (option_hash, options, versions) VALUES (?, ?, ?)", values)

    def runs(self) -> list[RunRecord]:
        """All registered runs, in the order in which they were first or last registered."""
        found = self._read("SELECT option_hash, options, versions FROM runs ORDER BY rowid")
        return [RunRecord(key, json.loads(options), json.loads(versions)) for key, options, versions in found]

    def begin_case(self, record: CaseRecord) -> None:
        """Note a case at its start, or again when it is resumed."""
        self._put_case(record)

    def finish_case(self, record: CaseRecord) -> None:
        """Note how a case ended: `record.status` "finished", or "failed" with a reason."""
        if record.status not in (FINISHED, FAILED):
            raise InputError(f"A case ends finished or failed; got '{record.status}'.")
        self._put_case(record)

    def case(self, option_hash: str, case_id: str) -> CaseRecord | None:
        """What is known about one case, None when nothing is."""
        return next(iter(self._cases("WHERE option_hash = ? AND case_id = ?", (option_hash, case_id))), None)

    def recent_case(self, option_hash: str, case_id: str) -> CaseRecord | None:
        """As `case`; other stores may know of recent cases only."""
        return self.case(option_hash, case_id)

    def cases(self, option_hash: str) -> list[CaseRecord]:
        """All cases of a run, by name."""
        return self._cases("WHERE option_hash = ?", (option_hash,))

    def forget_case(self, option_hash: str, case_id: str) -> None:
        """Drop everything that is stored about a case."""
        with self._transaction():
            self._forget(option_hash, case_id)

    def _forget(self, option_hash: str, case_id: str) -> None:
        for table in ("results", "masks", "timings", "pictures", "slices", "cases"):
            self._execute(f"DELETE FROM {table} WHERE option_hash = ? AND case_id = ?", (option_hash, case_id))

    def keep_only(self, option_hashes: Collection[str], cases: Collection[str]) -> None:
        """Drop all other runs and cases for good, so that the file can be given away."""
        unwanted = 0
        with self._transaction():
            for run in self.runs():
                names = {record.case_id for record in self.cases(run.option_hash)}
                for case in names if run.option_hash not in option_hashes else names.difference(cases):
                    self._forget(run.option_hash, case)
                    unwanted += 1
                if run.option_hash not in option_hashes:
                    self._execute("DELETE FROM runs WHERE option_hash = ?", (run.option_hash,))
                    unwanted += 1
        if unwanted:
            with store_connection.translated(self.path):
                self._connection.execute("VACUUM")  # what is deleted stays readable in the file until then

    # Slices

    def save(self, outcome: SliceOutcome) -> None:
        """Store a finished slice in one transaction; what was stored of the same slice is replaced.

        Raises:
            StoreError: the disk is full or the file not writable; everything stored before is intact.
        """
        hashes = {row.option_hash for row in (*outcome.rows, *outcome.timings)}
        if len(hashes) != 1:
            raise InputError(f"A slice is stored under one option hash; this one has {len(hashes)}.")
        key = (hashes.pop(), outcome.case_id, outcome.frame, outcome.plane, outcome.slice)
        with self._transaction():
            for table in ("results", "masks"):
                self._execute(f"DELETE FROM {table} WHERE {_equal(SLICE_COLUMNS)}", key)
            self._insert_many("results", tuple(COLUMN_TYPES), map(_row_values, outcome.rows))
            self._insert_many("masks", MASK_COLUMNS, map(_mask_values, outcome.predictions))
            self._insert_many("timings", TIMING_COLUMNS, map(_timing_values, outcome.timings))
            self._insert_many("slices", SLICE_COLUMNS, [key])

    def finished_slices(self, option_hash: str, case_id: str) -> set[SliceKey]:
        """(frame, plane, slice) of everything that `save` has completed, whole volumes among them."""
        text = "SELECT frame, plane, slice FROM slices WHERE option_hash = ? AND case_id = ?"
        return set(self._read(text, (option_hash, case_id)))

    def count_finished_slices(self, option_hash: str) -> dict[str, int]:
        """Number of finished slices per case; cheap, so that another process can follow the progress."""
        chosen = "FROM slices WHERE option_hash = ? AND slice != ?"
        text = f"SELECT case_id, count(*) {chosen} GROUP BY case_id ORDER BY case_id"
        return dict(self._read(text, (option_hash, WHOLE_VOLUME)))

    # Rows, masks, timings, pictures

    def rows(self, option_hash: str, **filters: Any) -> Iterator[ResultRow]:
        """Rows of a run in the order of their primary key, one at a time.

        Args:
            filters: column = value; rows that differ are left out.
        """
        unknown = set(filters) - set(COLUMN_TYPES)
        if unknown:
            raise InputError(f"Rows have no column {', '.join(sorted(unknown))}.")
        columns = ("option_hash", *filters)
        names, order = _quoted(tuple(COLUMN_TYPES)), _quoted(KEY_COLUMNS)
        text = f"SELECT {names} FROM results WHERE {_equal(columns)} ORDER BY {order}"
        given = (option_hash, *filters.values())
        values = tuple(_plain(name, value) for name, value in zip(columns, given, strict=True))
        for found in self._read(text, values):
            yield ResultRow(**{n: _read_value(n, v) for n, v in zip(COLUMN_TYPES, found, strict=True)})

    def columns(self, option_hash: str, names: Sequence[str], plain: bool = False) -> Iterator[Batch]:
        """Columns of a run's rows in the order of their keys, many rows at a time.

        Args:
            plain: leave out rows with a variant, a round or a repetition.
        """
        only = " AND variant = '' AND round = 0 AND repeat = 0" if plain else ""
        text = f"SELECT {_quoted(names)} FROM results WHERE option_hash = ?{only} ORDER BY {_quoted(KEY_COLUMNS)}"
        texts = text_codes(names)
        with store_connection.translated(self.path):
            cursor = self._connection.execute(text, (option_hash,))
            while found := cursor.fetchmany(BATCH_ROWS):
                yield encoded(dict(zip(names, zip(*found, strict=True), strict=True)), texts)

    def mask(self, row: ResultRow) -> Mask:
        """The predicted mask behind a row, (H, W) bool.

        Raises:
            StoreError: none is stored, or it is damaged.
        """
        names = ("height", "width", "y0", "x0", "y1", "x1", "bits")
        found = self._read(f"SELECT {_quoted(names)} FROM masks WHERE {_equal(KEY_COLUMNS)}", _values(row, KEY_COLUMNS))
        for values in found:
            return decode_mask(EncodedMask(*values))
        raise StoreError(f"No mask is stored for {row.case_id}, slice {row.slice}, {row.strategy}.")

    def save_timings(self, timings: Iterable[TimingRow]) -> None:
        """Store timings that belong to no slice outcome; equal keys are replaced."""
        with self._transaction():
            self._insert_many("timings", TIMING_COLUMNS, map(_timing_values, timings))

    def timings(self, option_hash: str) -> list[TimingRow]:
        """All timings of a run in the order of their key."""
        key = (*SLICE_COLUMNS, "stage", "repeats")
        text = f"SELECT {_quoted(TIMING_COLUMNS)} FROM timings WHERE option_hash = ? ORDER BY {_quoted(key)}"
        return [TimingRow(*values) for values in self._read(text, (option_hash,))]

    def timing_seconds(self, option_hash: str) -> dict[tuple[str, int], Sequence[float]]:
        """(stage, repeats) -> seconds of each slice that was timed so, in no order."""
        found: dict[tuple[str, int], array[float]] = {}
        text = "SELECT stage, repeats, seconds FROM timings WHERE option_hash = ?"
        for stage, repeats, seconds in self._read(text, (option_hash,)):
            found.setdefault((stage, repeats), array("d")).append(seconds)
        return dict(found)

    def save_picture(self, row: ResultRow, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep what a picture of a row's object shows, so that a report can be made again without the volume."""
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        with self._transaction():
            self._insert_many("pictures", (*PICTURE_KEY, "arrays"), [(*_values(row, PICTURE_KEY), file.getvalue())])

    def picture(self, row: ResultRow) -> dict[str, np.ndarray] | None:
        """The arrays that `save_picture` kept of a row's object, or None.

        Raises:
            StoreError: they are damaged.
        """
        text = f"SELECT arrays FROM pictures WHERE {_equal(PICTURE_KEY)}"
        for (content,) in self._read(text, _values(row, PICTURE_KEY)):
            try:
                with np.load(io.BytesIO(content), allow_pickle=False) as file:
                    return dict(file)
            except (ValueError, OSError, zipfile.BadZipFile, zlib.error) as error:
                raise StoreError(
                    "A stored picture is damaged.", "Run the evaluation again into a new folder."
                ) from error
        return None

    # SQLite

    def _cases(self, condition: str, values: tuple[Any, ...]) -> list[CaseRecord]:
        found = self._read(f"SELECT {_quoted(CASE_COLUMNS)} FROM cases {condition} ORDER BY case_id", values)
        return [CaseRecord(*row[:-1], notes=tuple(json.loads(row[-1]))) for row in found]

    def _put_case(self, record: CaseRecord) -> None:
        values = [getattr(record, field.name) for field in fields(record)]
        values[-1] = _to_json(list(record.notes))
        with self._transaction():
            self._insert_many("cases", CASE_COLUMNS, [values])

    def _insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
        marks = ", ".join("?" * len(columns))
        text = f"INSERT OR REPLACE INTO {table} ({_quoted(columns)}) VALUES ({marks})"
        self._connection.executemany(text, [tuple(row) for row in rows])

    def _write(self, text: str, values: tuple[Any, ...]) -> None:
        with self._transaction():
            self._execute(text, values)

    def _execute(self, text: str, values: tuple[Any, ...]) -> None:
        self._connection.execute(text, values)

    def _read(self, text: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        with store_connection.translated(self.path):
            yield from self._connection.execute(text, values)

    def _transaction(self) -> Any:
        return store_connection.transaction(self._connection, self.path)


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _equal(columns: tuple[str, ...]) -> str:
    return " AND ".join(f'"{name}" = ?' for name in columns)


def _plain(column: str, value: Any) -> Any:
    """A value as Python's own type: SQLite would store NumPy's integers as bytes."""
    return {"TEXT": str, "INTEGER": int, "REAL": float}[COLUMN_TYPES[column]](value)


def _read_value(column: str, value: Any) -> Any:
    return float("nan") if value is None and COLUMN_TYPES[column] == "REAL" else value


def _row_values(row: ResultRow) -> tuple[Any, ...]:
    return _values(row, tuple(COLUMN_TYPES))


def _mask_values(prediction: PredictedMask) -> tuple[Any, ...]:
    encoded = encode_mask(prediction.mask)
    return (*_values(prediction.row, KEY_COLUMNS), *(getattr(encoded, field.name) for field in fields(encoded)))


def _timing_values(timing: TimingRow) -> tuple[Any, ...]:
    return (*_values(timing, SLICE_COLUMNS), timing.stage, int(timing.repeats), float(timing.seconds))


def _values(row: ResultRow | TimingRow, columns: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(_plain(name, getattr(row, name)) for name in columns)

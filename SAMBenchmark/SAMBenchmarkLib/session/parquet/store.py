"""The result store in Parquet parts: what `ResultStore` is in SQLite, for many workers on a shared disk."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.mask_codec import EncodedMask, decode_mask
from SAMBenchmarkLib.core.row_batches import Batch
from SAMBenchmarkLib.core.rows import (
    COLUMN_TYPES,
    KEY_COLUMNS,
    ResultRow,
    SliceOutcome,
    TimingRow,
)
from SAMBenchmarkLib.core.store import FAILED, FINISHED, RUNNING, CaseRecord, RunRecord, SliceKey
from SAMBenchmarkLib.core.store_schema import PICTURE_KEY, TIMING_COLUMNS
from SAMBenchmarkLib.session.parquet import layout, part_tables, queries
from SAMBenchmarkLib.session.parquet.layout import CASES, MASKS, PICTURES, ROWS, TIMINGS, RunFolder
from SAMBenchmarkLib.session.parquet.open_case import OpenCase
from SAMBenchmarkLib.session.parquet.part_index import Part, PartIndex, write_part
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.errors import InputError, StoreError

KEEP_EVERY_S = 120.0
"""A case that takes longer is written in between, so that little is lost with its worker."""

_LOOKS = 5
"""So often parts are listed anew before a file counts as gone."""


class ParquetStore:
    """Results in a folder of Parquet parts; use it in a `with` block, in one thread.

    Many processes may write to it at a time, also from several computers, as long as no two evaluate the same case
    with different results. A slice counts as stored when its case is written: at its end, every `KEEP_EVERY_S`
    seconds, and when the store is closed.

    Args:
        path: the folder; made when it is not there, except for reading.
        read_only: never change it; for reports.
        clock: seconds that never run backwards (injected in tests).

    Raises:
        StoreError: another program's folder, another version, or not usable. It is then untouched.
    """

    def __init__(self, path: Path | str, read_only: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = Path(path)
        self._clock, self._read_only = clock, read_only
        self._indices: dict[str, PartIndex] = {}
        self._open: dict[tuple[str, str], OpenCase] = {}
        if not layout.check_is_ours(self.path):
            if read_only:
                raise StoreError(f"There are no results at {path}.", "Name a folder that an evaluation was written to.")
            self._create()

    def __enter__(self) -> ParquetStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            with contextlib.suppress(StoreError):  # the first error tells more
                self.close()

    def close(self) -> None:
        """Write what is finished of cases that did not come to their end."""
        for key in list(self._open):
            self._write(key)

    # Runs and cases

    def register_run(self, option_hash: str, options: Mapping[str, Any], versions: Mapping[str, Any]) -> None:
        """Note the options behind a hash; versions are those of the latest run that wrote under it."""
        self._check_writable()
        folder = self._folder(option_hash)
        folder.create()
        number = 1 + max((int(content["number"]) for content in self._runs().values()), default=0)
        content = {"options": dict(options), "versions": dict(versions), "number": number}
        layout.write_json(folder.path / layout.RUN, content)

    def runs(self) -> list[RunRecord]:
        """All registered runs, in the order in which they were last registered."""
        found = sorted(self._runs().items(), key=lambda pair: pair[1]["number"])
        return [RunRecord(key, content["options"], content["versions"]) for key, content in found]

    def begin_case(self, record: CaseRecord) -> None:
        """Note a case at its start, or again when it is resumed."""
        self._opened(record).record = record

    def finish_case(self, record: CaseRecord) -> None:
        """Write a case: `record.status` "finished", or "failed" with a reason."""
        if record.status not in (FINISHED, FAILED):
            raise InputError(f"A case ends finished or failed; got '{record.status}'.")
        self.begin_case(record)
        self._write((record.option_hash, record.case_id))

    def case(self, option_hash: str, case_id: str) -> CaseRecord | None:
        """What is known about one case, None when nothing is."""
        if (option_hash, case_id) in self._open:
            return self._open[option_hash, case_id].record
        own = self._index(option_hash).own_part(case_id)
        if own is not None:
            return own.record
        found = self._index(option_hash).cases().get(case_id)
        return found[1].record if found else None

    def recent_case(self, option_hash: str, case_id: str) -> CaseRecord | None:
        """As `case`, but quick however many cases there are: None also for those that were merged."""
        own = self._index(option_hash).own_part(case_id)
        return own.record if own else None

    def cases(self, option_hash: str) -> list[CaseRecord]:
        """All cases of a run, by name."""
        found = {case: entry.record for case, (_, entry) in self._index(option_hash).cases().items()}
        found |= {case: known.record for (key, case), known in self._open.items() if key == option_hash}
        return [record for _, record in sorted(found.items())]

    def forget_case(self, option_hash: str, case_id: str) -> None:
        """Drop everything that is stored about a case."""
        self._check_writable()
        self._open.pop((option_hash, case_id), None)
        folder, index = self._folder(option_hash), self._index(option_hash)
        own = layout.part_of_case(case_id)
        self._remove(folder, own)
        for name, part in index.parts().items():
            if case_id in part.cases:
                left = {case: entry for case, entry in part.cases.items() if case != case_id}
                write_part(folder, name, Part(left, (*part.dropped, case_id)))

    # Slices

    def save(self, outcome: SliceOutcome) -> None:
        """Take in a finished slice; what was stored of the same slice is replaced.

        Raises:
            StoreError: the case was due to be written, and the disk is full; everything written before is intact.
        """
        hashes = {row.option_hash for row in (*outcome.rows, *outcome.timings)}
        if len(hashes) != 1:
            raise InputError(f"A slice is stored under one option hash; this one has {len(hashes)}.")
        key = (hashes.pop(), outcome.case_id)
        case = self._open.get(key) or self._opened(replace(self.recent_case(*key) or CaseRecord(*key), status=RUNNING))
        case.add(outcome)
        if self._clock() - case.since >= KEEP_EVERY_S:
            case.write(self._folder(key[0]))
            case.since = self._clock()

    def finished_slices(self, option_hash: str, case_id: str) -> set[SliceKey]:
        """(frame, plane, slice) of everything that was stored of a case; of a merged case nothing."""
        known = self._open.get((option_hash, case_id))
        if known is not None:
            return set(known.rows)
        own = self._index(option_hash).own_part(case_id)
        return set(own.slices) if own else set()

    def count_finished_slices(self, option_hash: str) -> dict[str, int]:
        """Number of finished slices per case that is written."""
        found = {case: entry.count for case, (_, entry) in self._index(option_hash).cases().items() if entry.count}
        found |= {case: known.count() for (key, case), known in self._open.items() if key == option_hash}
        return dict(sorted(found.items()))

    # Rows, masks, timings, pictures

    def rows(self, option_hash: str, **filters: Any) -> Iterator[ResultRow]:
        """Rows of a run that are written, in the order of their primary key, one at a time.

        Args:
            filters: column = value; rows that differ are left out. Of a case that is being evaluated, if one is named,
                rows that are not written yet are there, too.
        """
        unknown = set(filters) - set(COLUMN_TYPES)
        if unknown:
            raise InputError(f"Rows have no column {', '.join(sorted(unknown))}.")
        known = self._open.get((option_hash, filters.get("case_id", "")))
        if known is not None:
            yield from known.select(filters)
            return
        where = " AND ".join(f'"{name}" = ?' for name in filters)
        names = tuple(COLUMN_TYPES)
        for values in self._select(ROWS, option_hash, names, where, filters):
            yield ResultRow(**{name: _read_value(name, value) for name, value in zip(names, values, strict=True)})

    def columns(self, option_hash: str, names: Sequence[str], plain: bool = False) -> Iterator[Batch]:
        """Columns of a run's rows in the order of their keys, many rows at a time.

        Args:
            plain: leave out rows with a variant, a round or a repetition.
        """
        where = """variant = '' AND "round" = 0 AND "repeat" = 0""" if plain else ""
        return queries.read_batches(ROWS, self._files(ROWS, option_hash), names, where)

    def mask(self, row: ResultRow) -> Mask:
        """The predicted mask behind a row, (H, W) bool.

        Raises:
            StoreError: none is stored, or it is damaged.
        """
        known = self._open.get((row.option_hash, row.case_id))
        if known is not None and row.key in known.masks:
            return decode_mask(known.masks[row.key])
        names = ("height", "width", "y0", "x0", "y1", "x1", "bits")
        key = {name: getattr(row, name) for name in KEY_COLUMNS}
        where = " AND ".join(f'"{name}" = ?' for name in key)
        for values in self._select(MASKS, row.option_hash, names, where, key):
            return decode_mask(EncodedMask(*values))
        raise StoreError(f"No mask is stored for {row.case_id}, slice {row.slice}, {row.strategy}.")

    def save_timings(self, timings: Iterable[TimingRow]) -> None:
        """Store timings that belong to no slice outcome; equal keys are replaced."""
        self._check_writable()
        listed = list(timings)
        for key in dict.fromkeys(timing.option_hash for timing in listed):
            mine = [timing for timing in listed if timing.option_hash == key]
            name = layout.TABLE + layout.digest_of(*([getattr(t, n) for n in TIMING_COLUMNS[:-1]] for t in mine))
            folder = self._folder(key)
            folder.create()
            part_tables.write_table(folder.part(TIMINGS, name), part_tables.tables_of([], {}, mine)[TIMINGS])

    def timings(self, option_hash: str) -> list[TimingRow]:
        """All timings of a run in the order of their key."""
        return [TimingRow(*values) for values in self._select(TIMINGS, option_hash, TIMING_COLUMNS)]

    def timing_seconds(self, option_hash: str) -> dict[tuple[str, int], Sequence[float]]:
        """(stage, repeats) -> seconds of each slice that was timed so, in no order."""
        found: dict[tuple[str, int], list[float]] = {}
        for stage, repeats, seconds in self._select(TIMINGS, option_hash, ("stage", "repeats", "seconds")):
            found.setdefault((stage, repeats), []).append(seconds)
        return dict(found)

    def save_picture(self, row: ResultRow, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep what a picture of a row's object shows, so that a report can be made again without the volume."""
        self._check_writable()
        with atomic_path(self._picture(row)) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **arrays)

    def picture(self, row: ResultRow) -> dict[str, np.ndarray] | None:
        """The arrays that `save_picture` kept of a row's object, or None.

        Raises:
            StoreError: they are damaged.
        """
        path = self._picture(row)
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                return dict(file)
        except Exception as error:
            raise StoreError("A stored picture is damaged.", "Run the evaluation again into a new folder.") from error

    # Files

    def _create(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise store_error(self.path, error) from error
        layout.write_json(self.path / layout.STORE, {"format": layout.FORMAT, "version": layout.VERSION})

    def _folder(self, option_hash: str) -> RunFolder:
        return RunFolder(self.path / option_hash)

    def _index(self, option_hash: str) -> PartIndex:
        return self._indices.setdefault(option_hash, PartIndex(self._folder(option_hash)))

    def _runs(self) -> dict[str, dict[str, Any]]:
        return {path.parent.name: layout.read_json(path) for path in sorted(self.path.glob(f"*/{layout.RUN}"))}

    def _picture(self, row: ResultRow) -> Path:
        name = layout.digest_of(*(getattr(row, column) for column in PICTURE_KEY))
        return self._folder(row.option_hash).part(PICTURES, name)

    def _files(self, kind: str, option_hash: str, case_id: str | None = None) -> dict[Path, tuple[str, ...]]:
        """Files to read, and the cases in each that do not count.

        Raises:
            StoreError: a part's file is gone though slices of its cases are said to be in it.
        """
        folder = self._folder(option_hash)
        for _ in range(_LOOKS):  # parts that were merged a moment ago are in another file
            wanted = self._parts_with(option_hash, case_id)
            files = {name: folder.part(kind, name) for name in wanted}
            gone = [name for name, path in files.items() if _has_slices(wanted[name]) and not path.exists()]
            if not gone:
                break
        else:
            raise _gone(files[gone[0]], folder.part(CASES, gone[0]), wanted[gone[0]])
        found = {path: wanted[name].dropped for name, path in files.items() if path.exists()}
        if kind == TIMINGS:
            found |= dict.fromkeys(sorted((folder.path / TIMINGS).glob(f"{layout.TABLE}*.parquet")), ())
        return found

    def _parts_with(self, option_hash: str, case_id: str | None) -> dict[str, Part]:
        """Parts that hold a case, or any."""
        parts = self._index(option_hash).parts()
        return {name: part for name, part in parts.items() if part.cases and (case_id is None or case_id in part.cases)}

    def _select(
        self,
        kind: str,
        option_hash: str,
        names: Sequence[str],
        where: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        given = dict(values or {})
        files = self._files(kind, option_hash, given.get("case_id"))
        return queries.read_rows(kind, files, names, where, list(given.values()))

    def _opened(self, record: CaseRecord) -> OpenCase:
        """A case in memory, with what an earlier process wrote of it."""
        key = (record.option_hash, record.case_id)
        if key not in self._open:
            case = OpenCase(record, self._clock())
            before = self._index(record.option_hash).own_part(record.case_id)
            if before is not None:
                case.resume(self._folder(record.option_hash), before)
            self._open[key] = case
        return self._open[key]

    def _check_writable(self) -> None:
        if self._read_only:
            raise StoreError(f"{self.path} was opened for reading only.")

    def _write(self, key: tuple[str, str]) -> None:
        self._check_writable()
        self._open[key].write(self._folder(key[0]))
        self._open.pop(key)

    def _remove(self, folder: RunFolder, name: str) -> None:
        for kind in (CASES, ROWS, MASKS, TIMINGS):  # what is in the first alone says that the others count
            with contextlib.suppress(FileNotFoundError):
                folder.part(kind, name).unlink()


def remove_store(path: Path) -> None:
    """Remove a store of ours with all that is in it."""
    if layout.check_is_ours(path):
        shutil.rmtree(path, ignore_errors=True)


def _has_slices(part: Part) -> bool:
    """Whether anything was finished of a part's cases; of those that failed at once there is nothing to read."""
    return any(entry.count or entry.slices for entry in part.cases.values())


def _gone(path: Path, cases: Path, part: Part) -> StoreError:
    named = ", ".join(sorted(part.cases)[:3]) + (f" and {len(part.cases) - 3} more" if len(part.cases) > 3 else "")
    return StoreError(
        f"The stored results are not complete: {path} is gone, with results of {named}.",
        f"Bring the file back; or delete {cases}, and the same evaluation computes these cases again.",
    )


def _read_value(column: str, value: Any) -> Any:
    return float("nan") if value is None and COLUMN_TYPES[column] == "REAL" else value

"""A case that is being evaluated: everything that is to be written of it, masks in their stored form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from SAMBenchmarkLib.core.mask_codec import EncodedMask, encode_mask
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME, ResultRow, SliceOutcome, TimingRow
from SAMBenchmarkLib.core.store import FINISHED, RUNNING, CaseRecord, SliceKey
from SAMBenchmarkLib.session.parquet import part_tables
from SAMBenchmarkLib.session.parquet.layout import MASKS, ROWS, TIMINGS, RunFolder, part_of_case
from SAMBenchmarkLib.session.parquet.part_index import CaseEntry, Part, PartIndex, write_part
from SAMBenchmarkLib.session.parquet.part_tables import MaskKey


@dataclass
class OpenCase:
    """A case in memory.

    Attributes:
        since: when it was last written, or begun, seconds.
        rows, timings: by slice.
        masks: by the key of their row.
    """

    record: CaseRecord
    since: float
    rows: dict[SliceKey, list[ResultRow]] = field(default_factory=dict)
    timings: dict[SliceKey, list[TimingRow]] = field(default_factory=dict)
    masks: dict[MaskKey, EncodedMask] = field(default_factory=dict)

    def resume(self, folder: RunFolder, entry: CaseEntry) -> None:
        """Go on with what an earlier process wrote of the case; slices that it did not finish are left out."""
        name = part_of_case(self.record.case_id)
        read = {kind: part_tables.read_table(folder.part(kind, name)) for kind in (ROWS, MASKS, TIMINGS)}
        self.rows = {key: [] for key in entry.slices}
        self.timings = {key: [] for key in entry.slices}
        for row in part_tables.rows_of(read[ROWS]):
            if slice_of(row) in self.rows:
                self.rows[slice_of(row)].append(row)
        for timing in part_tables.timings_of(read[TIMINGS]):
            if slice_of(timing) in self.timings:
                self.timings[slice_of(timing)].append(timing)
        kept = {row.key for rows in self.rows.values() for row in rows}
        self.masks = {key: mask for key, mask in part_tables.masks_of(read[MASKS]).items() if key in kept}

    def add(self, outcome: SliceOutcome) -> None:
        """Take in a slice; what was there of the same slice is replaced."""
        key = (outcome.frame, outcome.plane, outcome.slice)
        for row in self.rows.get(key, ()):
            self.masks.pop(row.key, None)
        self.rows[key], self.timings[key] = list(outcome.rows), list(outcome.timings)
        self.masks |= {one.row.key: encode_mask(one.mask) for one in outcome.predictions}

    def select(self, filters: Mapping[str, Any]) -> Iterator[ResultRow]:
        """Rows that agree with the filters, in the order of their keys."""
        rows = [row for rows in self.rows.values() for row in rows]
        chosen = [row for row in rows if all(getattr(row, name) == value for name, value in filters.items())]
        yield from sorted(chosen, key=lambda row: row.key)

    def count(self) -> int:
        """Finished slices."""
        return sum(index != WHOLE_VOLUME for _frame, _plane, index in self.rows)

    def _is_behind(self, written: CaseEntry | None) -> bool:
        """Whether this process was taken for lost, and another one went further with the same files meanwhile."""
        if written is None or written.record.status != FINISHED or self.record.status != RUNNING:
            return False
        return written.record.fingerprint == self.record.fingerprint and set(self.rows) <= written.slices

    def write(self, folder: RunFolder) -> None:
        """Write all of it; the case's file comes last. Nothing is taken back from a case that another worker finished.

        Raises:
            StoreError: it cannot be written; what was written before is intact.
        """
        if self._is_behind(PartIndex(folder).own_part(self.record.case_id)):
            return
        folder.create()
        name = part_of_case(self.record.case_id)
        rows = [row for rows in self.rows.values() for row in rows]
        timings = [timing for timings in self.timings.values() for timing in timings]
        for kind, table in part_tables.tables_of(rows, self.masks, timings).items():
            part_tables.write_table(folder.part(kind, name), table)
        entry = CaseEntry(self.record, frozenset(self.rows), self.count())
        write_part(folder, name, Part({self.record.case_id: entry}))


def slice_of(row: ResultRow | TimingRow) -> SliceKey:
    """Which slice a row is of."""
    return row.frame, row.plane, row.slice

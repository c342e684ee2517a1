"""Merges the parts of many single cases into one: a million small files would be slow to list and to read."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from SAMBenchmarkLib.core.store import FINISHED
from SAMBenchmarkLib.session.parquet import layout, part_tables
from SAMBenchmarkLib.session.parquet.layout import CASES, MASKS, ROWS, TIMINGS, RunFolder
from SAMBenchmarkLib.session.parquet.part_index import CaseEntry, Part, PartIndex, write_part
from SAMSegmenterLib.core.errors import StoreError

logger = logging.getLogger(__name__)

MERGE_AT = 500
"""So many finished cases make a merged part."""


def merge_parts(path: Path, option_hash: str, at_least: int = MERGE_AT) -> int:
    """Merge finished cases that have parts of their own; one process at a time, while others go on writing.

    The merged part counts from the moment that its cases are said to be in it; from then on the single parts count no
    more, and are removed. So nothing is lost or doubled whenever this ends.

    Args:
        path: the store.
        at_least: fewer cases stay as they are.

    Returns:
        How many cases were merged.

    Raises:
        StoreError: the merged part cannot be written; the single ones are intact.
    """
    folder = RunFolder(path / option_hash)
    index = PartIndex(folder)
    parts = index.parts()
    for name in set(index.loose()) - set(parts):  # merged before, and then the process ended
        _remove(folder, name)
    ready = [name for name, part in parts.items() if not name.startswith(layout.MERGED) and _finished(part)]
    merged = 0
    while len(ready) >= max(1, at_least):
        chosen, ready = ready[:MERGE_AT], ready[MERGE_AT:]
        _merge(folder, {name: parts[name] for name in chosen})
        merged += len(chosen)
    return merged


def _finished(part: Part) -> bool:
    return bool(part.cases) and all(entry.record.status == FINISHED for entry in part.cases.values())


def _merge(folder: RunFolder, parts: dict[str, Part]) -> None:
    name = layout.MERGED + layout.digest_of(*sorted(parts))
    for kind in (ROWS, MASKS, TIMINGS):
        tables = [part_tables.read_table(folder.part(kind, one)) for one in parts]
        part_tables.write_table(folder.part(kind, name), part_tables.joined(kind, tables))
    entries = {case: entry for part in parts.values() for case, entry in part.cases.items()}
    write_part(folder, name, Part({case: CaseEntry(e.record, frozenset(), e.count) for case, e in entries.items()}))
    for one in parts:
        _remove(folder, one)


def _remove(folder: RunFolder, name: str) -> None:
    for kind in (CASES, ROWS, MASKS, TIMINGS):
        with contextlib.suppress(OSError):  # a reader on Windows holds it: it does not count any more
            folder.part(kind, name).unlink(missing_ok=True)


def merge_if_due(path: Path, option_hash: str) -> None:
    """Merge when there is enough to merge; a failure is told in the log, for the single parts are complete."""
    try:
        merge_parts(path, option_hash)
    except StoreError as error:
        logger.warning("parts were not merged: %s", error)

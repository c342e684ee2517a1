"""The log of a training run: one JSON object per line and step, in step with the saved state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.atomic import atomic_path, store_error

LOG_FILE = "log.jsonl"


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read the records of a log.

    Args:
        path: the file; need not be there.

    Returns:
        Records with a `step`, in the file's order; lines that a killed run left unfinished are skipped.
    """
    if not path.exists():
        return []
    records = (_record(line) for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return [record for record in records if record is not None]


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return None
    return record if isinstance(record, dict) and isinstance(record.get("step"), int) else None


class TrainingLog:
    """Appends records; every record is on the disk when `add` returns.

    Args:
        folder: existing folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOG_FILE

    def add(self, record: Mapping[str, Any]) -> None:
        """Append a record.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        try:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(record) + "\n")
        except OSError as error:
            raise store_error(self.path, error) from error

    def keep_until(self, step: int) -> None:
        """Drop what a killed run logged after its last saved state: those steps are trained again.

        Raises:
            StoreError: the folder cannot be written.
        """
        records = read_log(self.path)
        kept = [record for record in records if record["step"] <= step]
        text = "".join(json.dumps(record) + "\n" for record in kept)
        if not self.path.exists() or self.path.read_text(encoding="utf-8", errors="replace") == text:
            return
        with atomic_path(self.path) as temporary:
            temporary.write_text(text, encoding="utf-8")

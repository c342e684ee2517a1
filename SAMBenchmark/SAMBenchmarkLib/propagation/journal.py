"""Finished structures, one line each, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import SAMBenchmarkLib.propagation as this_package
import SAMSegmenterLib.core.propagation as propagation_package
from SAMBenchmarkLib.propagation.cases import VolumeCase
from SAMBenchmarkLib.propagation.record import Record
from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.predictor import Predictor, network_key
from SAMSegmenterLib.core.propagation import PropagationParameters

logger = logging.getLogger(__name__)

JOURNAL = "structures.jsonl"


class Journal:
    """Records in a file; those of other options or of another version of the code are left alone, and not read.

    Args:
        path: of the file; None keeps records in memory only.
        options: hash of everything that decides a record, see `option_hash`.
    """

    def __init__(self, path: Path | None, options: str) -> None:
        self._path, self._options = path, options
        self.records: dict[str, Record] = {}
        if path is not None and path.exists():
            self.records = _read(path, options)

    def add(self, case: VolumeCase, record: Record) -> None:
        """Keep a record.

        Raises:
            StoreError: the file cannot be written.
        """
        self.records[record_key(case, record)] = record
        if self._path is None:
            return
        line = json.dumps({"options": self._options, "files": files_state(case), "record": record.to_json()})
        try:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError as error:
            raise store_error(self._path, error) from error


def record_key(case: VolumeCase, record: Record) -> str:
    """What a record is found by: the structure, and the state of its files."""
    return f"{record.about.key}|{files_state(case)}"


def files_state(case: VolumeCase) -> str:
    """Sizes and dates of a case's files, which tell whether they changed."""
    states = []
    for path in (case.volume, case.labels):
        try:
            status = path.stat()
            states.append(f"{status.st_size},{status.st_mtime_ns}")
        except OSError:
            states.append("missing")
    return ";".join(states)


def option_hash(parameters: PropagationParameters, predictor: Predictor, every: int, with_baselines: bool) -> str:
    """Short hash of what decides the figures besides the structure: parameters, model, grid and code."""
    parts = (repr(parameters), network_key(predictor), every, with_baselines, code_digest())
    return hashlib.blake2b(repr(parts).encode("utf-8"), digest_size=8).hexdigest()


def code_digest() -> str:
    """Digest of the source files of propagation and of its measurement."""
    digest = hashlib.blake2b(digest_size=8)
    for package in (propagation_package, this_package):
        for path in _sources(package.__path__):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def without_broken_end(path: Path) -> None:
    """Cut off a line that a crash left unfinished, so that the next one does not run into it.

    Raises:
        StoreError: the file cannot be written.
    """
    if not path.exists():
        return
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        with atomic_path(path) as temporary:
            temporary.write_bytes(content[: content.rfind(b"\n") + 1])


def _sources(folders: Sequence[str] | Iterable[str]) -> list[Path]:
    return sorted(path for folder in folders for path in Path(folder).glob("*.py"))


def _read(path: Path, options: str) -> dict[str, Record]:
    without_broken_end(path)
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            data = json.loads(line)
            if data["options"] == options:
                record = Record.from_json(data["record"])
                found[f"{record.about.key}|{data['files']}"] = record
        except (ValueError, KeyError, TypeError):
            logger.warning("line %d of %s is not a record and is measured again", number, path.name)
    return found

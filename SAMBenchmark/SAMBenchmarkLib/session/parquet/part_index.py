"""What parts there are, and which cases they hold; files are read once and again when they change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.session.parquet.layout import CASES, MERGED, RunFolder, part_of_case, read_json, write_json

SliceKey = tuple[int, str, int]
_LISTINGS = 5


@dataclass(frozen=True)
class CaseEntry:
    """A case in a part.

    Args:
        slices: (frame, plane, slice) that are finished; of a merged case only how many, as a case is finished.
        count: of finished slices.
    """

    record: CaseRecord
    slices: frozenset[SliceKey]
    count: int

    def to_json(self) -> dict[str, Any]:
        """As it is written."""
        record = {field.name: getattr(self.record, field.name) for field in fields(CaseRecord)}
        return {"record": record, "slices": sorted(self.slices), "count": self.count}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> CaseEntry:
        """As it was written."""
        record = CaseRecord(**{**content["record"], "notes": tuple(content["record"]["notes"])})
        slices = frozenset((frame, plane, index) for frame, plane, index in content["slices"])
        return cls(record, slices, content["count"])


@dataclass(frozen=True)
class Part:
    """Cases by name, and names of cases whose rows are in the files but count no more."""

    cases: dict[str, CaseEntry]
    dropped: tuple[str, ...] = ()


class PartIndex:
    """Parts of one run's folder."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, int], Part]] = {}

    def parts(self) -> dict[str, Part]:
        """All parts that count, by name. A case's own part counts no more once it was merged."""
        found = self._found()
        merged = {part_of_case(case) for name, part in found.items() if name.startswith(MERGED) for case in part.cases}
        self._known = {name: known for name, known in self._known.items() if name in found}
        return {name: part for name, part in sorted(found.items()) if name not in merged}

    def cases(self) -> dict[str, tuple[str, CaseEntry]]:
        """Part and entry of every case, by its name."""
        return {case: (name, entry) for name, part in self.parts().items() for case, entry in part.cases.items()}

    def own_part(self, case_id: str) -> CaseEntry | None:
        """The entry of a case that has a part of its own; quick, whatever else there is."""
        try:
            content = read_json(self._folder.part(CASES, part_of_case(case_id)))
        except FileNotFoundError:
            return None
        return next((e for e in map(CaseEntry.from_json, content["cases"]) if e.record.case_id == case_id), None)

    def loose(self) -> list[str]:
        """Names of parts of single cases, finished or not."""
        return [path.stem for path in self._paths() if not path.stem.startswith(MERGED)]

    def _paths(self) -> Iterator[Path]:
        folder = self._folder.path / CASES
        if folder.is_dir():
            yield from sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))

    def _found(self) -> dict[str, Part]:
        """Every part that is there; listed anew when one went meanwhile, for what it held may be in a new one."""
        for _ in range(_LISTINGS):
            read = {path.stem: self._read(path) for path in self._paths()}
            found = {name: part for name, part in read.items() if part is not None}
            if len(found) == len(read):
                break
        return found

    def _read(self, path: Path) -> Part | None:
        try:
            status = path.stat()
            mark = (status.st_mtime_ns, status.st_size)
            known = self._known.get(path.stem)
            if known is not None and known[0] == mark:
                return known[1]
            content = read_json(path)
        except FileNotFoundError:  # merged a moment ago
            return None
        entries = map(CaseEntry.from_json, content["cases"])
        part = Part({entry.record.case_id: entry for entry in entries}, tuple(content.get("dropped", ())))
        self._known[path.stem] = (mark, part)
        return part


def write_part(folder: RunFolder, name: str, part: Part) -> None:
    """Say which cases a part's files hold; from now on the part counts.

    Raises:
        StoreError: it cannot be written.
    """
    content = {"cases": [entry.to_json() for entry in part.cases.values()], "dropped": list(part.dropped)}
    write_json(folder.part(CASES, name), content)

"""What is known about a run besides its rows: options, versions, model, cases, notes, timings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from SAMBenchmarkLib.core.row_batches import Batch
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.store import CASES_ASKED_FOR, FAILED, RUNNING, CaseRecord, RunRecord
from SAMBenchmarkLib.core.summary import TimingSeconds
from SAMSegmenterLib.core.arrays import Mask

MODEL_KEYS = ("model", "model_sha256", "model_licence", "model_card")
"""Where options and versions of a run tell about the model."""


class ReportStore(Protocol):
    """What the report reads of a `ResultStore`."""

    def rows(self, option_hash: str, **filters: Any) -> Iterator[ResultRow]:
        """Rows in the order of their keys, the same each time; only those that agree with the filters."""
        ...

    def columns(self, option_hash: str, names: Sequence[str], plain: bool = False) -> Iterator[Batch]:
        """Columns of the same rows; `plain` leaves out those of protocols beside S0-S6."""
        ...

    def mask(self, row: ResultRow) -> Mask:
        """The predicted mask behind a row; a StoreError when none was kept."""
        ...

    def timing_seconds(self, option_hash: str) -> TimingSeconds:
        """Seconds of all timings."""
        ...

    def runs(self) -> Sequence[RunRecord]:
        """All runs."""
        ...

    def cases(self, option_hash: str) -> Sequence[CaseRecord]:
        """All cases of a run."""
        ...


@dataclass(frozen=True)
class RunFacts:
    """One run.

    Args:
        options: resolved options and arithmetic, flat: name -> value.
        versions: name -> version.
        cases: as stored.
        notes: what the reader must know, of the run and of its cases.
    """

    option_hash: str
    options: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, Any] = field(default_factory=dict)
    cases: tuple[CaseRecord, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, store: ReportStore, option_hash: str, notes: Iterable[str] = ()) -> RunFacts:
        """Facts of a stored run; a hash that is not registered has neither options nor versions."""
        run = next((run for run in store.runs() if run.option_hash == option_hash), None)
        cases = tuple(store.cases(option_hash))
        return cls(
            option_hash,
            flat(run.options) if run else {},
            flat(run.versions) if run else {},
            cases,
            (*notes, *_case_notes(cases)),
        )

    @property
    def failed(self) -> list[CaseRecord]:
        """Cases that could not be evaluated."""
        return [case for case in self.cases if case.status == FAILED]

    @property
    def unfinished(self) -> list[CaseRecord]:
        """Cases that were still being evaluated."""
        return [case for case in self.cases if case.status == RUNNING]

    @property
    def outstanding(self) -> int:
        """How many cases are not finished yet, those that were asked for and not begun among them."""
        ended = len(self.cases) - len(self.unfinished)
        asked_for = self.versions.get(CASES_ASKED_FOR)
        return max(len(self.unfinished), asked_for - ended if isinstance(asked_for, int) else 0)

    def about_model(self, key: str) -> str:
        """One of `MODEL_KEYS`; empty when it is not known."""
        value = self.options.get(key) or self.versions.get(key)
        return str(value) if value else ""


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Nested mappings as one: {"model": {"name": ...}} becomes {"model name": ...}.

    The wrappers "options" and "arithmetic" leave no trace in the names.
    """
    result: dict[str, Any] = {}
    for key, value in values.items():
        if not isinstance(value, Mapping):
            result[str(key)] = value
            continue
        start = "" if key in ("options", "arithmetic") else f"{key} "
        result.update({start + name: inner for name, inner in flat(value).items()})
    return result


def _case_notes(cases: Sequence[CaseRecord]) -> list[str]:
    """Notes of cases, each once, with the cases that it concerns."""
    concerned: dict[str, list[str]] = {}
    for case in cases:
        for note in case.notes:
            concerned.setdefault(note, []).append(case.case_id)
    return [f"{_few(names)}: {note}" for note, names in concerned.items()]


def _few(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more cases"

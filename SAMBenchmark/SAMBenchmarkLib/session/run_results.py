"""What a finished evaluation shows: tables of each model and its worst objects, of the chosen cases alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.box_outlines import box_table
from SAMBenchmarkLib.core.object_tables import ATTRIBUTES, dice_by_object, worst_results, worst_table
from SAMBenchmarkLib.core.options import SELECTIONS, BenchmarkOptions
from SAMBenchmarkLib.core.row_batches import Batch
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME, ResultRow, TimingRow
from SAMBenchmarkLib.core.store import CaseRecord, ResultStore
from SAMBenchmarkLib.core.summary import TimingSeconds, seconds_of
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.session.model_runs import ModelRun, RunsOutcome
from SAMBenchmarkLib.session.outputs import run_tables

_FIRST = ("predicted_iou", *SELECTIONS)
"""The selection that lists and plots show: as in use, else whatever there is."""


class StoreOfCases:
    """A store as if it held some of its cases alone."""

    def __init__(self, store: ResultStore, cases: Collection[str]) -> None:
        self._store, self._cases = store, frozenset(cases)

    def rows(self, option_hash: str, **filters: Any) -> Iterator[ResultRow]:
        """Rows of these cases."""
        return (row for row in self._store.rows(option_hash, **filters) if row.case_id in self._cases)

    def columns(self, option_hash: str, names: Sequence[str], plain: bool = False) -> Iterator[Batch]:
        """Columns of the rows of these cases."""
        for batch in self._store.columns(option_hash, tuple(dict.fromkeys(("case_id", *names))), plain):
            wanted = np.array([name in self._cases for name in batch.texts["case_id"].names])[batch["case_id"]]
            if wanted.any():
                yield batch.only(wanted)

    def timing_seconds(self, option_hash: str) -> TimingSeconds:
        """Seconds of the timings of these cases."""
        return seconds_of(self.timings(option_hash))

    def timings(self, option_hash: str) -> list[TimingRow]:
        """Timings of these cases."""
        return [timing for timing in self._store.timings(option_hash) if timing.case_id in self._cases]

    def cases(self, option_hash: str) -> list[CaseRecord]:
        """Records of these cases."""
        return [record for record in self._store.cases(option_hash) if record.case_id in self._cases]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass(frozen=True, eq=False)
class ModelResults:
    """What one model gave.

    Args:
        tables: all tables, the worst objects first.
        plotted: tables behind plots alone.
        worst: rows behind the table of worst objects, in its order.
        rows: number of results, one per object, strategy or protocol, and selection.
        cases: that have results.
    """

    run: ModelRun
    tables: tuple[Table, ...]
    plotted: tuple[Table, ...]
    worst: tuple[ResultRow, ...]
    rows: int
    cases: tuple[str, ...] = ()


def results_of(store_path: Path, outcome: RunsOutcome, cases: Collection[str]) -> tuple[ModelResults, ...]:
    """Results of every model of an evaluation; models without a finished slice are left out.

    Raises:
        StoreError: the store cannot be read.

    Thread: any.
    """
    with ResultStore(store_path, read_only=True) as store:
        chosen = StoreOfCases(store, cases)
        found = [_results(chosen, run, [other.option_hash for other in outcome.runs]) for run in outcome.runs]
    return tuple(result for result in found if result is not None)


def shown_selection(options: BenchmarkOptions) -> str:
    """The mask selection that lists and plots show."""
    return next(name for name in _FIRST if name in options.selections)


def _results(store: StoreOfCases, run: ModelRun, together: Sequence[str]) -> ModelResults | None:
    record = next(known for known in store.runs() if known.option_hash == run.option_hash)
    tables = run_tables(_OfOneEvaluation(store, together), record)  # type: ignore[arg-type]
    if not tables:
        return None
    selection = shown_selection(run.options)
    worst = worst_results(store.rows(run.option_hash), selection)
    objects = dice_by_object(store.rows(run.option_hash), selection)
    strategies = [name for name in objects.header if name not in ("case", "slice", "structure", *ATTRIBUTES.values())]
    boxes = box_table({name: objects.columns[name] for name in strategies}, selection)
    plotted = (boxes, objects) if strategies else ()
    counts = Counter(row.case_id for row in store.rows(run.option_hash) if row.slice != WHOLE_VOLUME)
    all_tables = (worst_table(worst), *tables)
    return ModelResults(run, all_tables, plotted, tuple(worst), counts.total(), tuple(counts))


class _OfOneEvaluation:
    """A store whose other runs are out of sight, so that models are compared with each other and nothing else."""

    def __init__(self, store: StoreOfCases, option_hashes: Sequence[str]) -> None:
        self._store, self._hashes = store, frozenset(option_hashes)

    def runs(self) -> list[Any]:
        """Runs of this evaluation."""
        return [run for run in self._store.runs() if run.option_hash in self._hashes]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

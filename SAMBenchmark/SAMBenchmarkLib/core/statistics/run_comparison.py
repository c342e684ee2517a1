"""A run against the others in its store, object by object: do two models differ?"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from SAMBenchmarkLib.core.options import ALL_STRATEGIES, SELECTION_TITLES, SELECTIONS
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.statistics.object_figures import patient_name
from SAMBenchmarkLib.core.statistics.paired_table import FIGURES, paired_rows
from SAMBenchmarkLib.core.statistics.statistics_tables import statistics_tables
from SAMBenchmarkLib.core.store import CaseRecord, RunRecord
from SAMBenchmarkLib.core.tables import Table

HEADER = ("other_run", "other_model", "model", "differs_in", "strategy", *FIGURES)
RUN_TABLES = frozenset(f"models_{name}" for name in SELECTIONS)
_SAME = "nothing that was recorded"


class RunsStore(Protocol):
    """What is read of a `ResultStore`."""

    def rows(self, option_hash: str) -> Iterator[ResultRow]:
        """Rows in the order of their keys."""
        ...

    def runs(self) -> Sequence[RunRecord]:
        """All runs."""
        ...

    def cases(self, option_hash: str) -> Sequence[CaseRecord]:
        """All cases of a run."""
        ...


def run_statistics(store: RunsStore, option_hash: str) -> list[Table]:
    """All tables of statistics of a run, and where the store holds other runs the comparison with them."""
    tables = statistics_tables(store.rows(option_hash), store.cases(option_hash))
    return [*tables, *comparison_tables(store, option_hash)] if tables else []


def comparison_tables(store: RunsStore, option_hash: str) -> list[Table]:
    """Differences of Dice to each other run on the same objects, this run less the other, one table per selection.

    Wilcoxon's signed-rank test on the patients' means; p-values are corrected after Holm within a table.

    Returns:
        Only tables that have rows; empty when no other run has the same objects.
    """
    runs = {run.option_hash: run for run in store.runs()}
    if option_hash not in runs:
        return []
    pairs: dict[str, dict[tuple[str, ...], Any]] = {}
    patients = {case.case_id: patient_name(case) for case in store.cases(option_hash)}
    for other in (run for key, run in runs.items() if key != option_hash):
        about = (other.option_hash, model_of(other), model_of(runs[option_hash]), differences(other, runs[option_hash]))
        for (selection, strategy), columns in _columns(store, other.option_hash, option_hash, patients).items():
            pairs.setdefault(selection, {})[(*about, strategy)] = columns
    return [_table(selection, pairs[selection]) for selection in SELECTIONS if selection in pairs]


def joined(first: Iterable[ResultRow], second: Iterable[ResultRow]) -> Iterator[tuple[ResultRow, ResultRow]]:
    """Rows of two runs that are of the same object, strategy and selection; both come in the order of their keys."""
    others = iter(second)
    other = next(others, None)
    for row in first:
        while other is not None and other.key[1:] < row.key[1:]:
            other = next(others, None)
        if other is None:
            return
        if other.key[1:] == row.key[1:]:
            yield row, other


def model_of(run: RunRecord) -> str:
    """Name of a run's model; empty when it was not recorded."""
    return str(_flat(run.options).get("model", ""))


def differences(first: RunRecord, second: RunRecord) -> str:
    """Options whose values differ, in words."""
    one, other = _flat(first.options), _flat(second.options)
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return ", ".join(name.replace("_", " ") for name in names if name != "model_sha256") or _SAME


def _flat(options: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in options.items():
        flat.update(_flat(value) if isinstance(value, Mapping) else {name: value})
    return flat


def _columns(store: RunsStore, first: str, second: str, patients: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """(selection, strategy) -> Dice of the first run, of the second, and whose objects they are."""
    found: dict[tuple[str, str], tuple[array[float], array[float], list[str]]] = {}
    for one, other in joined(store.rows(first), store.rows(second)):
        if one.variant or one.round or one.repeat:
            continue
        columns = found.setdefault((one.selection, one.strategy), (array("d"), array("d"), []))
        columns[0].append(one.dice)
        columns[1].append(other.dice)
        columns[2].append(patients.get(one.case_id, one.case_id))
    return found


def _table(selection: str, pairs: Mapping[tuple[str, ...], Any]) -> Table:
    known = {name: number for number, name in enumerate(ALL_STRATEGIES)}
    ordered = sorted(pairs, key=lambda names: (names[0], known.get(names[-1], len(known)), names[-1]))
    rows = paired_rows({names: _arrays(pairs[names]) for names in ordered})
    title = (
        "Differences of mean DICE per patient [%], this run less another on the same objects, masks selected by "
        f"{SELECTION_TITLES.get(selection, selection)}"
    )
    return Table.from_rows(f"models_{selection}", title, HEADER, rows)


def _arrays(columns: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array(columns[0]), np.array(columns[1]), np.array(columns[2])

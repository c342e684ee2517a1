"""A run against the others in its store, object by object: do two models differ?"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from SAMBenchmarkLib.core.options import SELECTION_TITLES, SELECTIONS, TABLE_ORDER
from SAMBenchmarkLib.core.row_batches import Batch
from SAMBenchmarkLib.core.rows import OBJECT_KEY
from SAMBenchmarkLib.core.statistics.object_figures import FIGURE_COLUMNS, ObjectFigures, patient_name
from SAMBenchmarkLib.core.statistics.paired_table import FIGURES, paired_rows
from SAMBenchmarkLib.core.statistics.statistics_tables import tables_of_figures
from SAMBenchmarkLib.core.store import CaseRecord, RunRecord
from SAMBenchmarkLib.core.tables import Table

HEADER = ("other_run", "other_model", "model", "differs_in", "strategy", *FIGURES)
RUN_TABLES = frozenset(f"models_{name}" for name in SELECTIONS)
_SAME = "nothing that was recorded"


DICE_COLUMNS = (*OBJECT_KEY, "strategy", "selection", "dice")
"""What a comparison reads of each run."""

Key = tuple[Any, ...]
Keyed = tuple[Key, float]
"""A row's object, strategy and selection, and its Dice."""


class RunsStore(Protocol):
    """What is read of a `ResultStore`."""

    def columns(self, option_hash: str, names: Sequence[str], plain: bool = False) -> Iterator[Batch]:
        """Columns of the rows in the order of their keys."""
        ...

    def runs(self) -> Sequence[RunRecord]:
        """All runs."""
        ...

    def cases(self, option_hash: str) -> Sequence[CaseRecord]:
        """All cases of a run."""
        ...


def run_statistics(store: RunsStore, option_hash: str) -> list[Table]:
    """All tables of statistics of a run, and where the store holds other runs the comparison with them."""
    batches = store.columns(option_hash, FIGURE_COLUMNS, plain=True)
    tables = tables_of_figures(ObjectFigures.of_batches(batches, store.cases(option_hash)))
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


def joined(first: Iterable[Keyed], second: Iterable[Keyed]) -> Iterator[tuple[Key, float, float]]:
    """Figures that two runs have under the same key; both come in the order of their keys."""
    others = iter(second)
    other = next(others, None)
    for key, figure in first:
        while other is not None and other[0] < key:
            other = next(others, None)
        if other is None:
            return
        if other[0] == key:
            yield key, figure, other[1]


def keyed_dice(batches: Iterable[Batch]) -> Iterator[Keyed]:
    """Dice of rows of S0-S6 as such under their keys, from batches of `DICE_COLUMNS`."""
    for batch in batches:
        columns = []
        for name in DICE_COLUMNS:
            values = batch[name].tolist()
            names = batch.texts[name].names if name in batch.texts else None
            columns.append([names[code] for code in values] if names else values)
        *keys, dice = columns
        yield from zip(zip(*keys, strict=True), dice, strict=True)


def model_of(run: RunRecord) -> str:
    """Name of a run's model; empty when it was not recorded."""
    return str(_flat(run.options).get("model", ""))


def differences(first: RunRecord, second: RunRecord) -> str:
    """Options whose values differ, in words."""
    one, other = _flat(first.options), _flat(second.options)
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return ", ".join(name.replace("_", " ") for name in names if not name.endswith("_sha256")) or _SAME


def _flat(options: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in options.items():
        flat.update(_flat(value) if isinstance(value, Mapping) else {name: value})
    return flat


def _columns(store: RunsStore, first: str, second: str, patients: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """(selection, strategy) -> Dice of the first run, of the second, and whose objects they are."""
    found: dict[tuple[str, str], tuple[array[float], array[float], list[str]]] = {}
    streams = (keyed_dice(store.columns(key, DICE_COLUMNS, plain=True)) for key in (first, second))
    for key, one, other in joined(*streams):
        columns = found.setdefault((key[-1], key[-2]), (array("d"), array("d"), []))
        columns[0].append(one)
        columns[1].append(other)
        columns[2].append(patients.get(key[0], key[0]))
    return {key: (one, other, np.unique(whose, return_inverse=True)[1]) for key, (one, other, whose) in found.items()}


def _table(selection: str, pairs: Mapping[tuple[str, ...], Any]) -> Table:
    known = {name: number for number, name in enumerate(TABLE_ORDER)}
    ordered = sorted(pairs, key=lambda names: (names[0], known.get(names[-1], len(known)), names[-1]))
    rows = paired_rows({names: _arrays(pairs[names]) for names in ordered})
    title = (
        "Differences of mean DICE per patient [%], this run less another on the same objects, masks selected by "
        f"{SELECTION_TITLES.get(selection, selection)}"
    )
    return Table.from_rows(f"models_{selection}", title, HEADER, rows)


def _arrays(columns: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array(columns[0]), np.array(columns[1]), np.array(columns[2])

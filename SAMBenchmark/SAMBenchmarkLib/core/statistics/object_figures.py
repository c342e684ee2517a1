"""Dice of every object under every strategy, beside what the object looks like and whose it is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.modalities import modality_codes, modality_name
from SAMBenchmarkLib.core.options import SELECTIONS, TABLE_ORDER
from SAMBenchmarkLib.core.row_batches import Batch, TextCodes, batches_of_rows, changes, grouped, structure_numbers
from SAMBenchmarkLib.core.rows import OBJECT_KEY, ResultRow
from SAMBenchmarkLib.core.store import CaseRecord

MEASURED = ("size", "aspect_ratio", "intensity_difference", "fourier_order")
"""Attributes that are columns of the rows; one that a row does not have is undefined."""

ATTRIBUTES = (*MEASURED, "modality")
"""Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, object attributes."""

ATTRIBUTE_TITLES = {
    "size": "size [px]",
    "aspect_ratio": "aspect ratio",
    "intensity_difference": "intensity difference",
    "fourier_order": "elliptic Fourier order",
    "modality": "modality (number)",
}

Floats = npt.NDArray[np.float64]
Strings = npt.NDArray[np.str_]
Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

FIGURE_COLUMNS = (*OBJECT_KEY, "strategy", "selection", "structure", "dice", *MEASURED)
"""What a pass over the rows needs."""


@dataclass(eq=False)
class ObjectFigures:
    """One entry per object, in the order of the rows; compact, so that a large study fits into memory.

    Attributes:
        measured: attribute -> (N,) values, NaN where undefined.
        dice: (strategy, selection) -> (N,) values, 0 to 1, NaN where an object has no such row.
        structures, cases: (N,) numbers.
        structure_names, case_ids: what the numbers in `structures` and `cases` stand for.
        records: what is known about cases, by name.
    """

    measured: dict[str, Floats]
    dice: dict[tuple[str, str], Floats]
    structures: Numbers
    cases: Numbers
    structure_names: list[str] = field(default_factory=list)
    case_ids: list[str] = field(default_factory=list)
    records: dict[str, CaseRecord] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ResultRow], cases: Iterable[CaseRecord] = ()) -> ObjectFigures:
        """From rows in the order of their keys; only those of S0-S6 as such count, as in the tables."""
        return cls.of_batches(batches_of_rows(rows, FIGURE_COLUMNS, plain=True), cases)

    @classmethod
    def of_batches(cls, batches: Iterable[Batch], cases: Iterable[CaseRecord] = ()) -> ObjectFigures:
        """One pass over batches of `FIGURE_COLUMNS` of rows of S0-S6 as such."""
        return _Collector().collect(batches, {record.case_id: record for record in cases})

    def __len__(self) -> int:
        return len(self.structures)

    def selections(self) -> list[str]:
        """Selections that have rows, in their usual order."""
        found = {selection for _, selection in self.dice}
        return [name for name in SELECTIONS if name in found] + sorted(found - set(SELECTIONS))

    def strategies(self, selection: str) -> list[str]:
        """Strategies with rows of a selection, in their usual order."""
        found = {strategy for strategy, chosen in self.dice if chosen == selection}
        return [name for name in TABLE_ORDER if name in found] + sorted(found - set(TABLE_ORDER))

    def dice_of(self, strategy: str, selection: str) -> Floats:
        """(N,) Dice, 0 to 1, NaN where an object has no such row."""
        known = self.dice.get((strategy, selection))
        return np.full(len(self), math.nan) if known is None else known

    def attribute(self, name: str) -> Floats:
        """(N,) one of `ATTRIBUTES`; NaN where it was not measured."""
        if name != "modality":
            return self.measured[name]
        codes = modality_codes(self._modality_of_cases())
        return self._by_case([codes.get(modality, math.nan) for modality in self._modality_of_cases()])

    def structure_of(self) -> Numbers:
        """(N,) number of each object's structure."""
        return self.structures

    def modalities(self) -> Strings:
        """(N,) modality of each object, as `modality_name` writes it."""
        return self._by_case(self._modality_of_cases())

    def sites(self) -> Strings:
        """(N,) site of each object; empty where it is not recorded."""
        return self._by_case([self._record(case).site.strip() for case in self.case_ids])

    def patients(self) -> Strings:
        """(N,) patient of each object; a case that names none is a patient of its own."""
        return self._by_case([patient_name(self._record(case)) for case in self.case_ids])

    def patient_numbers(self) -> Numbers:
        """(N,) patient of each object as a number, in the order of the patients' names."""
        names = [patient_name(self._record(case)) for case in self.case_ids]
        return np.unique(np.array(names or [""]), return_inverse=True)[1][self.cases]

    def _modality_of_cases(self) -> list[str]:
        return [modality_name(self._record(case).modality) for case in self.case_ids]

    def _record(self, case: str) -> CaseRecord:
        return self.records.get(case) or CaseRecord("", case)

    def _by_case(self, values: list[str] | list[float]) -> npt.NDArray:
        return np.array(values or [""])[self.cases]


class _Collector:
    """Puts together what batches tell of objects; a batch may end within one."""

    def __init__(self) -> None:
        self._count = 0
        self._last: tuple[Any, ...] | None = None
        self._objects: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in ("case_id", "structure", *MEASURED)}
        self._dice: dict[tuple[str, str], list[tuple[Places, Floats]]] = {}
        self._names = TextCodes()

    def collect(self, batches: Iterable[Batch], records: dict[str, CaseRecord]) -> ObjectFigures:
        case_ids: list[str] = []
        for batch in batches:
            self._add(batch)
            case_ids = batch.texts["case_id"].names
        empty = {name: np.empty(0, np.float64 if name in MEASURED else np.int64) for name in self._objects}
        found = {name: np.concatenate([empty[name], *parts]) for name, parts in self._objects.items()}
        sizes = found["size"] = found["size"].astype(np.float64)
        sizes[sizes == 0] = math.nan
        measured = {name: found[name] for name in MEASURED}
        dice = {key: self._placed(self._dice.pop(key)) for key in list(self._dice)}  # one by one, for the memory
        return ObjectFigures(measured, dice, found["structure"], found["case_id"], self._names.names, case_ids, records)

    def _add(self, batch: Batch) -> None:
        key = [batch[name] for name in OBJECT_KEY]
        starts = changes(key, self._last)
        self._last = tuple(values[-1] for values in key)
        place = self._count - 1 + np.cumsum(starts)
        self._count += int(np.count_nonzero(starts))
        self._objects["case_id"].append(batch["case_id"][starts])
        self._objects["structure"].append(structure_numbers(batch.only(starts), self._names))
        for name in MEASURED:
            self._objects[name].append(batch[name][starts])
        ways, group = grouped(batch, ("strategy", "selection"))
        for number, (strategy, selection) in enumerate(ways):
            here = group == number
            named = batch.texts["strategy"].names[strategy], batch.texts["selection"].names[selection]
            self._dice.setdefault(named, []).append((place[here].astype(np.int32), batch["dice"][here]))

    def _placed(self, parts: list[tuple[Places, Floats]]) -> Floats:
        values = np.full(self._count, math.nan)
        for place, given in parts:
            values[place] = given
        return values


def patient_name(record: CaseRecord) -> str:
    """Whose case it is; one that names no patient is a patient of its own.

    Told apart from case names, which may be the same words.
    """
    return f"patient {record.patient.strip()}" if record.patient.strip() else f"case {record.case_id}"

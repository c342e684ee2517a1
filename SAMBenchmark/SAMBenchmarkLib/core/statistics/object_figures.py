"""Dice of every object under every strategy, beside what the object looks like and whose it is."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.modalities import modality_codes, modality_name
from SAMBenchmarkLib.core.options import ALL_STRATEGIES, SELECTIONS
from SAMBenchmarkLib.core.rows import ResultRow
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


@dataclass(eq=False)
class ObjectFigures:
    """One entry per object, in the order of the rows; compact, so that a large study fits into memory.

    Attributes:
        measured: attribute -> values, NaN where undefined.
        dice: (strategy, selection) -> values, 0 to 1; may be shorter than the number of objects.
        structure_names, case_ids: what the numbers in `structures` and `cases` stand for.
        records: what is known about cases, by name.
    """

    measured: dict[str, array[float]] = field(default_factory=lambda: {name: array("d") for name in MEASURED})
    dice: dict[tuple[str, str], array[float]] = field(default_factory=dict)
    structures: array[int] = field(default_factory=lambda: array("l"))
    cases: array[int] = field(default_factory=lambda: array("l"))
    structure_names: list[str] = field(default_factory=list)
    case_ids: list[str] = field(default_factory=list)
    records: dict[str, CaseRecord] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ResultRow], cases: Iterable[CaseRecord] = ()) -> ObjectFigures:
        """One pass over rows in the order of their keys; only those of S0-S6 as such count, as in the tables."""
        figures = cls(records={record.case_id: record for record in cases})
        known: tuple[dict[str, int], dict[str, int]] = {}, {}
        last: tuple[object, ...] = ()
        for row in rows:
            if row.variant or row.round or row.repeat:
                continue
            this = (row.case_id, row.frame, row.plane, row.slice, row.label_value)
            if this != last:
                figures._add_object(row, known)
                last = this
            figures._add_dice(row)
        figures.structure_names, figures.case_ids = list(known[0]), list(known[1])
        return figures

    def _add_object(self, row: ResultRow, known: tuple[dict[str, int], dict[str, int]]) -> None:
        name = row.structure or f"label {row.label_value}"
        self.structures.append(known[0].setdefault(name, len(known[0])))
        self.cases.append(known[1].setdefault(row.case_id, len(known[1])))
        for attribute, values in self.measured.items():
            value = getattr(row, attribute, math.nan)
            values.append(math.nan if attribute == "size" and not value else value)

    def _add_dice(self, row: ResultRow) -> None:
        values = self.dice.setdefault((row.strategy, row.selection), array("d"))
        values.extend([math.nan] * (len(self.structures) - 1 - len(values)))
        values.append(row.dice)

    def __len__(self) -> int:
        return len(self.structures)

    def selections(self) -> list[str]:
        """Selections that have rows, in their usual order."""
        found = {selection for _, selection in self.dice}
        return [name for name in SELECTIONS if name in found] + sorted(found - set(SELECTIONS))

    def strategies(self, selection: str) -> list[str]:
        """Strategies with rows of a selection, in their usual order."""
        found = {strategy for strategy, chosen in self.dice if chosen == selection}
        return [name for name in ALL_STRATEGIES if name in found] + sorted(found - set(ALL_STRATEGIES))

    def dice_of(self, strategy: str, selection: str) -> Floats:
        """(N,) Dice, 0 to 1, NaN where an object has no such row."""
        values = np.full(len(self), math.nan)
        given = self.dice.get((strategy, selection), array("d"))
        values[: len(given)] = given
        return values

    def attribute(self, name: str) -> Floats:
        """(N,) one of `ATTRIBUTES`; NaN where it was not measured."""
        if name != "modality":
            return np.array(self.measured[name], np.float64)
        codes = modality_codes(self._modality_of_cases())
        return self._by_case([codes.get(modality, math.nan) for modality in self._modality_of_cases()])

    def structure_of(self) -> npt.NDArray[np.int64]:
        """(N,) number of each object's structure."""
        return np.array(self.structures, np.int64)

    def modalities(self) -> Strings:
        """(N,) modality of each object, as `modality_name` writes it."""
        return self._by_case(self._modality_of_cases())

    def sites(self) -> Strings:
        """(N,) site of each object; empty where it is not recorded."""
        return self._by_case([self._record(case).site.strip() for case in self.case_ids])

    def patients(self) -> Strings:
        """(N,) patient of each object; a case that names none is a patient of its own."""
        return self._by_case([patient_name(self._record(case)) for case in self.case_ids])

    def _modality_of_cases(self) -> list[str]:
        return [modality_name(self._record(case).modality) for case in self.case_ids]

    def _record(self, case: str) -> CaseRecord:
        return self.records.get(case) or CaseRecord("", case)

    def _by_case(self, values: list[str] | list[float]) -> npt.NDArray:
        return np.array(values or [""])[np.array(self.cases, np.int64)]


def patient_name(record: CaseRecord) -> str:
    """Whose case it is; one that names no patient is a patient of its own.

    Told apart from case names, which may be the same words.
    """
    return f"patient {record.patient.strip()}" if record.patient.strip() else f"case {record.case_id}"

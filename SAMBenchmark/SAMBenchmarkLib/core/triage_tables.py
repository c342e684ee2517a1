"""Triage tables: what to look at again, and how well the signs would have worked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.options import TABLE_ORDER
from SAMBenchmarkLib.core.protocols import sam_u
from SAMBenchmarkLib.core.row_batches import Batch, changes, structure_numbers, text_codes
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.core.triage import COMBINED, POOR_DICE, RATES, Floats, TriageFigures, combined, triage_figures

AS_IN_USE = "predicted_iou"
"""The selection that needs no reference, as no triage may."""

TRIAGE, SECOND_LOOK, SECOND_LOOK_CASES = "triage", "second_look", "second_look_cases"
TRIAGE_TABLES = (TRIAGE, SECOND_LOOK, SECOND_LOOK_CASES)
"""All names that `triage_tables` may give."""

OBJECTS, CASES = "objects", "cases"
MOST_LISTED = 200
PREFERRED = "S5"
"""Whose answers are listed; the first strategy where it was not evaluated."""

_OBJECT = ("case_id", "frame", "plane", "slice", "label_value")
TRIAGE_COLUMNS = (
    *_OBJECT,
    *("structure", "strategy", "selection", "variant", "round", "repeat"),
    *("dice", "predicted_iou", "stability", "uncertainty"),
)
"""What is read of the rows."""

Numbers = npt.NDArray[np.signedinteger]


_ABOUT = {"case_id": np.int32, "frame": np.int32, "plane": np.int16, "slice": np.int32, "structure": np.int32}
"""What the lists say of an answer; small numbers, so that a large study fits into memory."""

_FIGURES = ("dice", "predicted_iou", "stability")


@dataclass(frozen=True, eq=False)
class Answers:
    """One strategy's answers, in the order of the rows.

    Args:
        signs: name -> (N,) certainty, NaN where the model gave nothing.
        dice: (N,).
        about: name in `_ABOUT` -> (N,) numbers.
    """

    signs: dict[str, Floats]
    dice: Floats
    about: dict[str, Numbers]


@dataclass(frozen=True, eq=False)
class TriageData:
    """All strategies' answers as in use, and what their numbers stand for."""

    answers: dict[str, Answers]
    cases: list[str]
    planes: list[str]
    structures: list[str]

    @classmethod
    def of(cls, batches: Iterable[Batch]) -> TriageData:
        """One pass over rows in the order of their keys.

        Args:
            batches: of `TRIAGE_COLUMNS`.
        """
        collector, texts = _Collector(), None
        for batch in batches:
            texts = batch.texts
            chosen = batch.only(_in_use(batch))
            if len(chosen):
                collector.add(chosen)
        if texts is None:
            return cls({}, [], [], [])
        return cls(dict(collector.answers()), texts["case_id"].names, texts["plane"].names, collector.structures.names)


class _Collector:
    """Puts together what batches tell of answers, strategy by strategy; a batch may end within an object."""

    def __init__(self) -> None:
        self.structures = text_codes(("structure",))["structure"]
        self._parts: dict[str, dict[str, list[npt.NDArray[Any]]]] = {}
        self._entropies: list[tuple[Numbers, Floats]] = []
        self._last: tuple[Any, ...] | None = None
        self._objects = 0

    def add(self, batch: Batch) -> None:
        """Rows of answers as in use, one or more."""
        key = [batch[name] for name in _OBJECT]
        number = self._objects + np.cumsum(changes(key, self._last)) - 1
        self._last, self._objects = tuple(values[-1] for values in key), int(number[-1]) + 1
        about = {**{name: batch[name] for name in _OBJECT}, "structure": structure_numbers(batch, self.structures)}
        columns = {name: about[name].astype(kind) for name, kind in _ABOUT.items()}
        columns |= {name: batch[name] for name in _FIGURES}
        moved = batch["variant"] == batch.texts["variant"].get(sam_u.NAME, -1)
        if moved.any():
            self._entropies.append((number[moved], batch["uncertainty"][moved]))
        columns["object"] = number.astype(np.int32)
        names = batch.texts["strategy"].names
        for code in np.unique(batch["strategy"][~moved]).tolist():
            here = ~moved & (batch["strategy"] == code)
            own = self._parts.setdefault(names[code], {})
            for name, values in columns.items():
                own.setdefault(name, []).append(values[here])

    def answers(self) -> Iterator[tuple[str, Answers]]:
        """Of each strategy, in the usual order; strategies without any sign are left out."""
        entropy = np.full(self._objects if self._entropies else 0, math.nan)
        for place, values in self._entropies:
            entropy[place] = values
        order = [name for name in TABLE_ORDER if name in self._parts]
        for strategy in [*order, *sorted(set(self._parts) - set(TABLE_ORDER))]:
            parts = self._parts.pop(strategy)
            columns = {name: np.concatenate(parts.pop(name)) for name in list(parts)}
            signs = {"predicted IoU": columns["predicted_iou"], "stability": columns["stability"]}
            if len(entropy):
                signs["agreement of moved boxes"] = -entropy[columns["object"]]
            signs = {name: values for name, values in signs.items() if np.isfinite(values).any()}
            if len(signs) > 1:
                signs[COMBINED] = combined(signs)
            if signs:
                yield strategy, Answers(signs, columns["dice"], {name: columns[name] for name in _ABOUT})


def triage_tables(batches: Iterable[Batch]) -> list[Table]:
    """What to look at again, and what it would have brought.

    Args:
        batches: of `TRIAGE_COLUMNS`, rows in the order of their keys.

    Returns:
        `triage` (figures by strategy and sign, over objects and over cases), `second_look` (the least certain answers,
        with the strategy `PREFERRED`) and `second_look_cases`. Empty where no answer was chosen as in use.
    """
    data = TriageData.of(batches)
    return [] if not data.answers else [_figures_table(data), _objects_table(data), _cases_table(data)]


def listed_strategy(data: TriageData) -> str:
    """Whose answers the lists show."""
    return PREFERRED if PREFERRED in data.answers else next(iter(data.answers))


def by_case(answers: Answers) -> tuple[Numbers, dict[str, Floats], Floats]:
    """Cases, the mean rank of each sign over a case's answers (NaN is the lowest), and their mean Dice."""
    cases, place = np.unique(answers.about["case_id"], return_inverse=True)
    counts = np.bincount(place)
    ranks = {name: combined({name: values}) for name, values in answers.signs.items()}
    signs = {name: np.bincount(place, values) / counts for name, values in ranks.items()}
    return cases, signs, np.bincount(place, answers.dice) / counts


def _in_use(batch: Batch) -> npt.NDArray[np.bool_]:
    plain = (batch["round"] == 0) & (batch["repeat"] == 0)
    variants, strategies = batch.texts["variant"], batch.texts["strategy"]
    plain &= np.isin(batch["variant"], [variants.get("", -1), variants.get(sam_u.NAME, -1)])
    plain &= ~np.isin(batch["strategy"], [strategies.get(name, -1) for name in CLASSICAL])
    chosen = batch["selection"] == batch.texts["selection"].get(AS_IN_USE, -1)
    return plain & chosen & (batch["slice"] != WHOLE_VOLUME) & ~np.isnan(batch["dice"])


def _figures_table(data: TriageData) -> Table:
    lines = []
    for strategy, answers in data.answers.items():
        for sign, values in answers.signs.items():
            lines.append((OBJECTS, strategy, sign, *_cells(triage_figures(values, answers.dice))))
    for strategy, answers in data.answers.items():
        _cases, signs, dice = by_case(answers)
        for sign, values in signs.items():
            lines.append((CASES, strategy, sign, *_cells(triage_figures(values, dice))))
    percent = [f"{100 * rate:g}" for rate in RATES]
    header = ["of", "strategy", "sign", "n", "poor", "auc", "rho", "p"]
    header += [f"{what}_{rate}" for what in ("dice_kept", "dice_ideal", "poor_found") for rate in percent]
    title = (
        f"How well signs of certainty would have told poor answers (DICE below {100 * POOR_DICE:g} %), and the mean "
        "DICE [%] of what is kept when a share of the answers is looked at again"
    )
    return Table.from_rows(TRIAGE, title, (*header, "note"), lines)


def _cells(found: TriageFigures) -> tuple[object, ...]:
    shares = [100 * value for values in (found.kept, found.ideal, found.found) for value in values]
    return found.n, found.poor, found.auc, found.rho, found.p, *shares, found.note


def _objects_table(data: TriageData) -> Table:
    strategy = listed_strategy(data)
    answers = data.answers[strategy]
    order = _least_certain(answers.signs)[:MOST_LISTED]
    header = ("case", "frame", "plane", "slice", "structure", "strategy", *answers.signs, "dice_percent")
    lines = []
    for at in order:
        about = {name: int(values[at]) for name, values in answers.about.items()}
        place = (data.cases[about["case_id"]], about["frame"], data.planes[about["plane"]], about["slice"])
        signs = [float(values[at]) for values in answers.signs.values()]
        dice = 100 * float(answers.dice[at])
        lines.append((*place, data.structures[about["structure"]], strategy, *signs, dice))
    title = f"Slices that need a second look, the least certain first (at most {MOST_LISTED})"
    return Table.from_rows(SECOND_LOOK, title, header, lines)


def _cases_table(data: TriageData) -> Table:
    strategy = listed_strategy(data)
    cases, signs, dice = by_case(data.answers[strategy])
    order = _least_certain(signs)[:MOST_LISTED]
    header = ("case", "strategy", *(f"{name} (mean rank)" for name in signs), "dice_percent")
    lines = [
        (data.cases[int(cases[at])], strategy, *(float(v[at]) for v in signs.values()), 100 * float(dice[at]))
        for at in order
    ]
    title = f"Cases that need a second look, the least certain first (at most {MOST_LISTED})"
    return Table.from_rows(SECOND_LOOK_CASES, title, header, lines)


def _least_certain(signs: dict[str, Floats]) -> Sequence[int]:
    """Order by all signs together, by the only one where there is one."""
    by = signs.get(COMBINED, next(iter(signs.values())))
    return np.argsort(np.where(np.isnan(by), -np.inf, by), kind="stable").tolist()

"""Objects timed with and without SAM, compared pair by pair."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from SAMBenchmarkLib.core.statistics.holm import holm
from SAMBenchmarkLib.core.statistics.intervals import mean_interval
from SAMBenchmarkLib.core.statistics.signed_rank import signed_rank
from SAMBenchmarkLib.core.tables import Table
from SAMSegmenterLib.core.timed_task import CONDITIONS, WITH, WITHOUT

STOPWATCH_TABLES = ("stopwatch", "stopwatch_objects")
ALL_READERS, ALL_OBJECTS = "all readers", "all objects"


@dataclass(frozen=True)
class TimedObject:
    """One object that a reader outlined under one condition.

    Args:
        reader: who it was.
        case, name: which object.
        condition: one of `CONDITIONS`.
        seconds: from start to stop.
        prompts: marks that were placed.
        previews: masks that the model answered.
        acceptances: masks that were written.
        edits: changes by hand, with whatever tool.
        corrections: with SAM, prompts beyond the first on a slice, prompts moved or removed, and edits by hand; without
            SAM, edits after the first.
        longest_pause: longest time between two recorded actions, seconds; a long one hints at an interruption.
    """

    reader: str
    case: str
    name: str
    condition: str
    seconds: float
    prompts: int = 0
    previews: int = 0
    acceptances: int = 0
    edits: int = 0
    corrections: int = 0
    longest_pause: float = 0.0

    @property
    def key(self) -> tuple[str, str, str]:
        """What both conditions of a pair share."""
        return self.reader, self.case, self.name


@dataclass(frozen=True)
class Pair:
    """An object under both conditions; what was repeated is averaged."""

    reader: str
    case: str
    name: str
    seconds: tuple[float, float]
    corrections: tuple[float, float]


MEASURES: dict[str, tuple[str, Callable[[Pair], tuple[float, float]]]] = {
    "time": ("minutes", lambda pair: (pair.seconds[0] / 60, pair.seconds[1] / 60)),
    "corrections": ("number", lambda pair: pair.corrections),
}
"""Measure -> unit, and its values without and with SAM."""


def pairs_of(objects: Iterable[TimedObject]) -> list[Pair]:
    """Objects that were timed under both conditions by the same reader, by reader, case and name."""
    found: dict[tuple[str, str, str], dict[str, list[TimedObject]]] = {}
    for one in objects:
        found.setdefault(one.key, {name: [] for name in CONDITIONS})[one.condition].append(one)
    pairs = []
    for key, by_condition in sorted(found.items()):
        both = by_condition[WITHOUT], by_condition[WITH]
        if all(both):
            seconds = tuple(float(np.mean([one.seconds for one in some])) for some in both)
            corrections = tuple(float(np.mean([one.corrections for one in some])) for some in both)
            pairs.append(Pair(*key, seconds, corrections))  # type: ignore[arg-type]
    return pairs


def stopwatch_tables(objects: Sequence[TimedObject]) -> list[Table]:
    """`STOPWATCH_TABLES`: differences by reader and by object, and a line per timed object.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, table 7.
    """
    return [_comparison(pairs_of(objects)), _lines(objects)]


def _comparison(pairs: Sequence[Pair]) -> Table:
    groups: list[tuple[str, str, list[Pair]]] = [(ALL_READERS, ALL_OBJECTS, list(pairs))]
    readers, names = sorted({pair.reader for pair in pairs}), sorted({pair.name for pair in pairs})
    if len(readers) > 1:
        groups += [(reader, ALL_OBJECTS, [pair for pair in pairs if pair.reader == reader]) for reader in readers]
    if len(names) > 1:
        groups += [(ALL_READERS, name, [pair for pair in pairs if pair.name == name]) for name in names]
    cells = [
        ((measure, reader, name, unit), _compared(some, values))
        for measure, (unit, values) in MEASURES.items()
        for reader, name, some in groups
    ]
    corrected = holm([float(figures[-2]) for _, figures in cells])  # type: ignore[arg-type]
    rows = [
        (*about, *figures[:-1], float(p), figures[-1]) for (about, figures), p in zip(cells, corrected, strict=True)
    ]
    header = ("measure", "reader", "object", "unit", "pairs", "cases", "without_sam", "with_sam", "difference")
    header += ("bca_low", "bca_high", "change_percent", "statistic", "p", "p_holm", "note")
    title = "Time and corrections per object, with SAM less without, 95 % intervals over cases"
    return Table.from_rows("stopwatch", title, header, rows)


def _compared(pairs: Sequence[Pair], values: Callable[[Pair], tuple[float, float]]) -> tuple[object, ...]:
    """Pairs, cases, means, their difference with its interval, change, statistic, p, and a note."""
    if not pairs:
        return (0, 0, *[math.nan] * 8, "no object was timed both with and without SAM")
    without, with_sam = (np.array(column, np.float64) for column in zip(*map(values, pairs), strict=True))
    cases = np.array([pair.case for pair in pairs], str)
    people, place = np.unique(cases, return_inverse=True)
    means = np.bincount(place, with_sam - without) / np.bincount(place)
    test, interval = signed_rank(means), mean_interval(with_sam - without, cases)
    change = 100 * (with_sam.mean() / without.mean() - 1) if without.mean() else math.nan
    notes = [test.note, interval.note.replace("patient", "case")]
    figures = (without.mean(), with_sam.mean(), (with_sam - without).mean(), *interval.bca, change)
    note = "; ".join(dict.fromkeys(filter(None, notes)))
    return (len(pairs), len(people), *map(float, figures), test.statistic, test.p, note)


def _lines(objects: Sequence[TimedObject]) -> Table:
    paired = {(pair.reader, pair.case, pair.name) for pair in pairs_of(objects)}
    rows = [
        (
            *(one.reader, one.case, one.name, one.condition, one.seconds, one.prompts, one.previews),
            *(one.acceptances, one.edits, one.corrections, one.longest_pause),
            "" if one.key in paired else "only timed under this condition: not compared",
        )
        for one in sorted(objects, key=lambda one: (*one.key, one.condition))
    ]
    header = ("reader", "case", "object", "condition", "seconds", "prompts", "previews", "acceptances", "edits")
    header += ("corrections", "longest_pause_s", "note")
    return Table.from_rows("stopwatch_objects", "Timed objects", header, rows)

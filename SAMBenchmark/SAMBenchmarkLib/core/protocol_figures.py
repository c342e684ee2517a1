"""Figures of the protocols beside S0-S6, from one pass over the rows of a run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from SAMBenchmarkLib.core.moments import Moments
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import protocol_of
from SAMBenchmarkLib.core.rows import ResultRow

MEAN_OF_REPEATS = 0
"""Stands for all repetitions together, which are numbered from 1."""


@dataclass(frozen=True, order=True)
class Line:
    """What one line of a protocol's table is about.

    Args:
        setting: as in "0-10" of "huang-shift:0-10"; empty where a protocol has none.
        round: number of clicks, 0 where there are no rounds.
        repeat: `MEAN_OF_REPEATS`, or the number of one repetition.
    """

    strategy: str
    setting: str = ""
    round: int = 0
    repeat: int = MEAN_OF_REPEATS


@dataclass
class Figures:
    """Figures of the objects of one line.

    Attributes:
        objects: how many.
        ended: how many of them needed no further click before this round and count with their last mask.
        dice, iou: 0 to 1.
        drop: Dice of the same object and strategy without the protocol, minus the one with it.
    """

    objects: int = 0
    ended: int = 0
    dice: Moments = field(default_factory=Moments)
    iou: Moments = field(default_factory=Moments)
    drop: Moments = field(default_factory=Moments)

    def add(self, dice: float, iou: float, drop: float, ended: bool = False) -> None:
        self.objects += 1
        self.ended += ended
        self.dice.add(dice)
        self.iou.add(iou)
        self.drop.add(drop)


Key = tuple[str, str, str]
"""(protocol, selection, structure); an empty structure stands for all objects together."""


@dataclass
class ProtocolFigures:
    """Figures by protocol, selection, structure and line.

    Attributes:
        groups: a key -> its lines.
        first_label: structure -> lowest label value that bears its name.
    """

    groups: dict[Key, dict[Line, Figures]] = field(default_factory=dict)
    first_label: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ResultRow], options: BenchmarkOptions) -> ProtocolFigures:
        """Collect rows in which each slice's rows stand together, in any order.

        An object whose course of clicks ended early, for nothing was left to correct, counts in the later rounds with
        its last mask: a curve over clicks is then of the same objects everywhere.

        Args:
            options: of the run; they say how many rounds there are.
        """
        found = cls()
        settings = options.protocol_settings
        rounds = {"huang-rounds": settings.click_rounds, "mazurowski-points": settings.point_rounds}
        for slice_rows in _slices(rows):
            bases = {_base(row): row.dice for row in slice_rows if not row.variant}
            last: dict[tuple[object, ...], ResultRow] = {}
            for row in slice_rows:
                if row.variant:
                    found._add(row, row.round, bases)
                    course = (row.label_value, row.strategy, row.variant, row.selection)
                    last[course] = max(row, last.get(course, row), key=lambda one: one.round)
            for row in last.values():
                for number in range(row.round + 1, rounds.get(protocol_of(row.variant)[0], 0) + 1):
                    found._add(row, number, bases, ended=True)
        return found

    def protocols(self) -> list[str]:
        """Protocols with rows, by name."""
        return sorted({protocol for protocol, _selection, _structure in self.groups})

    def selections(self, protocol: str) -> list[str]:
        """Mask selections of a protocol, by name."""
        return sorted({selection for name, selection, _structure in self.groups if name == protocol})

    def structures(self, protocol: str, selection: str) -> list[str]:
        """Structures in the order of their labels."""
        names = {structure for name, way, structure in self.groups if (name, way) == (protocol, selection)} - {""}
        return sorted(names, key=lambda name: (self.first_label[name], name))

    def lines(self, protocol: str, selection: str) -> list[Line]:
        """All lines of a protocol's table: strategies, settings by size, rounds, repetitions; their mean at the end."""
        lines = self.groups.get((protocol, selection, ""), {})
        return sorted(lines, key=lambda one: (one.strategy, _size(one.setting), one.round, one.repeat or math.inf))

    def _add(self, row: ResultRow, number: int, bases: dict[object, float], ended: bool = False) -> None:
        protocol, setting = protocol_of(row.variant)
        structure = row.structure or f"label {row.label_value}"
        drop = bases.get(_base(row), math.nan) - row.dice
        self.first_label[structure] = min(row.label_value, self.first_label.get(structure, row.label_value))
        for repeat in dict.fromkeys((MEAN_OF_REPEATS, row.repeat)):
            line = Line(row.strategy, setting, number, repeat)
            for name in ("", structure):
                group = self.groups.setdefault((protocol, row.selection, name), {})
                group.setdefault(line, Figures()).add(row.dice, row.jac, drop, ended)


def _slices(rows: Iterable[ResultRow]) -> Iterator[list[ResultRow]]:
    waiting: list[ResultRow] = []
    for row in rows:
        if waiting and _slice_of(row) != _slice_of(waiting[0]):
            yield waiting
            waiting = []
        waiting.append(row)
    if waiting:
        yield waiting


def _slice_of(row: ResultRow) -> tuple[object, ...]:
    return row.case_id, row.frame, row.plane, row.slice


def _base(row: ResultRow) -> tuple[object, ...]:
    return row.label_value, row.strategy, row.selection


def _size(setting: str) -> tuple[float, str]:
    """Settings are numbers or ranges of them: 8 comes before 16."""
    start = setting.partition("-")[0]
    return (float(start) if start.replace(".", "", 1).isdigit() else -1.0), setting

"""Means and deviations by structure, strategy and mask selection, gathered batch by batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from SAMBenchmarkLib.core.metric_columns import METRICS
from SAMBenchmarkLib.core.moments import Moments, moments_by_group
from SAMBenchmarkLib.core.options import TABLE_ORDER
from SAMBenchmarkLib.core.row_batches import Batch, grouped

SUMMARY_COLUMNS = ("selection", "structure", "strategy", "label_value", *(metric.column for metric in METRICS))
"""What a pass over the rows needs."""


@dataclass
class Cell:
    """Figures of the objects of one structure under one strategy."""

    objects: int = 0
    moments: tuple[Moments, ...] = field(default_factory=lambda: tuple(Moments() for _ in METRICS))

    def merge(self, objects: int, moments: Iterable[Moments]) -> None:
        """Take in figures of further objects, one of `moments` per metric."""
        self.objects += objects
        for mine, other in zip(self.moments, moments, strict=True):
            mine.merge(other)


@dataclass
class FigureGroups:
    """Cells by (selection, structure, strategy), those over all structures, and the order of structures."""

    cells: dict[tuple[str, str, str], Cell] = field(default_factory=dict)
    everything: dict[tuple[str, str], Cell] = field(default_factory=dict)
    first_label: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, batches: Iterable[Batch]) -> FigureGroups:
        """One pass over batches of `SUMMARY_COLUMNS` of rows of S0-S6 as such."""
        groups = cls()
        for batch in batches:
            groups._add(batch)
        return groups

    def structures(self, selection: str) -> list[str]:
        """Structures with rows of a selection, in the order of their labels."""
        names = {structure for chosen, structure, _ in self.cells if chosen == selection}
        return sorted(names, key=lambda name: (self.first_label[name], name))

    def strategies(self, selection: str) -> list[str]:
        """Strategies with rows of a selection, in their usual order."""
        return in_order({strategy for chosen, _, strategy in self.cells if chosen == selection}, TABLE_ORDER)

    def _add(self, batch: Batch) -> None:
        names = ("selection", "structure", "strategy")
        texts = [batch.texts[name].names for name in names]
        keys, group = grouped(batch, names)
        columns = [moments_by_group(batch[m.column] * m.factor, group, len(keys)) for m in METRICS]
        for codes, moments in zip(keys, zip(*columns, strict=True), strict=True):
            selection, structure, strategy = (known[code] for known, code in zip(texts, codes, strict=True))
            objects = moments[0].defined + moments[0].undefined
            self.cells.setdefault((selection, structure, strategy), Cell()).merge(objects, moments)
            self.everything.setdefault((selection, strategy), Cell()).merge(objects, moments)
        for structure, label in grouped(batch, ("structure", "label_value"))[0]:
            name = texts[1][structure]
            self.first_label[name] = min(label, self.first_label.get(name, label))


def in_order(names: Iterable[str], order: tuple[str, ...]) -> list[str]:
    """Known names in their own order, others after them by name."""
    rank = {name: number for number, name in enumerate(order)}
    return sorted(names, key=lambda name: (rank.get(name, len(order)), name))

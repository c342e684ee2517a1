"""What the page needs of the rows, gathered in one pass: figures in compact arrays, never a prompt or a mask."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.options import ALL_STRATEGIES, SELECTIONS
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME, ResultRow
from SAMBenchmarkLib.core.summary import METRICS

SELECTION_ORDER = ("predicted_iou", "first", "oracle")
"""What a user gets comes first, what needs the reference last."""


@dataclass(eq=False)
class Group:
    """Figures of one strategy, selection and structure, one entry per object, in the order of the rows.

    Attributes:
        figures: metric -> values, NaN where undefined.
        ordinals: number of each row in the stream, from 0.
        stacks: which stack of slices (case, frame, plane) each object belongs to.
        slices: slice index of each object.
        undefined: why distances are undefined -> how often.
        without_pixel_size: objects whose distances are known in pixels only.
    """

    figures: dict[str, array[float]] = field(default_factory=lambda: {metric.column: array("d") for metric in METRICS})
    ordinals: array[int] = field(default_factory=lambda: array("q"))
    stacks: array[int] = field(default_factory=lambda: array("q"))
    slices: array[int] = field(default_factory=lambda: array("q"))
    undefined: Counter[str] = field(default_factory=Counter)
    without_pixel_size: int = 0

    def add(self, row: ResultRow, ordinal: int, stack: int) -> None:
        """Take in one row."""
        for name, values in self.figures.items():
            values.append(getattr(row, name))
        self.ordinals.append(ordinal)
        self.stacks.append(stack)
        self.slices.append(row.slice)
        if row.undefined_reason:
            self.undefined[row.undefined_reason] += 1
        self.without_pixel_size += row.hd_px == row.hd_px and row.hd_mm != row.hd_mm

    def values(self, metric: str) -> npt.NDArray[np.float64]:
        """All values of a metric, NaN where undefined."""
        return np.array(self.figures[metric], np.float64)

    def defined(self, metric: str) -> npt.NDArray[np.float64]:
        """The values of a metric that are defined; may be empty."""
        values = self.values(metric)
        return values[np.isfinite(values)]

    def __len__(self) -> int:
        return len(self.ordinals)


@dataclass(eq=False)
class Digest:
    """Everything that the page shows of the rows.

    Attributes:
        groups: (strategy, selection, structure) -> figures.
        objects: how many objects (label values in slices) there are.
        slices: how many slices.
        cases: how many cases have rows.
        areas: structure -> pixels of all its reference objects.
        first_label: structure -> lowest label value that bears its name.
    """

    groups: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    objects: int = 0
    slices: int = 0
    cases: int = 0
    areas: dict[str, int] = field(default_factory=dict)
    first_label: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ResultRow]) -> Digest:
        """One pass over rows in the order of their keys; objects of all rows, figures of S0-S6 as such alone."""
        digest = cls()
        last: tuple[object, ...] = ()
        stack, last_stack = -1, None
        for ordinal, row in enumerate(rows):
            if row.slice == WHOLE_VOLUME:
                continue
            this = (row.case_id, row.frame, row.plane, row.slice, row.label_value)
            if this != last:
                digest._count(row, this, last)
                last = this
            if row.variant or row.round or row.repeat:
                continue
            if this[:3] != last_stack:
                last_stack, stack = this[:3], stack + 1
            key = (row.strategy, row.selection, structure_name(row))
            digest.groups.setdefault(key, Group()).add(row, ordinal, stack)
        return digest

    def _count(self, row: ResultRow, this: tuple[object, ...], last: tuple[object, ...]) -> None:
        self.cases += this[:1] != last[:1]
        self.slices += this[:4] != last[:4]
        self.objects += 1
        name = structure_name(row)
        self.areas[name] = self.areas.get(name, 0) + row.n_gt
        self.first_label[name] = min(row.label_value, self.first_label.get(name, row.label_value))

    def structures(self) -> list[str]:
        """All structures in the order of their labels."""
        return sorted(self.areas, key=lambda name: (self.first_label[name], name))

    def strategies(self, wanted: Sequence[str] = ()) -> list[str]:
        """Strategies asked for or found, S0 to S6 first."""
        named = {*wanted, *(key[0] for key in self.groups)}
        return [name for name in ALL_STRATEGIES if name in named] + sorted(named - set(ALL_STRATEGIES))

    def selections(self) -> list[str]:
        """Selections found, as in use first."""
        found = {key[1] for key in self.groups}
        return [name for name in SELECTION_ORDER if name in found] + sorted(found - set(SELECTIONS))

    def shown_selection(self) -> str | None:
        """The selection that pictures show: predicted IoU where there is one."""
        return next(iter(self.selections()), None)

    def group(self, strategy: str, selection: str, structure: str) -> Group:
        """One group; empty when there are no such rows."""
        return self.groups.get((strategy, selection, structure)) or Group()

    def pooled(self, strategy: str, selection: str, metric: str) -> npt.NDArray[np.float64]:
        """Values of all structures together, NaN where undefined."""
        parts = [g.values(metric) for (s, way, _), g in self.groups.items() if (s, way) == (strategy, selection)]
        return np.concatenate(parts) if parts else np.empty(0)

    def has_pixel_size(self) -> bool:
        """Whether any distance is known in millimetres."""
        return any(len(group.defined("hd_mm")) for group in self.groups.values())

    def without_pixel_size(self) -> int:
        """Rows whose distances are known in pixels only."""
        return sum(group.without_pixel_size for group in self.groups.values())

    def largest_structures(self, count: int) -> list[str]:
        """The structures of largest area, in the order of their labels."""
        largest = sorted(self.areas, key=lambda name: (-self.areas[name], name))[:count]
        return [name for name in self.structures() if name in largest]


def structure_name(row: ResultRow) -> str:
    """What the page calls the object's structure."""
    return row.structure or f"label {row.label_value}"

"""What the page needs of the rows, gathered in one pass: figures in compact arrays, never a prompt or a mask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.moments import Moments, joined
from SAMBenchmarkLib.core.options import SELECTIONS, TABLE_ORDER
from SAMBenchmarkLib.core.row_batches import Batch, batches_of_rows
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.report.digest_collector import DIGEST_COLUMNS, Collector
from SAMBenchmarkLib.report.digest_group import Group

SELECTION_ORDER = ("predicted_iou", "first", "oracle")
"""What a user gets comes first, what needs the reference last."""

Stack = tuple[str, int, str]
"""(case, frame, plane) of a stack of slices."""


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
        stacks: what the groups' numbers of stacks stand for.
    """

    groups: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    objects: int = 0
    slices: int = 0
    cases: int = 0
    areas: dict[str, int] = field(default_factory=dict)
    first_label: dict[str, int] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[ResultRow]) -> Digest:
        """From rows in the order of their keys."""
        return cls.of_batches(batches_of_rows(rows, DIGEST_COLUMNS))

    @classmethod
    def of_batches(cls, batches: Iterable[Batch]) -> Digest:
        """One pass over batches of `DIGEST_COLUMNS`; objects of all rows, figures of S0-S6 as such alone."""
        found = Collector()
        for batch in batches:
            found.add(batch)
        groups = found.groups()
        return cls(groups, found.objects, found.slices, found.cases, found.areas, found.first_label, found.stacks)

    def structures(self) -> list[str]:
        """All structures in the order of their labels."""
        return sorted(self.areas, key=lambda name: (self.first_label[name], name))

    def strategies(self, wanted: Sequence[str] = ()) -> list[str]:
        """Strategies asked for or found, S0 to S6 first."""
        named = {*wanted, *(key[0] for key in self.groups)}
        return [name for name in TABLE_ORDER if name in named] + sorted(named - set(TABLE_ORDER))

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
        """Values of all structures together, NaN where undefined; of a large group those that are kept."""
        parts = [g.values(metric) for (s, way, _), g in self.groups.items() if (s, way) == (strategy, selection)]
        return np.concatenate(parts) if parts else np.empty(0)

    def pooled_moments(self, strategy: str, selection: str, metric: str) -> Moments:
        """Mean and deviation over all objects of all structures."""
        return joined(g.moments[metric] for (s, way, _), g in self.groups.items() if (s, way) == (strategy, selection))

    def count(self, strategy: str, selection: str) -> int:
        """Objects of all structures."""
        return sum(len(g) for (s, way, _), g in self.groups.items() if (s, way) == (strategy, selection))

    def sampled(self) -> bool:
        """Whether any group has more objects than are kept of it."""
        return any(group.sampled for group in self.groups.values())

    def has_pixel_size(self) -> bool:
        """Whether any distance is known in millimetres."""
        return any(group.moments["hd_mm"].defined for group in self.groups.values())

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

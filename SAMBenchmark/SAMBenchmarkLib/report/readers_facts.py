"""What the report of two readers shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from SAMBenchmarkLib.core.reader_options import ReaderOptions
from SAMBenchmarkLib.core.reader_tables import ReaderRows, reader_tables
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.pictures import Drawing

MOST_STRUCTURES = 8
"""Structures with pictures; the tables hold all."""


@dataclass(frozen=True)
class ReaderPicture:
    """An object of both readers.

    Args:
        title: its places in the order of DICE, "worst" say.
        drawing: the first reader's outline as the reference, the second one's as the prediction.
    """

    title: str
    row: ResultRow
    drawing: Drawing


@dataclass(frozen=True, eq=False)
class ReaderStudy:
    """Everything that a comparison gave.

    Args:
        notes: what the reader of the report should know.
        pictures: structure -> objects, the worst first.
    """

    rows: ReaderRows
    options: ReaderOptions
    notes: tuple[str, ...] = ()
    pictures: Mapping[str, Sequence[ReaderPicture]] = field(default_factory=dict)

    @property
    def tables(self) -> list[Table]:
        """All tables, and last the options."""
        given = [
            ("structures", "; ".join(self.options.structures) or "all that both readers use"),
            ("label_names", "; ".join(f"{value}={name}" for value, name in self.options.label_names)),
            ("plane", self.options.plane),
            ("surface_dice_tolerance_mm", f"{self.options.tolerance_mm:g}"),
            ("correction_effort", str(self.options.correction_effort)),
        ]
        options = Table.from_rows("options", "Options", ("name", "value"), given)
        return [*reader_tables(self.rows), options]

"""A table of named columns: what Slicer shows, what `.tsv` files hold and what the report prints."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from SAMSegmenterLib.core.errors import InputError


@dataclass(frozen=True)
class Table:
    """Named columns of equal length; a column holds strings, integers or floats (NaN where undefined).

    Args:
        name: file name stem and node name.
        title: heading for people.
    """

    name: str
    title: str
    columns: dict[str, list[Any]]

    def __post_init__(self) -> None:
        lengths = {len(values) for values in self.columns.values()}
        if len(lengths) > 1:
            raise InputError(f"The columns of table {self.name} have different lengths: {sorted(lengths)}.")

    @classmethod
    def from_rows(cls, name: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
        """Table from rows in the header's order."""
        listed = list(rows)
        return cls(name, title, {column: [row[n] for row in listed] for n, column in enumerate(header)})

    @property
    def header(self) -> list[str]:
        """Column names."""
        return list(self.columns)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Rows in the header's order."""
        return list(zip(*self.columns.values(), strict=True))

    def to_tsv(self) -> str:
        """Tab-separated text with a header, as Slicer's table storage reads it."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter="\t", lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return text.getvalue()

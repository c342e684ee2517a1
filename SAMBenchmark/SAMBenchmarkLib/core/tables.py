"""A table of named columns: what Slicer shows, what `.tsv` files hold and what the report prints."""

from __future__ import annotations

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
        """Tab-separated text with a header, as Slicer's table storage reads it; see `plain_text`."""
        lines = [self.header, *self.rows]
        return "".join("\t".join(map(plain_text, line)) + "\n" for line in lines)


def plain_text(value: Any) -> str:
    """A cell's text: double quotes become single ones, tabs and line breaks spaces; None is an empty cell.

    Slicer's table reader drops what stands before a double quote and knows no way to escape one; it also drops
    leading spaces.
    """
    return "" if value is None else str(value).translate(_UNREADABLE).lstrip(" ")


_UNREADABLE = str.maketrans({'"': "'", "\t": " ", "\n": " ", "\r": " "})

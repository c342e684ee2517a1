"""The summary that the terminal shows when a run ends."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from SAMBenchmarkLib.core.tables import Table

_SHOWN_METRICS = ("dice_", "hd_px_")
_INDENT = "  "


def terminal_summary(tables: Iterable[Table]) -> str:
    """The tables that matter first, aligned for people: DICE and Hausdorff distance, then the times.

    Returns:
        Lines of text without a final line end; empty when there is nothing to show.
    """
    shown = [table for table in tables if table.name.startswith(_SHOWN_METRICS) or table.name == "timing"]
    return "\n\n".join(f"{table.title}\n{aligned(_cells(table))}" for table in shown)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equal length in columns: the first to the left, the others to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [row[0] + padded[0], *(space + cell for cell, space in zip(row[1:], padded[1:], strict=True))]
        lines.append(_INDENT + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _cells(table: Table) -> list[list[str]]:
    if table.name == "timing":
        columns = ("step", "seconds", "slices", "measured")
        rows = zip(*(table.columns[name] for name in columns), strict=True)
        return [list(columns), *([step, f"{s:.3g}", str(n), how] for step, s, n, how in rows)]
    return [table.header, *([str(value) for value in row] for row in table.rows)]


def _width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese and Japanese signs take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) != 0 for sign in text)

"""The summary that the terminal shows when a run ends: it fits into 80 columns, whatever the strategies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from SAMBenchmarkLib.core.options import SELECTION_TITLES, STRATEGY_TITLES
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from SAMBenchmarkLib.core.tables import Table, plain_text

COLUMNS = 80
_METRICS = {"dice": "DICE [%]", "hd_px": "Hausdorff [px]"}
_AVERAGES = {MACRO: "mean of structures", MICRO: "mean of objects"}
_MOST_STRUCTURES = 12  # more scroll the averages off the screen
_INDENT = "  "
_CELL = 9  # "87.5±9.9*", or a space for the mark
_MARK = "*"
_FOOTNOTE = f"{_INDENT}{_MARK} of the objects for which it is defined; the tables count the others"
_FIGURES = re.compile(r"([-\d.]+) \(([-\d.]+)\)(, \d+ undefined)?")


def terminal_summary(tables: Iterable[Table], columns: int = COLUMNS) -> str:
    """DICE and Hausdorff distance by structure and strategy, for each selection of masks, then the times.

    Args:
        columns: width of the terminal; structures with long names are cut to fit.

    Returns:
        Lines of text without a final line end; empty when there is nothing to show.
    """
    by_name = {table.name: table for table in tables}
    parts = []
    for selection, title in SELECTION_TITLES.items():
        shown = [(heading, by_name.get(f"{metric}_{selection}")) for metric, heading in _METRICS.items()]
        blocks = [_block(heading, table, columns) for heading, table in shown if table is not None]
        if blocks:
            footnote = [_FOOTNOTE] if any("undefined" in _all_cells(table) for _, table in shown) else []
            parts.append("\n".join([f"Masks selected by {title}: mean±SD", *blocks, *footnote]))
    if "timing" in by_name:
        parts.append(_times(by_name["timing"]))
    return "\n\n".join(parts)


def aligned(rows: Sequence[Sequence[str]], gap: str = "  ") -> str:
    """Rows of equal length in columns: the first to the left, the others to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [row[0] + padded[0], *(space + cell for cell, space in zip(row[1:], padded[1:], strict=True))]
        lines.append(_INDENT + gap.join(cells).rstrip())
    return "\n".join(lines)


def _block(heading: str, table: Table, columns: int) -> str:
    strategies = [name for name in table.header if name not in ("structure", "n")]
    gap = " " if len(strategies) > 4 else "  "
    room = columns - len(_INDENT) - (len(gap) + _CELL) * len(strategies)
    rows = [[heading, *(f"{name} " for name in strategies)]]
    lines = list(zip(*(table.columns[name] for name in ("structure", *strategies)), strict=True))
    further = len(lines) - len(_AVERAGES) - _MOST_STRUCTURES
    if further > 0:
        left_out = f"({further} more in tables)", *("" for _ in strategies)
        lines[_MOST_STRUCTURES : -len(_AVERAGES)] = [left_out]
    for structure, *cells in lines:
        name = _AVERAGES.get(structure, structure)
        rows.append([cut(plain_text(name), max(room, len(heading))), *map(_short, cells)])
    return aligned(rows, gap)


def _all_cells(table: Table | None) -> str:
    return " ".join(str(value) for row in (table.rows if table else ()) for value in row[1:])


def _short(cell: str) -> str:
    """A cell of a matrix in a few signs: no more than one decimal, a mark where values are undefined."""
    found = _FIGURES.fullmatch(cell)
    if found is None:
        return f"{'-' if cell == 'undefined' else cell}{_MARK if cell else ' '}"
    mean, deviation = float(found[1]), float(found[2])
    decimals = (1 if mean < 99.95 else 0), (1 if deviation < 9.95 else 0)
    return f"{mean:.{decimals[0]}f}±{deviation:.{decimals[1]}f}{_MARK if found[3] else ' '}"


def _times(table: Table) -> str:
    rows = []
    for stage, seconds, how in zip(*(table.columns[name] for name in ("stage", "seconds", "measured")), strict=True):
        step = f"{stage} {STRATEGY_TITLES[stage]}" if stage in STRATEGY_TITLES else stage
        step = f"image {stage}" if stage == "embedding" else step
        rows.append((step, f"{seconds:.3g}", how.removesuffix(", median over slices")))
    figures = aligned([row[:2] for row in rows]).splitlines()
    lines = [f"{line}  {row[2]}" for line, row in zip(figures, rows, strict=True)]
    return "\n".join(["Time [s], median; of a strategy: prompt encoding and mask decoding", *lines])


def cut(text: str, width: int) -> str:
    """A text without its middle where it is too long: names often differ only at the end, as in left and right."""
    if _width(text) <= width:
        return text
    kept = max(0, width - 3)
    while _width(shorter := f"{text[: kept - kept // 2]}...{text[len(text) - kept // 2 :]}") > width and kept:
        kept -= 1
    return shorter


def _width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese and Japanese signs take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) != 0 for sign in text)

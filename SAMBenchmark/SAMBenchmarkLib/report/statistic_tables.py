"""Tables of statistics on the page: figures rounded, p-values in words where small, and words instead of nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.html_tables import NO_ROWS, body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, element, paragraph

SIGNIFICANT = 0.001
"""Bold below. Source: Huang et al. 2024, table 6."""

P_VALUES = ("p", "p_holm", "p_alone")
_THREE_DECIMALS = ("rho", "rho_alone")


def statistic_table(
    table: Table,
    titles: Mapping[str, str],
    caption: str,
    heads: Sequence[str],
    elsewhere: Sequence[str] = ("dice_percent_mean",),
) -> Html:
    """Some columns of a table; where no row has a figure and all say why in the same words, these words.

    Args:
        titles: column -> heading, in the order shown; what follows a bar is smaller.
        caption: says what the figures are.
        heads: the columns that name a row.
        elsewhere: figures that the page shows elsewhere, too: they alone make no table.
    """
    figures = [name for name in titles if name not in (*heads, "note")]
    words = _only_words(table, [name for name in figures if name not in elsewhere])
    if words:
        return paragraph(f"{words[0].upper()}{words[1:]}.")
    noted = any(table.columns.get("note", []))
    rows = [_row(dict(zip(table.header, values, strict=True)), heads, figures, noted) for values in table.rows]
    header = [element("th", titles[name], scope="col") for name in heads]
    header += [number_header(*titles[name].split("|")) for name in figures]
    header += [element("th", "To know", scope="col")] if noted else []
    return data_table(caption, header, [body(rows)], len(rows))


def figure_text(name: str, value: Any) -> str:
    """A figure as the page shows it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NO_ROWS
    if name in P_VALUES:
        return f"< {SIGNIFICANT}" if value < SIGNIFICANT else f"{value:.3f}"
    if isinstance(value, float):
        return f"{value:.3f}" if name in _THREE_DECIMALS else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _row(row: Mapping[str, Any], heads: Sequence[str], figures: Sequence[str], noted: bool) -> Html:
    first, *others = heads
    cells = [row_header(row[first]), *(element("td", row[name], class_="way") for name in others)]
    note = [element("td", row["note"], class_="remark")] if noted else []
    return element("tr", *cells, *(_cell(name, row[name]) for name in figures), *note)


def _cell(name: str, value: Any) -> Html:
    bold = name in P_VALUES and isinstance(value, float) and value < SIGNIFICANT
    return number_cell(figure_text(name, value), best=bold)


def _only_words(table: Table, figures: Sequence[str]) -> str:
    """The one note of a table without a single figure; empty otherwise. Counts are no figures."""
    notes = set(table.columns.get("note", [""]))
    floats = [value for name in figures for value in table.columns[name] if isinstance(value, float)]
    return next(iter(notes)) if len(notes) == 1 and all(map(math.isnan, floats)) else ""

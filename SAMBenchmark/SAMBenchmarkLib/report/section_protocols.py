"""Protocols beside S0-S6: a table for each, and the curve over clicks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib

from SAMBenchmarkLib.core.options import SELECTION_TITLES, BenchmarkOptions
from SAMBenchmarkLib.core.protocol_tables import CLICK_CURVE, protocol_tables
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.html_tables import NO_ROWS, body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, details, element, paragraph, section
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

COLOURS = ("#1b6e8f", "#d98a1f", "#77699e", "#009e73", "#cc79a7", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "x")
HEADINGS = {
    "strategy": "Strategy",
    "setting": "Setting",
    "clicks": "Clicks",
    "repeat": "Repetition",
    "n": "Objects",
    "ended_early": "Of them ended before",
    "dice_percent": "DICE (%)",
    "iou_percent": "IoU (%)",
    "dice_drop": "Drop of DICE",
}


def protocols_section(rows: Iterable[ResultRow], options: BenchmarkOptions) -> Html | None:
    """A part for each protocol of the run; None when there is none, or no row of any.

    Args:
        rows: of the run in the order of their keys.
        options: of the run.
    """
    tables = protocol_tables(rows, options)
    if not tables:
        return None
    parts = []
    for protocol, title in PROTOCOL_TITLES.items():
        own = [table for table in tables if table.name.startswith(f"{protocol}_")]
        if own:
            parts += [element("h3", title[0].upper() + title[1:]), *map(_table_part, own)]
    curve = next((table for table in tables if table.name == CLICK_CURVE), None)
    text = (
        "Means (population standard deviations) over objects. A drop of DICE is the DICE of the same object and "
        "strategy without the protocol minus the one with it, in DICE points. An object whose clicks ended early, "
        "because nothing was left to correct, counts in later rounds with its last mask."
    )
    return section("protocols", "Protocols", paragraph(text), _curve_part(curve), *parts)


def _table_part(table: Table) -> Html:
    selection = table.name.rpartition("_")[2] if not table.name.endswith("predicted_iou") else "predicted_iou"
    names = [name for name in HEADINGS if name in table.columns or f"{name}_mean" in table.columns]
    header = [element("th", "Structure", scope="col"), *(number_header(HEADINGS[name]) for name in names)]
    order = {MICRO: 0, MACRO: 1}
    records = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    records.sort(key=lambda record: order.get(record["structure"], 2))  # stable: structures stay in their order
    rows = [
        element("tr", row_header(str(record["structure"])), *(number_cell(_cell(record, name)) for name in names))
        for record in records
    ]
    caption = f"{table.title}."
    title = f"Mask chosen by {SELECTION_TITLES.get(selection, selection)}"
    return details(title, data_table(caption, header, [body(rows)], len(rows)))


def _cell(record: dict[str, Any], name: str) -> str:
    if name in record:
        return str(record[name])
    mean, std = record[f"{name}_mean"], record[f"{name}_std"]
    return NO_ROWS if mean != mean else f"{mean:.2f} ({std:.2f})"


def _curve_part(curve: Table | None) -> Html | None:
    if curve is None:
        return None
    caption = element("figcaption", "DICE over clicks", element("small", "mean over all objects"))
    return element("div", element("figure", caption, curve_panel(curve), class_="plot"), class_="panels")


def curve_panel(curve: Table) -> Html:
    """Mean Dice by number of clicks, one line per column."""
    names: Sequence[str] = [name for name in curve.header if name != "clicks"]
    clicks = curve.columns["clicks"]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(5.4, 3.2)
        axes = figure.add_axes((0.1, 0.14, 0.88, 0.82))
        for nth, name in enumerate(names):
            look = {"color": COLOURS[nth % len(COLOURS)], "marker": MARKERS[nth % len(MARKERS)], "markersize": 3.5}
            axes.plot(clicks, curve.columns[name], label=name.replace("_", " "), linewidth=1.2, **look)
        axes.set_xlabel("clicks")
        axes.set_ylabel("DICE (%)")
        axes.set_xticks(clicks)
        axes.set_ylim(-2, 102)
        axes.legend(fontsize=7, frameon=False)
        spoken = "; ".join(f"{name}: {_ends(curve.columns[name])}" for name in names)
        return inline_svg(figure, "click-curve", f"Mean DICE in percent by number of clicks. {spoken}.")


def _ends(values: list[float]) -> str:
    known = [value for value in values if value == value]
    return f"{known[0]:.1f} after the first click, {known[-1]:.1f} after the last" if known else "undefined"

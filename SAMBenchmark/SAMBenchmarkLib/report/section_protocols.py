"""Protocols beside S0-S6: a table for each, and the curve over clicks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib

from SAMBenchmarkLib.core.options import SELECTION_TITLES, BenchmarkOptions
from SAMBenchmarkLib.core.predictions import SHORT_SELECTION_TITLES
from SAMBenchmarkLib.core.protocol_tables import CLICK_CURVE, protocol_tables
from SAMBenchmarkLib.core.protocols.clicking import CLICKS
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.html_tables import NO_ROWS, body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, details, element, paragraph, section
from SAMBenchmarkLib.report.section_figures import strategy_title
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

COLOURS = ("#1b6e8f", "#d98a1f", "#77699e", "#009e73", "#cc79a7", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "x")
HEADINGS = {
    "strategy": "Strategy",
    "setting": "Setting",
    "clicks": "Clicks",
    "repeat": "Repetition",
    "n": "Objects",
    "ended_early": "Ended before",
    "dice_percent": "DICE (%)",
    "iou_percent": "IoU (%)",
    "dice_drop": "Drop of DICE (points)",
}
SETTING_HEADINGS = {
    "huang-shift": "Shift (px)",
    "huang-grid": "Points per side",
    "roi-crop": "Margin (share of box)",
    "sam-md-jitter": "Largest shift (share of box)",
    "medlsam": "Slices per box",
    "scribbles": "Points in + beside",
}
"""What the setting of a protocol is, and its unit."""
TEXTS = ("strategy", "setting", "repeat")
OF_OBJECTS = ("n", "ended_early")
"""Counts that an average over structures does not have."""


def protocols_section(rows: Iterable[ResultRow], options: BenchmarkOptions) -> Html | None:
    """A part for each protocol of the run; None when there is none, or no row of any.

    Args:
        rows: of the run in the order of their keys.
        options: of the run.
    """
    return protocols_part(protocol_tables(rows, options))


def protocols_part(tables: Sequence[Table]) -> Html | None:
    """The same from the tables of `protocol_tables`; None when there are none."""
    if not tables:
        return None
    parts = []
    for protocol, title in PROTOCOL_TITLES.items():
        own = [table for table in tables if table.name.startswith(f"{protocol}_")]
        own.sort(key=lambda table: not table.name.endswith("_predicted_iou"))  # as in use, first as on the whole page
        if own:
            parts += [element("h3", title[0].upper() + title[1:]), *map(_table_part, own)]
    curve = next((table for table in tables if table.name == CLICK_CURVE), None)
    text = (
        "Means (population standard deviations) over objects. A drop of DICE is the DICE of the same object and "
        "strategy without the protocol minus the one with it, in DICE points. An object whose clicks ended early, "
        "because nothing was left to correct, counts in later rounds with its last mask. Propagation from one slice to "
        "a whole structure has a command and a page of its own: sam-benchmark propagate."
    )
    return section("protocols", "Protocols", paragraph(text), _curve_part(curve), *parts)


def _table_part(table: Table) -> Html:
    protocol, selection = table.name.split("_", 1)
    names = [name for name in HEADINGS if name in table.columns or f"{name}_mean" in table.columns]
    if set(table.columns["strategy"]) == {CLICKS}:  # says no more than the number of clicks beside it
        names.remove("strategy")
    order = {MICRO: 0, MACRO: 1}
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in table.rows:
        record = dict(zip(table.columns, row, strict=True))
        groups.setdefault(str(record["structure"]), []).append(record)
    structures = sorted(groups, key=lambda name: order.get(name, 2))  # stable: structures stay in their order
    bodies = [_group(structure, groups[structure], names) for structure in structures]
    header = [element("th", "Structure", scope="col"), *(_heading(name, protocol) for name in names)]
    caption = f"{table.title[0].upper()}{table.title[1:]}."
    title = f"Mask chosen by {SELECTION_TITLES.get(selection, selection)}"
    return details(title, data_table(caption, header, bodies, len(table.rows)))


def _heading(name: str, protocol: str) -> Html:
    title = SETTING_HEADINGS.get(protocol, HEADINGS[name]) if name == "setting" else HEADINGS[name]
    return element("th", title, scope="col") if name in TEXTS else number_header(title)


def _group(structure: str, records: Sequence[dict[str, Any]], names: Sequence[str]) -> Html:
    """All lines of one structure, or of one average, under one heading."""
    title = structure.capitalize() if structure in (MICRO, MACRO) else structure
    rows = []
    for nth, record in enumerate(records):
        head = row_header(title, len(records)) if not nth else None
        rows.append(element("tr", head, *(_cell(record, name) for name in names)))
    return body(rows, "group")


def _cell(record: dict[str, Any], name: str) -> Html:
    if name in OF_OBJECTS and record["structure"] == MACRO:
        return number_cell(NO_ROWS)
    if name == "strategy":
        return element("td", strategy_title(record[name]), class_="way")
    if name in record:
        text = str(record[name])
        return element("td", text, class_="way") if name in TEXTS else number_cell(text)
    mean, std = record[f"{name}_mean"], record[f"{name}_std"]
    return number_cell(NO_ROWS if mean != mean else f"{mean:.2f} ({std:.2f})")


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
        figure = new_figure(4.2, 3.5)
        axes = figure.add_axes((0.125, 0.27, 0.86, 0.71))
        for nth, name in enumerate(names):
            look = {"color": COLOURS[nth % len(COLOURS)], "marker": MARKERS[nth % len(MARKERS)], "markersize": 3.5}
            axes.plot(clicks, curve.columns[name], label=_curve_title(name), linewidth=1.2, **look)
        axes.set_xlabel("clicks")
        axes.set_ylabel("DICE (%)")
        axes.set_xticks(clicks)
        axes.set_ylim(-2, 102)
        under = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.0)}  # clear of every line
        figure.legend(fontsize=7.5, frameon=False, ncols=2, columnspacing=1.2, handlelength=1.8, **under)
        spoken = "; ".join(f"{_curve_title(name)}: {_ends(curve.columns[name])}" for name in names)
        return inline_svg(figure, "click-curve", f"Mean DICE in percent by number of clicks. {spoken}.")


def _curve_title(name: str) -> str:
    protocol, _, selection = name.partition(" ")
    return f"{protocol}, {SHORT_SELECTION_TITLES.get(selection, selection)}"


def _ends(values: list[float]) -> str:
    known = [value for value in values if value == value]
    return f"{known[0]:.1f} after the first click, {known[-1]:.1f} after the last" if known else "undefined"

"""The report of a study with a stopwatch as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib

from SAMBenchmarkLib.core.published_values import HUANG, PublishedValue, published_values
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.core.timed_objects import MEASURES, Pair, TimedObject, pairs_of, stopwatch_tables
from SAMBenchmarkLib.report import page
from SAMBenchmarkLib.report.html_tables import body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, bullets, details, element, join, paragraph, section
from SAMBenchmarkLib.report.plots import colour_legend
from SAMBenchmarkLib.report.statistic_tables import statistic_table
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

TITLE = "Stopwatch study: with and without SAM"
METHODS = (
    "An object is timed from start to stop by a clock that never runs backwards, whatever happens to the time of day. "
    "Objects that the same reader outlined under both conditions are compared; what was repeated is averaged.",
    "Corrections with SAM are prompts beyond the first on a slice, prompts moved or removed, and edits by hand; "
    "without SAM they are the edits after the first. The two are different work, so read them beside the time.",
    "Differences are with SAM less without. Intervals: cases were drawn anew 2,000 times with all their objects (BCa). "
    "p is that of Wilcoxon's signed-rank test on the cases' mean differences, two-sided; p, Holm is corrected for all "
    "lines of the table. A long pause hints at an interruption; nothing is left out for it.",
)
PUBLISHED_WORDS = (
    "Huang et al. 2024, table 7: 100 images with 620 masks, three doctors, minutes per image and human correction "
    "efforts (HCE). Published only, never a target."
)
_COMPARED = {
    "measure": "Measure",
    "reader": "Reader",
    "object": "Object",
    "unit": "Unit",
    "pairs": "Pairs",
    "cases": "Cases",
    "without_sam": "Without SAM",
    "with_sam": "With SAM",
    "difference": "Difference",
    "bca_low": "95 % from",
    "bca_high": "to",
    "change_percent": "Change|%",
    "p": "p",
    "p_holm": "p, Holm",
}
_OBJECTS = {
    "reader": "Reader",
    "case": "Case",
    "object": "Object",
    "condition": "Condition",
    "seconds": "Time|s",
    "prompts": "Prompts",
    "previews": "Previews",
    "acceptances": "Accepted",
    "edits": "Edits by hand",
    "corrections": "Corrections",
    "longest_pause_s": "Longest pause|s",
}
_COLOURS = ("#1b6e8f", "#d98a1f", "#77699e", "#009e73", "#cc79a7")


def stopwatch_html(objects: Sequence[TimedObject], notes: Sequence[str]) -> str:
    """The page as text; the same objects give the same text."""
    pairs = pairs_of(objects)
    compared, lines = stopwatch_tables(objects)
    sections = {
        "figures": section("figures", "Key figures", *_figures(compared)),
        "plots": _plots(pairs),
        "statistics": section("statistics", "Timed objects", _objects(lines)),
        "published": section("published", "Published values for orientation", *_published()),
        "methods": section("methods", "Methods", *map(paragraph, METHODS)),
    }
    footer = paragraph(f"Made by SAM Benchmark. {page.NOT_FOR_DIAGNOSIS}")
    return page.document(TITLE, _header(objects, pairs, notes), sections, footer)


def _header(objects: Sequence[TimedObject], pairs: Sequence[Pair], notes: Sequence[str]) -> Html:
    tiles = [
        ("Timed objects", f"{len(objects):,}"),
        ("Pairs", f"{len(pairs):,}"),
        ("Readers", f"{len({one.reader for one in objects}):,}"),
        ("Cases", f"{len({one.case for one in objects}):,}"),
    ]
    shown = [element("div", element("dt", name), element("dd", value)) for name, value in tiles]
    listed = element("div", paragraph(element("strong", "Notes")), bullets(notes), class_="note") if notes else None
    warning = paragraph(page.NOT_FOR_DIAGNOSIS, class_="warning")
    return join([element("h1", TITLE), warning, element("dl", *shown, class_="tiles"), listed])


def _figures(table: Table) -> list[Html]:
    if not any(table.columns["pairs"]):
        return [paragraph("No object was timed both with and without SAM: there is nothing to compare.")]
    caption = "Means per object, with SAM less without, 95 % intervals over cases."
    return [statistic_table(table, _COMPARED, caption, ("measure", "reader", "object", "unit"))]


def _objects(table: Table) -> Html:
    shown = statistic_table(table, _OBJECTS, "Every timed object.", ("reader", "case", "object", "condition"))
    return details("Object by object", shown, is_open=len(table.rows) <= 20)


def _plots(pairs: Sequence[Pair]) -> Html | None:
    if not pairs:
        return None
    panels = []
    readers = sorted({pair.reader for pair in pairs})
    for measure, (unit, values) in MEASURES.items():
        plot = slopes_panel(f"stopwatch-{measure}", [(pair.reader, *values(pair)) for pair in pairs], readers, unit)
        caption = element("figcaption", measure[0].upper() + measure[1:], element("small", "each line is an object"))
        panels.append(element("figure", caption, plot, class_="plot"))
    named = ((_colour_of(reader, readers), reader) for reader in readers)
    legend = colour_legend(named) if len(readers) > 1 else None
    return section("plots", "Plots", legend, element("div", *panels, class_="panels"))


def slopes_panel(identifier: str, pairs: Sequence[tuple[str, float, float]], readers: Sequence[str], unit: str) -> Html:
    """A line per pair from without SAM to with SAM, coloured by reader.

    Args:
        pairs: (reader, without, with).
    """
    with matplotlib.rc_context(STYLE):
        figure = new_figure()
        axes = figure.add_axes((0.14, 0.12, 0.85, 0.85))
        for reader, without, with_sam in pairs:
            colour = _colour_of(reader, readers)
            axes.plot([0, 1], [without, with_sam], "-o", color=colour, linewidth=0.9, markersize=3.5, alpha=0.7)
        axes.set_xticks([0, 1], ["without SAM", "with SAM"])
        axes.set_xlim(-0.25, 1.25)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(unit)
        faster = sum(1 for _, without, with_sam in pairs if with_sam < without)
        return inline_svg(figure, identifier, f"{unit}: {faster} of {len(pairs)} objects are lower with SAM")


def _colour_of(reader: str, readers: Sequence[str]) -> str:
    return _COLOURS[readers.index(reader) % len(_COLOURS)]


def _published() -> list[Html]:
    rows = [element("tr", *_published_cells(value)) for value in published_values(HUANG, "Table 7")]
    header = [element("th", "Who", scope="col"), element("th", "What", scope="col"), number_header("Published")]
    return [data_table("Published only.", header, [body(rows)]), paragraph(PUBLISHED_WORDS, class_="soft small")]


def _published_cells(value: PublishedValue) -> list[Html]:
    unit = f" {value.unit}" if value.unit else ""
    return [row_header(value.item), element("td", value.metric, class_="way"), number_cell(f"{value.value:g}{unit}")]

"""Which answers need a second look, on the page: how well the signs work, what triage would bring, and a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib

from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.core.triage import POOR_DICE, RATES
from SAMBenchmarkLib.core.triage_tables import OBJECTS, PREFERRED, SECOND_LOOK, SECOND_LOOK_CASES, TRIAGE
from SAMBenchmarkLib.core.uncertainty_table import UNCERTAINTY
from SAMBenchmarkLib.report.markup import Html, details, element, paragraph, section
from SAMBenchmarkLib.report.statistic_tables import statistic_table
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

MOST_SHOWN = 20
COLOURS = ("#1b6e8f", "#d98a1f", "#77699e", "#009e73", "#cc79a7")
MARKERS = ("o", "s", "^", "D", "v")
_FIGURES = {
    "of": "Of",
    "strategy": "Strategy",
    "sign": "Sign",
    "n": "Answers",
    "poor": f"Poor|DICE below {100 * POOR_DICE:g} %",
    "auc": "AUC",
    "rho": "ρ with DICE",
    "dice_kept_0": "DICE|%, all",
    "dice_kept_10": "10 % looked at|DICE of the rest",
    "dice_kept_20": "20 %|DICE of the rest",
    "dice_ideal_20": "20 %|at best",
    "poor_found_20": "20 %|share of poor found, %",
}
_UNCERTAINTY = {
    "structure": "Structure",
    "objects": "Objects",
    "auc_mean": "AUC, mean",
    "auc_std": "SD",
    "auc_objects": "Objects|with an area",
    "rho": "ρ|entropy and DICE",
    "p": "p",
}
TRIAGE_WORDS = (
    "Signs of certainty need no reference, so they can say in daily use which answers to look at again: the model's "
    "own predicted IoU; stability, how little the mask changes with the threshold; and, where the protocol sam-u was "
    "evaluated, the agreement of slightly moved boxes. Here the reference tells how well that works. AUC is the chance "
    "that a poor answer is less certain than another: 0.5 says nothing, 1 tells all. Of a case, mean ranks count."
)
UNCERTAINTY_WORDS = (
    "Entropy of the mean of several moved boxes, pixel by pixel, against the pixels where that mean is wrong, in the "
    "box around object and answer with half of its sides as a margin; and each object's mean entropy against its DICE."
)


def triage_section(tables: Sequence[Table]) -> Html | None:
    """Everything about certainty; None where nothing was chosen as in use.

    Args:
        tables: of `method_tables`.
    """
    by_name = {table.name: table for table in tables}
    if TRIAGE not in by_name:
        return None
    figures = by_name[TRIAGE]
    shown = statistic_table(figures, _FIGURES, f"{figures.title}.", ("of", "strategy", "sign"))
    parts = [paragraph(TRIAGE_WORDS), _curve(figures), details("How well each sign works, all strategies", shown)]
    parts += _uncertainty(by_name.get(UNCERTAINTY))
    parts += [_list(by_name[name]) for name in (SECOND_LOOK, SECOND_LOOK_CASES)]
    return section("triage", "Second look", *parts)


def curve_panel(records: Sequence[dict[str, Any]]) -> Html:
    """Mean Dice of what is kept by share looked at again, a line per sign, beside the best that is possible.

    Args:
        records: lines of the table of figures, of one strategy.
    """
    percent = [100 * rate for rate in RATES]
    with matplotlib.rc_context(STYLE):
        figure = new_figure(4.2, 3.5)
        axes = figure.add_axes((0.125, 0.27, 0.86, 0.71))
        lines = {str(record["sign"]): [record[f"dice_kept_{value:g}"] for value in percent] for record in records}
        for nth, (name, values) in enumerate(lines.items()):
            look = {"color": COLOURS[nth % len(COLOURS)], "marker": MARKERS[nth % len(MARKERS)], "markersize": 3.5}
            axes.plot(percent, values, label=name, linewidth=1.2, **look)
        ideal = [records[0][f"dice_ideal_{value:g}"] for value in percent]
        axes.plot(percent, ideal, color="#8b9aa3", linestyle="--", linewidth=1, label="at best")
        axes.axhline(records[0]["dice_kept_0"], color="#8b9aa3", linestyle=":", linewidth=1, label="at random")
        axes.set_xlabel("looked at again (%)")
        axes.set_ylabel("mean DICE of the rest (%)")
        under = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.0)}
        figure.legend(fontsize=7.5, frameon=False, ncols=2, columnspacing=1.2, handlelength=1.8, **under)
        spoken = "; ".join(f"{name} {values[0]:.1f} to {values[-1]:.1f}" for name, values in lines.items())
        told = f"Mean DICE in percent of the answers kept, when 0 to {percent[-1]:g} % are looked at again: {spoken}."
        return inline_svg(figure, "triage-curve", told)


def _curve(figures: Table) -> Html | None:
    """Of the strategy whose answers the lists show; nothing where there are too few answers."""
    records = [dict(zip(figures.header, values, strict=True)) for values in figures.rows]
    known = [r for r in records if r["of"] == OBJECTS and r["dice_kept_0"] == r["dice_kept_0"]]
    strategies = [r["strategy"] for r in known]
    if not strategies:
        return paragraph("There are too few answers to tell how well triage would work.")
    chosen = PREFERRED if PREFERRED in strategies else strategies[0]
    caption = element("figcaption", "What a second look would bring", element("small", f"strategy {chosen}"))
    plot = curve_panel([r for r in known if r["strategy"] == chosen])
    return element("div", element("figure", caption, plot, class_="plot"), class_="panels")


def _uncertainty(table: Table | None) -> list[Html]:
    if table is None:
        return []
    shown = statistic_table(table, _UNCERTAINTY, table.title, ("structure",))
    words = paragraph(UNCERTAINTY_WORDS, class_="soft small")
    return [element("h3", "Does uncertainty find the errors?"), words, shown]


def _list(table: Table) -> Html:
    """The first lines of a list; the table holds more."""
    few = Table(table.name, table.title, {name: values[:MOST_SHOWN] for name, values in table.columns.items()})
    titles = {name: name[0].upper() + name[1:] for name in few.header} | {"dice_percent": "DICE|%, by the reference"}
    heads = [name for name in ("case", "slice", "structure", "strategy") if name in few.columns]
    figures = [name for name in few.header if name not in (*heads, "frame", "plane")]
    shown = statistic_table(few, {name: titles[name] for name in (*heads, *figures)}, f"{table.title}.", heads)
    return details(f"{table.title.partition(',')[0]}: the first {len(few.rows)}", shown)

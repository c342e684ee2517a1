"""Plots of the page: box plots of Dice and HD95, and Dice along the structure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.cbook import boxplot_stats

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.digest_group import POSITION_BINS, Group
from SAMBenchmarkLib.report.markup import Html, element, join
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

SELECTION_COLOURS = {"predicted_iou": "#1b6e8f", "oracle": "#d98a1f", "first": "#77699e"}
STRATEGY_COLOURS = {
    "S0": "#000000",
    "S1": "#7f7f7f",
    "S2": "#56b4e9",
    "S3": "#0072b2",
    "S4": "#cc79a7",
    "S5": "#d55e00",
    "S6": "#009e73",
    "ellipse": "#b8a9c9",
    "Otsu": "#a6761d",
    "GrabCut": "#f0b429",
    "region growing": "#66a61e",
    "flood fill": "#80b1d3",
    "random walker": "#8c564b",
}
"""After Okabe and Ito, told apart by colour-blind readers."""

MARKERS = {"S0": "P", "S1": "x", "S2": "o", "S3": "s", "S4": "D", "S5": "^", "S6": "v"}
MARKERS |= dict(zip(CLASSICAL, ("<", ">", "p", "h", "*", "X"), strict=True))
FEW = 5
"""With fewer values than this, each is drawn as a dot: quartiles of so few say nothing."""

MOST_DOTS = 60
FALLBACK_COLOUR = "#5b6770"


def box_panel(
    identifier: str,
    values: dict[tuple[str, str], npt.NDArray[np.float64]],
    strategies: Sequence[str],
    selections: Sequence[str],
    axis_label: str,
    limits: tuple[float, float] | None = None,
) -> Html:
    """Box plots of one structure: strategies from left to right, in each one box per selection.

    Args:
        values: (strategy, selection) -> defined values, any number.
        axis_label: quantity and unit.
        limits: of the y axis; None starts at 0 and fits the data.
    """
    with matplotlib.rc_context(STYLE):
        figure = new_figure()
        axes = figure.add_axes((0.125, 0.1, 0.87, 0.87))
        width = 0.76 / max(1, len(selections))
        for place, strategy in enumerate(strategies):
            for nth, selection in enumerate(selections):
                at = place + (nth - (len(selections) - 1) / 2) * width
                _draw_box(axes, values.get((strategy, selection), np.empty(0)), at, width * 0.82, selection)
        strategy_ticks(axes, strategies)
        axes.set_xlim(-0.5, len(strategies) - 0.5)
        axes.set_ylabel(axis_label)
        axes.set_ylim(limits or (0, None))
        return inline_svg(figure, identifier, _medians(values, strategies, selections, axis_label))


def position_panel(identifier: str, digest: Digest, selection: str, structure: str, strategies: Sequence[str]) -> Html:
    """Mean Dice along a structure, from its first to its last slice, one line per strategy."""
    with matplotlib.rc_context(STYLE):
        figure = new_figure()
        axes = figure.add_axes((0.125, 0.17, 0.84, 0.8))
        spoken = []
        for strategy in strategies:
            position, mean = dice_by_position(digest.group(strategy, selection, structure))
            if len(position):
                colour = STRATEGY_COLOURS.get(strategy, FALLBACK_COLOUR)
                marker = MARKERS.get(strategy, "o")
                axes.plot(100 * position, mean, color=colour, marker=marker, markersize=3.6, linewidth=1.4)
                spoken.append(f"{strategy} {mean[0]:.0f}, {mean[len(mean) // 2]:.0f}, {mean[-1]:.0f}")
        axes.set_xlim(0, 100)
        axes.set_ylim(-2, 102)
        axes.set_xlabel("place between first and last slice (%)")
        axes.set_ylabel("DICE (%)")
        alternative = "Mean DICE in percent at the first, middle and last slices: " + "; ".join(spoken)
        return inline_svg(figure, identifier, alternative)


def dice_by_position(group: Group) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean Dice in percent in tenths of the way from a structure's first to its last slice.

    Returns:
        (places 0 to 1, means), without tenths that hold no slice; empty when no stack shows the structure in at least
        as many slices as there are tenths.
    """
    filled = group.position_counts > 0
    places = (np.arange(POSITION_BINS)[filled] + 0.5) / POSITION_BINS
    return places, 100 * group.position_sums[filled] / group.position_counts[filled]


def strategy_ticks(axes: Any, strategies: Sequence[str]) -> None:
    """Names of strategies along the x axis; those of classical methods are long and stand aslant."""
    axes.set_xticks(range(len(strategies)), list(strategies))
    if any(name in CLASSICAL for name in strategies):
        axes.tick_params(axis="x", labelrotation=45, labelsize=7.5)
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
        left, bottom, width, height = axes.get_position().bounds
        axes.set_position((left, bottom + 0.19, width, height - 0.19))


def selection_legend(selections: Sequence[str]) -> Html:
    """Which colour is which selection."""
    return colour_legend((SELECTION_COLOURS.get(s, FALLBACK_COLOUR), SELECTION_TITLES.get(s, s)) for s in selections)


def strategy_legend(strategies: Sequence[str], titles: dict[str, str]) -> Html:
    """Which colour is which strategy."""
    pairs = ((STRATEGY_COLOURS.get(s, FALLBACK_COLOUR), f"{s} {titles.get(s, '')}".strip()) for s in strategies)
    return colour_legend(pairs)


def colour_legend(entries: Iterable[tuple[str, str]]) -> Html:
    """Which colour is what, from pairs of colour and name."""
    swatch = '<svg width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="3" fill="{}"/></svg>'
    return element(
        "ul", *(element("li", Html(swatch.format(colour)), title) for colour, title in entries), class_="legend"
    )


def _draw_box(axes: Any, values: npt.NDArray[np.float64], at: float, width: float, selection: str) -> None:
    colour = SELECTION_COLOURS.get(selection, FALLBACK_COLOUR)
    if len(values) < FEW:
        axes.plot([at] * len(values), values, "o", color=colour, markersize=4, alpha=0.85)
        return
    stats = boxplot_stats(values)[0]
    stats["fliers"] = _thinned(stats["fliers"], values)
    line = {"color": colour, "linewidth": 1.1}
    axes.bxp(
        [stats],
        positions=[at],
        widths=width,
        patch_artist=True,
        manage_ticks=False,
        boxprops={"facecolor": colour + "40", "edgecolor": colour, "linewidth": 1.1},
        medianprops={"color": colour, "linewidth": 2.2},
        whiskerprops=line,
        capprops=line,
        flierprops={"marker": "o", "markersize": 2.4, "markerfacecolor": colour, "markeredgewidth": 0, "alpha": 0.6},
    )


def _thinned(dots: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Outliers without those that would be drawn over one another, so that a large study stays a small page."""
    if len(dots) <= MOST_DOTS:
        return dots
    step = max(float(np.ptp(values)) / MOST_DOTS, 1e-12)
    _, first = np.unique(np.round(dots / step), return_index=True)
    return dots[first]


def _medians(
    values: dict[tuple[str, str], npt.NDArray[np.float64]],
    strategies: Sequence[str],
    selections: Sequence[str],
    axis_label: str,
) -> str:
    parts = []
    for selection in selections:
        known = [(s, values.get((s, selection), np.empty(0))) for s in strategies]
        figures = ", ".join(f"{s} {np.median(v):.1f}" if len(v) else f"{s} none" for s, v in known)
        parts.append(f"{SELECTION_TITLES.get(selection, selection)}: {figures}")
    return str(join([f"Medians of {axis_label}. ", "; ".join(parts)]))

"""Pictures of statistics: boxes from their numbers, and correlations as bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

from SAMBenchmarkLib.report.markup import Html
from SAMBenchmarkLib.report.plots import FALLBACK_COLOUR, STRATEGY_COLOURS, strategy_ticks
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

_LINES = {"med": "median", "q1": "q1", "q3": "q3", "whislo": "whisker_low", "whishi": "whisker_high"}
_MOST_LETTERS = 14


def boxes_panel(
    identifier: str,
    groups: Sequence[tuple[str, Mapping[str, Mapping[str, Any]]]],
    axis_label: str,
    limits: tuple[float, float] | None = None,
) -> Html:
    """Boxes from their numbers, in groups side by side.

    Args:
        groups: (label, series -> numbers of a box as the tables have them); series are strategies, or anything.
        axis_label: quantity and unit.
        limits: of the y axis; None fits the data.
    """
    series = list(dict.fromkeys(name for _, boxes in groups for name in boxes))
    width = 0.8 / max(1, len(series))
    with matplotlib.rc_context(STYLE):
        figure = new_figure()
        axes = figure.add_axes((0.14, 0.14, 0.85, 0.83))
        for place, (_, boxes) in enumerate(groups):
            for nth, name in enumerate(series):
                if name in boxes and boxes[name]["n"]:
                    at = place + (nth - (len(series) - 1) / 2) * width
                    _draw_box(axes, boxes[name], at, width * 0.85, STRATEGY_COLOURS.get(name, FALLBACK_COLOUR))
        axes.set_xticks(range(len(groups)), [_short(label) for label, _ in groups])
        axes.set_xlim(-0.5, max(1, len(groups)) - 0.5)
        axes.set_ylabel(axis_label)
        if limits:
            axes.set_ylim(*limits)
        return inline_svg(figure, identifier, _medians(groups, axis_label))


def correlation_panel(identifier: str, rho: Mapping[str, float], axis_label: str) -> Html:
    """One bar per strategy from -1 to 1; a strategy without correlation has none.

    Args:
        rho: strategy -> correlation, NaN where there is none.
    """
    with matplotlib.rc_context(STYLE):
        figure = new_figure()
        axes = figure.add_axes((0.18, 0.1, 0.81, 0.87))
        known = {name: 0.0 if math.isnan(value) else value for name, value in rho.items()}
        colours = [STRATEGY_COLOURS.get(name, FALLBACK_COLOUR) for name in known]
        axes.bar(range(len(known)), list(known.values()), color=colours, width=0.7)
        axes.axhline(0, color="#8b9aa3", linewidth=0.8)
        strategy_ticks(axes, list(known))
        axes.set_ylim(-1, 1)
        axes.set_ylabel(axis_label)
        told = ", ".join(f"{name} {'none' if math.isnan(value) else f'{value:.2f}'}" for name, value in rho.items())
        return inline_svg(figure, identifier, f"{axis_label}: {told}")


def _draw_box(axes: Any, box: Mapping[str, Any], at: float, width: float, colour: str) -> None:
    line = {"color": colour, "linewidth": 1.1}
    axes.bxp(
        [{key: box[name] for key, name in _LINES.items()} | {"fliers": []}],
        positions=[at],
        widths=width,
        patch_artist=True,
        manage_ticks=False,
        showfliers=False,
        boxprops={"facecolor": colour + "40", "edgecolor": colour, "linewidth": 1.1},
        medianprops={"color": colour, "linewidth": 2.2},
        whiskerprops=line,
        capprops=line,
    )


def _short(label: str) -> str:
    return label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 3]}..."


def _medians(groups: Sequence[tuple[str, Mapping[str, Mapping[str, Any]]]], axis_label: str) -> str:
    parts = [
        f"{label}: " + ", ".join(f"{name} {box['median']:.1f}" for name, box in boxes.items() if box["n"])
        for label, boxes in groups
    ]
    return f"Medians of {axis_label}. {'; '.join(parts)}"

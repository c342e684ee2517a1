"""Plots of agreement: differences against means, after Bland and Altman."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib
import numpy as np

from SAMBenchmarkLib.core.statistics.agreement import Agreement
from SAMBenchmarkLib.report.markup import Html
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

_DOT, _LINE = "#1b6e8f", "#d98a1f"


def bland_altman_panel(
    identifier: str, first: Sequence[float], second: Sequence[float], found: Agreement, unit: str
) -> Html:
    """A dot for each pair, the bias as a line, the limits of agreement as broken lines where there are any.

    Args:
        first, second: (N,) the same objects measured twice.
        found: their agreement.

    Source: Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8.
    """
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    with matplotlib.rc_context(STYLE):
        figure = new_figure()
        axes = figure.add_axes((0.16, 0.17, 0.83, 0.8))
        axes.plot((one + other) / 2, other - one, "o", color=_DOT, markersize=3.5, alpha=0.7)
        axes.axhline(0, color="#8b9aa3", linewidth=0.8)
        if not math.isnan(found.bias):
            axes.axhline(found.bias, color=_LINE, linewidth=1.4)
        for limit in found.limits:
            if not math.isnan(limit):
                axes.axhline(limit, color=_LINE, linewidth=1.1, linestyle="--")
        axes.set_xlabel(f"mean of both readers [{unit}]")
        axes.set_ylabel(f"second less first [{unit}]")
        axes.margins(0.08)
        return inline_svg(figure, identifier, _spoken(found, unit))


def _spoken(found: Agreement, unit: str) -> str:
    limits = "no limits"
    if not math.isnan(found.limits[0]):
        limits = f"limits of agreement {found.limits[0]:.2f} to {found.limits[1]:.2f}"
    return f"{found.n} pairs, bias {found.bias:.2f} {unit}, {limits}"

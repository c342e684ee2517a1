"""Matplotlib figures as SVG that stands inside a page: the same figure gives the same bytes, ids never collide."""

from __future__ import annotations

import io
import re

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from SAMBenchmarkLib.report.markup import Html, element

INK, GRID = "#17232b", "#dfe5e8"
STYLE = {
    "font.size": 9.0,
    "font.family": ["sans-serif"],
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": "#8b9aa3",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "svg.fonttype": "none",
    "path.simplify": False,
}


def new_figure(width: float = 4.2, height: float = 2.6) -> Figure:
    """An empty figure of a size in inches; draw on it within `matplotlib.rc_context(STYLE)`."""
    figure = Figure(figsize=(width, height))
    FigureCanvasSVG(figure)
    return figure


def inline_svg(figure: Figure, identifier: str, alternative: str) -> Html:
    """The figure as an `<svg>` element without fixed size.

    Args:
        identifier: unique on the page; starts every id within.
        alternative: what the figure shows, for those who do not see it.
    """
    text = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": identifier}):
        figure.savefig(text, format="svg", metadata=nothing, facecolor="none")
    svg = re.search(r"<svg\b[^>]*?viewBox=\"([^\"]*)\"[^>]*>(.*)</svg>", text.getvalue(), re.DOTALL)
    assert svg is not None
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[2], flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="', f'id="{identifier}-', body)
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{identifier}-", body).replace("xlink:href", "href")
    body = re.sub(r"<[^>]+>", _shortened, body)
    return element("svg", Html(body.strip()), viewBox=svg[1], role="img", aria_label=alternative)


def _shortened(tag: re.Match[str]) -> str:
    """A tag with coordinates of two decimals, which are enough; labels, which stand between tags, keep their digits."""
    return re.sub(r"(\d+\.\d{2})\d+", r"\1", tag[0])

"""Tables of the page: right-aligned figures, scrolling on small screens, undefined values named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.moments import Moments, moments_by_group
from SAMBenchmarkLib.report.markup import Html, element

TALL_ROWS = 60
"""A table with more rows scrolls within its own frame, under a header that stays."""

NO_ROWS = "–"
UNDEFINED = "undefined"


def data_table(
    caption: Any, header: Sequence[Any], bodies: Iterable[Html], n_rows: int = 0, prose: bool = False
) -> Html:
    """A table in a frame that scrolls.

    Args:
        caption: says what the figures are; also names the frame for screen readers.
        header: cells of `header_cell`, or text.
        bodies: `<tbody>` elements.
        n_rows: number of rows, so that a long table gets its own scroll bar.
        prose: cells hold text rather than figures.
    """
    cells = [cell if isinstance(cell, Html) else element("th", cell, scope="col") for cell in header]
    table = element("table", element("caption", caption), element("thead", element("tr", *cells)), *bodies)
    names = ["scroll", *(["tall"] if n_rows > TALL_ROWS else []), *(["prose"] if prose else [])]
    return element("div", table, class_=" ".join(names), tabindex="0", role="region", aria_label=str(caption))


def number_header(title: Any, small: Any = None) -> Html:
    """Heading of a column of figures."""
    return element("th", title, element("small", small) if small else None, class_="number", scope="col")


def body(rows: Iterable[Html], class_: str | None = None) -> Html:
    """A `<tbody>`."""
    return element("tbody", *rows, class_=class_)


def row_header(text: Any, span: int = 1, class_: str | None = None) -> Html:
    """Heading of one row, or of `span` rows."""
    scope = "row" if span == 1 else "rowgroup"
    return element("th", text, scope=scope, rowspan=str(span) if span > 1 else None, class_=class_)


def number_cell(text: Any, best: bool = False) -> Html:
    """A figure."""
    return element("td", text, class_="number best" if best else "number")


def mean_cell(values: npt.NDArray[np.float64], factor: float = 1.0, best: bool = False) -> Html:
    """Mean and population standard deviation of the defined values, and how many are undefined.

    Args:
        values: one per object, NaN where undefined.
        factor: 100 shows fractions in percent.
    """
    return moments_cell(moments_by_group(values, np.zeros(len(values), np.int64), 1)[0], factor, best)


def moments_cell(found: Moments, factor: float = 1.0, best: bool = False) -> Html:
    """As `mean_cell`, of values that were summed up already."""
    if not found.defined:
        return number_cell(element("span", UNDEFINED, class_="undefined") if found.undefined else NO_ROWS)
    spread = element("small", f"({factor * found.std:.2f})")
    note = element("small", f"{found.undefined} undefined", class_="undefined") if found.undefined else None
    return number_cell(element("span", f"{factor * found.mean:.2f} ", spread, note), best)

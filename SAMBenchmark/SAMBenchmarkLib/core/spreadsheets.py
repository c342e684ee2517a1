"""Tables as CSV that spreadsheet programs open with a double click."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from SAMBenchmarkLib.core.tables import Table

_FORMULA = ("=", "+", "-", "@")
"""A text that begins so would be run as a formula; an apostrophe before it makes it text."""


def table_csv(table: Table) -> str:
    """Comma-separated text with a header, a byte order mark and CRLF line ends; undefined figures are empty cells."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in table.header])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return "\ufeff" + text.getvalue()


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if not isinstance(value, str):
        return value
    cleaned = " ".join(value.replace("\0", "").splitlines())
    return f"'{cleaned}" if cleaned.lstrip().startswith(_FORMULA) else cleaned

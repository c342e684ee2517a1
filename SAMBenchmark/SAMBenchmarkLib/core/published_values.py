"""Figures that others published, from a table in the package: for orientation, never a target."""

from __future__ import annotations

import csv
import functools
import importlib.resources
from dataclasses import dataclass

HUANG, MAZUROWSKI, SHI = "Huang2024", "Mazurowski2023", "Shi2023"
SOURCES = {
    HUANG: "Huang et al. 2024, Medical Image Analysis 92, 103061 (doi:10.1016/j.media.2023.103061)",
    MAZUROWSKI: "Mazurowski et al. 2023, Medical Image Analysis 89, 102918 (doi:10.1016/j.media.2023.102918)",
    SHI: "Shi et al. 2023, Diagnostics 13, 1947 (doi:10.3390/diagnostics13111947)",
}
"""Key -> where it was published."""


@dataclass(frozen=True)
class PublishedValue:
    """One printed number.

    Args:
        paper: a key of `SOURCES`.
        table: which of its tables or figures.
        item: the line, such as a structure and its modality.
        model: "ViT-B", "ViT-H", another method, or empty.
        strategy, metric: the column.
        unit: of the value; empty for a fraction or a count.
        note: what to know about it; may be empty.
    """

    paper: str
    table: str
    item: str
    model: str
    strategy: str
    metric: str
    value: float
    unit: str = ""
    note: str = ""


def published_values(paper: str = "", table: str = "") -> tuple[PublishedValue, ...]:
    """All values in the order of the papers, or those of one paper, or of one of its tables."""
    return tuple(one for one in _all() if paper in ("", one.paper) and table in ("", one.table))


@functools.cache
def _all() -> tuple[PublishedValue, ...]:
    resource = importlib.resources.files("SAMBenchmarkLib") / "resources" / "published_values.csv"
    lines = csv.DictReader(resource.read_text(encoding="utf-8").splitlines())
    return tuple(PublishedValue(**{**line, "value": float(line["value"])}) for line in lines)

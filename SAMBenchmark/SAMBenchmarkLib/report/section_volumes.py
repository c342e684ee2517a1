"""Whole structures on the page, and what people would have to correct."""

from __future__ import annotations

from collections.abc import Sequence

from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.digest import SELECTION_ORDER
from SAMBenchmarkLib.report.markup import Html, details, paragraph, section
from SAMBenchmarkLib.report.statistic_tables import statistic_table

_VOLUMES = {
    "structure": "Structure",
    "strategy": "Strategy",
    "volumes": "Volumes",
    "dice_percent_mean": "DICE|%",
    "dice_percent_std": "SD",
    "jac_percent_mean": "Jaccard|%",
    "hd95_mm_mean": "HD95|mm",
    "assd_mm_mean": "ASSD|mm",
    "surface_dice_percent_mean": "Surface DICE|%",
    "hd95_mm_undefined": "Undefined|distances",
}
_EFFORT = {
    "structure": "Structure",
    "strategy": "Strategy",
    "n": "Masks",
    "hce_mean": "HCE, mean",
    "hce_std": "SD",
}
VOLUME_WORDS = (
    "The masks of all slices of a structure stacked, and measured in space. Slices where the object is too small to "
    "be evaluated are empty in both stacks. Every border voxel counts once in the surface DICE, whatever its size. "
    "Distances are undefined without a pixel size, and where slices were left out. The table volume_by_volume has "
    "every volume."
)
EFFORT_WORDS = (
    "Human correction effort counts what a person would have to click: corners of the outlines to be drawn anew, and "
    "regions that are removed or filled as a whole. Errors thinner than five pixels along an outline are forgiven "
    "(Qin et al. 2022, arXiv:2203.03041)."
)


def volumes_section(tables: Sequence[Table]) -> Html | None:
    """Figures in space of each selection; None for flat images.

    Args:
        tables: of `method_tables`.
    """
    parts = _by_selection(tables, "volumes", _VOLUMES)
    return section("volumes", "Whole structures", paragraph(VOLUME_WORDS), *parts) if parts else None


def effort_section(tables: Sequence[Table]) -> Html | None:
    """Correction effort of each selection; None where it was not counted.

    Args:
        tables: of `effort_tables`.
    """
    parts = _by_selection(tables, "hce", _EFFORT)
    return section("effort", "Correction effort", paragraph(EFFORT_WORDS), *parts) if parts else None


def _by_selection(tables: Sequence[Table], stem: str, titles: dict[str, str]) -> list[Html]:
    by_name = {table.name: table for table in tables}
    parts = []
    for selection in SELECTION_ORDER:
        table = by_name.get(f"{stem}_{selection}")
        if table is not None:
            caption = f"{table.title[0].upper()}{table.title[1:]}; means, SD: population standard deviation."
            shown = statistic_table(table, titles, caption, ("structure", "strategy"))
            title = f"Mask chosen by {SELECTION_TITLES.get(selection, selection)}"
            parts.append(details(title, shown) if parts else shown)
    return parts

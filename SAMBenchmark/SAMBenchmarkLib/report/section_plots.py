"""Plots: how Dice and HD95 spread, and where along a structure Dice is lost."""

from __future__ import annotations

from collections.abc import Sequence

from SAMBenchmarkLib.core.options import SELECTION_TITLES, STRATEGY_TITLES
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.digest_group import MOST_OBJECTS, POSITION_BINS
from SAMBenchmarkLib.report.markup import Html, element, paragraph, section
from SAMBenchmarkLib.report.plots import (
    FEW,
    box_panel,
    dice_by_position,
    position_panel,
    selection_legend,
    strategy_legend,
)

MOST_STRUCTURES = 12
"""More panels than this are not read; the tables hold every structure."""

SAMPLED = (
    f"Boxes of more than {MOST_OBJECTS:,} objects are drawn from {MOST_OBJECTS:,} of them, chosen by chance, and so "
    "are the pictures at the quartiles; every mean in the tables, and the worst object, is of all."
)


def plots_section(digest: Digest, strategies: Sequence[str]) -> Html | None:
    """Box plots by structure and strategy, and Dice along the structures; None when there are no rows."""
    if not digest.groups:
        return None
    names = digest.largest_structures(MOST_STRUCTURES)
    unit = "mm" if digest.has_pixel_size() else "px"
    omitted = len(digest.areas) - len(names)
    note = f"Plots show the {len(names)} largest of {len(digest.areas)} structures; the tables above hold all."
    return section(
        "plots",
        "Plots",
        paragraph(note, class_="note") if omitted else None,
        paragraph(SAMPLED, class_="note") if digest.sampled() else None,
        element("h3", "DICE by strategy and structure"),
        paragraph(
            "Boxes reach from the lower to the upper quartile with the median as a thick line, whiskers to the last "
            f"value within 1.5 box lengths, dots lie beyond. With fewer than {FEW} objects each one is a dot.",
            class_="soft small",
        ),
        selection_legend(digest.selections()),
        _box_panels(digest, strategies, names, "dice", "DICE (%)"),
        element("h3", f"HD95 by strategy and structure, {unit}"),
        selection_legend(digest.selections()),
        _box_panels(digest, strategies, names, f"hd95_{unit}", f"HD95 ({unit})"),
        *_position_part(digest, strategies, names),
    )


def _box_panels(digest: Digest, strategies: Sequence[str], names: Sequence[str], metric: str, axis_label: str) -> Html:
    selections = digest.selections()
    is_dice = metric == "dice"
    panels = []
    for nth, name in enumerate(names):
        groups = {(s, way): digest.group(s, way, name) for s in strategies for way in selections}
        values = {key: group.defined(metric) * (100 if is_dice else 1) for key, group in groups.items()}
        count = max(map(len, groups.values()), default=0)
        plot = box_panel(f"{metric}-{nth}", values, strategies, selections, axis_label, (-2, 102) if is_dice else None)
        panels.append(_panel(name, f"{count:,} object{'' if count == 1 else 's'}", plot))
    return element("div", *panels, class_="panels")


def _position_part(digest: Digest, strategies: Sequence[str], names: Sequence[str]) -> list[Html]:
    selection = digest.shown_selection()
    if selection is None:
        return []
    shown = [
        name for name in names if any(len(dice_by_position(digest.group(s, selection, name))[0]) for s in strategies)
    ]
    if not shown:
        return []
    text = (
        f"Mean DICE from the first to the last slice that shows a structure, in {POSITION_BINS} steps, over all cases "
        f"that show it in at least {POSITION_BINS} evaluated slices. Mask chosen by "
        f"{SELECTION_TITLES.get(selection, selection)}."
    )
    panels = [
        _panel(name, None, position_panel(f"position-{nth}", digest, selection, name, strategies))
        for nth, name in enumerate(shown)
    ]
    return [
        element("h3", "DICE along the structure"),
        paragraph(text, class_="soft small"),
        strategy_legend(strategies, STRATEGY_TITLES),
        element("div", *panels, class_="panels"),
    ]


def _panel(name: str, small: str | None, plot: Html) -> Html:
    title = element("figcaption", name, element("small", small) if small else None)
    return element("figure", title, plot, class_="plot")

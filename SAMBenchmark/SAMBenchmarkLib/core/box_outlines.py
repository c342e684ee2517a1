"""Box plots drawn as lines, for charts that know no boxes: one closed path per strategy, and the values beyond it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.core.statistics.box_numbers import BoxNumbers, box_numbers
from SAMBenchmarkLib.core.tables import Table

BOX_PLOT = "dice_boxes"
HALF_WIDTH = 0.3
"""Half of a box, in distances between two boxes."""

_CAP = HALF_WIDTH / 2


def box_table(values: Mapping[str, Sequence[float]], selection: str) -> Table:
    """The paths of boxes of Dice, one beside the other.

    Args:
        values: Dice in percent of each object by strategy; NaN counts as no value. Where the boxes stand is told by
            `positions`.

    Returns:
        For each strategy with a value the columns "<strategy>_x" and "<strategy>_y" (the path) and, where values lie
        beyond the whiskers, "<strategy>_beyond_x" and "<strategy>_beyond_y"; the shorter ones repeat their last point.
    """
    paths: dict[str, list[tuple[float, float]]] = {}
    boxes = {name: box for name, dice in values.items() if (box := box_numbers(dice)).n}
    for name, at in positions(boxes).items():
        box = boxes[name]
        paths[name] = _path(box, at)
        beyond = [(at, float(value)) for value in values[name] if value < box.low or value > box.high]
        if beyond:
            paths[f"{name}_beyond"] = beyond
    length = max(map(len, paths.values()), default=0)
    columns: dict[str, list[float]] = {}
    for name, points in paths.items():
        padded = points + points[-1:] * (length - len(points))
        columns[f"{name}_x"], columns[f"{name}_y"] = (list(part) for part in zip(*padded, strict=True))
    title = (
        f"DICE by strategy, median, quartiles and range, masks selected by {SELECTION_TITLES.get(selection, selection)}"
    )
    return Table(BOX_PLOT, title, columns)


def positions(strategies: Iterable[str]) -> dict[str, float]:
    """Where the boxes stand: at the number of the strategy ("S5" at 5), methods without one beside the last of them."""
    names = list(strategies)
    numbered = {
        name: float(name[1:]) for name in names if name[:1] == "S" and name[1:].isascii() and name[1:].isdigit()
    }
    others = (name for name in names if name not in numbered)
    free = max(numbered.values(), default=0.0) + 1
    placed = numbered | {name: free + n for n, name in enumerate(others)}
    return {name: placed[name] for name in names}


def _path(box: BoxNumbers, x: float) -> list[tuple[float, float]]:
    """One line without lifting the pen: lower whisker, box with median, upper whisker, and back down."""
    left, right = x - HALF_WIDTH, x + HALF_WIDTH
    below = [(x - _CAP, box.low), (x + _CAP, box.low), (x, box.low), (x, box.q1), (left, box.q1)]
    median = [(left, box.median), (right, box.median), (left, box.median)]
    above = [(left, box.q3), (x, box.q3), (x, box.high), (x - _CAP, box.high), (x + _CAP, box.high), (x, box.high)]
    return [*below, *median, *above, (x, box.q3), (right, box.q3), (right, box.q1), (x, box.q1)]


def whole_range(places: Iterable[float]) -> tuple[float, float]:
    """Left and right end of an axis that shows the boxes at these places whole."""
    known = list(places) or [0.0]
    return min(known) - 0.6, max(known) + 0.6

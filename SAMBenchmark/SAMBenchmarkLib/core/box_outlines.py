"""Box plots drawn as lines, for charts that know no boxes: one closed path per strategy, and the values beyond it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

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
        values: Dice in percent of each object by strategy; NaN counts as no value. A strategy's box stands at its
            number ("S5" at 5), any other at its place in the order.

    Returns:
        For each strategy with a value the columns "<strategy>_x" and "<strategy>_y" (the path) and, where values lie
        beyond the whiskers, "<strategy>_beyond_x" and "<strategy>_beyond_y"; the shorter ones repeat their last point.
    """
    paths: dict[str, list[tuple[float, float]]] = {}
    for number, (name, dice) in enumerate(values.items(), start=1):
        box, at = box_numbers(dice), position(name, number)
        if box.n:
            paths[name] = _path(box, at)
            beyond = [(at, float(value)) for value in dice if value < box.low or value > box.high]
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


def position(strategy: str, number: int) -> float:
    """Where a strategy's box stands: at the number in its name, else at its place."""
    digits = strategy[1:]
    return float(digits) if strategy[:1] == "S" and digits.isascii() and digits.isdigit() else float(number)


def _path(box: BoxNumbers, x: float) -> list[tuple[float, float]]:
    """One line without lifting the pen: lower whisker, box with median, upper whisker, and back down."""
    left, right = x - HALF_WIDTH, x + HALF_WIDTH
    below = [(x - _CAP, box.low), (x + _CAP, box.low), (x, box.low), (x, box.q1), (left, box.q1)]
    median = [(left, box.median), (right, box.median), (left, box.median)]
    above = [(left, box.q3), (x, box.q3), (x, box.high), (x - _CAP, box.high), (x + _CAP, box.high), (x, box.high)]
    return [*below, *median, *above, (x, box.q3), (right, box.q3), (right, box.q1), (x, box.q1)]


def whole_range(values: Mapping[str, Sequence[float]]) -> tuple[float, float]:
    """Left and right end of an axis that shows all boxes."""
    places = [position(name, number) for number, name in enumerate(values, start=1)] or [0.0]
    return float(np.min(places)) - 0.6, float(np.max(places)) + 0.6

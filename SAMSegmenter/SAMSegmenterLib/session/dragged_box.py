"""A box whose outline is dragged."""

from __future__ import annotations

import numpy as np


def dragged_box(box: np.ndarray, start: np.ndarray, end: np.ndarray, reach: float) -> np.ndarray:
    """A box after its outline was dragged: the corner that was held moves, or the side.

    Args:
        box: (4,) [x0, y0, x1, y1].
        start, end: (2,) where the drag began and ended.
        reach: how near to a corner the corner was held, pixels; a third of each side stays with the side.

    Returns:
        (4,) corners in any order.
    """
    near = [min(reach, (box[2 + axis] - box[axis]) / 3) for axis in (0, 1)]
    distances = np.abs(np.asarray(box, np.float64) - np.tile(start, 2))
    held = [side for side in range(4) if distances[side] <= near[side % 2]]
    if not held:
        held = [int(np.argmin(distances))]
    moved = np.array(box, np.float64)
    for axis in (0, 1):
        sides = [side for side in held if side % 2 == axis]
        if sides:
            moved[min(sides, key=lambda side: distances[side])] += end[axis] - start[axis]
    return moved

"""What the mouse draws or moves while its button is down. No VTK, no Qt."""

from __future__ import annotations

import numpy as np


class Drag:
    """What is being drawn or moved.

    Args:
        tool: one of `view_events.TOOLS`, or "move".
        label: 1 inside, 0 outside.
        start: view pixels.
        xy: on the slice.
        mark_id: of the mark that is moved.
        reach: how near to a corner of a box the corner is meant, pixels of the slice.
    """

    def __init__(
        self,
        tool: str,
        label: int,
        start: tuple[int, int],
        xy: tuple[float, float],
        mark_id: str = "",
        reach: float = 0.0,
    ) -> None:
        self.tool, self.label, self.start, self.mark_id, self.reach = tool, label, start, mark_id, reach
        self.path = [xy]
        self.is_click = True


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

"""What the mouse draws or moves while its button is down. No VTK, no Qt."""

from __future__ import annotations


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

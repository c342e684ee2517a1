"""The box around a mask: what is done to a small part of a large slice is then done there alone."""

from __future__ import annotations

import numpy as np

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 of pixels, the last ones not included."""


def box_of(values: np.ndarray) -> Box:
    """Around what is not 0 in (H, W); (0, 0, 0, 0) when all is."""
    rows = np.flatnonzero(values.any(axis=1))
    if not len(rows):
        return (0, 0, 0, 0)
    columns = np.flatnonzero(values[rows[0] : rows[-1] + 1].any(axis=0))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def area(box: Box) -> int:
    """Pixels in a box."""
    x0, y0, x1, y1 = box
    return (x1 - x0) * (y1 - y0)

"""The box around a mask or in a block of voxels: work on a small part of a large slice is then done there alone."""

from __future__ import annotations

import numpy as np

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 of pixels, the last ones not included."""


def box_of(values: np.ndarray) -> Box:
    """Around what is not 0 in (H, W); (0, 0, 0, 0) when all is."""
    height, width = values.shape
    if values.size and all(line.any() for line in (values[0], values[-1], values[:, 0], values[:, -1])):
        return (0, 0, width, height)
    rows = np.flatnonzero(values.any(axis=1))
    if not len(rows):
        return (0, 0, 0, 0)
    columns = np.flatnonzero(values[rows[0] : rows[-1] + 1].any(axis=0))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def filled_span(values: np.ndarray, axis: int) -> tuple[int, int] | None:
    """First and last index along an axis at which something is not 0; None when all is."""
    layers = np.moveaxis(values, axis, 0)
    if values.size and layers[0].any() and layers[-1].any():
        return 0, len(layers) - 1  # blocks are tight as a rule, and to look through a large one takes a while
    used = np.flatnonzero(values.any(axis=tuple(other for other in range(values.ndim) if other != axis)))
    return (int(used[0]), int(used[-1])) if len(used) else None


def area(box: Box) -> int:
    """Pixels in a box."""
    x0, y0, x1, y1 = box
    return (x1 - x0) * (y1 - y0)

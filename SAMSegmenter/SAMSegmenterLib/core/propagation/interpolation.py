"""Values between pixels."""

from __future__ import annotations

import numpy as np


def linear(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Bilinear interpolation where rows and columns cross; beyond the border its values go on.

    Args:
        values: (h, w) float32.
        rows, columns: (H,) and (W,) positions, pixel centres at integers.

    Returns:
        (H, W) float32.
    """
    for axis, at in enumerate((rows, columns)):
        last = values.shape[axis] - 1
        inside = np.clip(at, 0, last)
        lower = np.minimum(inside.astype(int), max(0, last - 1))
        share = (inside - lower).astype(np.float32)
        share = share[:, None] if axis == 0 else share
        upper = np.minimum(lower + 1, last)
        values = values.take(lower, axis) * (1 - share) + values.take(upper, axis) * share
    return values

"""Ten levels of Dice, by which attributes of objects are compared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LEVELS = 10


def dice_levels(dice: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Level 1 to 10 of each value: level k holds Dice above 10 (k - 1) % up to 10 k %, and level 1 also 0.

    Args:
        dice: (N,) 0 to 1; NaN where undefined.

    Returns:
        (N,); 0 stands for undefined.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, DICE levels.
    """
    values = np.asarray(dice, np.float64)
    known = np.isfinite(values)
    levels = np.zeros(values.shape, np.int64)
    tenths = np.ceil(np.round(values[known] * LEVELS, 9))  # 0.3 * 10 is a little more than 3
    levels[known] = np.clip(tenths, 1, LEVELS).astype(np.int64)
    return levels


def level_range(level: int) -> str:
    """A level in words, percent."""
    return f"{10 * (level - 1)} to {10 * level} %"

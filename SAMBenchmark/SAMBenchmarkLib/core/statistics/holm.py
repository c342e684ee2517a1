"""Correction of p-values for several tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def holm(p_values: Sequence[float]) -> npt.NDArray[np.float64]:
    """Holm's step-down correction; the chance of any false finding among all tests stays below the level.

    Args:
        p_values: (N,) 0 to 1; NaN stands for a test that could not be made and does not count.

    Returns:
        (N,) at least as large as before, at most 1, in the same order; NaN stays NaN.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    given = np.asarray(p_values, np.float64)
    corrected = np.full(given.shape, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return corrected

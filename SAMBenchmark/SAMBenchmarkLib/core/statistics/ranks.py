"""Ranks with mean ranks for ties; SciPy's own come with a package that asks for torch when it is imported."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def mean_ranks(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(N,) rank of each value from 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(np.asarray(values, np.float64), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[place]

"""The numbers behind a box of a box plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

WHISKER = 1.5
"""Length of the whiskers in box lengths. Source: Tukey 1977, Exploratory Data Analysis."""

FEW = 5
"""Quartiles of fewer values say nothing; the note says so."""


@dataclass(frozen=True)
class BoxNumbers:
    """A box with whiskers; NaN without values.

    Args:
        n: defined values.
        low, high: ends of the whiskers, the last values within `WHISKER` box lengths.
        q1, median, q3: quartiles, interpolated linearly.
        mean: of all values.
        outliers: how many values lie beyond the whiskers.
        note: what to know, or why there is no box; may be empty.
    """

    n: int
    low: float
    q1: float
    median: float
    q3: float
    high: float
    mean: float
    outliers: int
    note: str = ""


def box_numbers(values: Sequence[float] | npt.NDArray[np.float64]) -> BoxNumbers:
    """Box of the defined values.

    Args:
        values: any number; NaN and infinite ones are left out.
    """
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return BoxNumbers(0, *[math.nan] * 6, 0, "no value")
    q1, median, q3 = (float(value) for value in np.percentile(known, (25, 50, 75)))
    reach = WHISKER * (q3 - q1)
    # the last value within reach; never inside the box, where few values leave the quartile between two of them
    low = min(float(known[known >= q1 - reach].min()), q1)
    high = max(float(known[known <= q3 + reach].max()), q3)
    outliers = int(np.count_nonzero((known < low) | (known > high)))
    note = f"{len(known)} value{'' if len(known) == 1 else 's'} only" if len(known) < FEW else ""
    return BoxNumbers(len(known), low, q1, median, q3, high, float(known.mean()), outliers, note)

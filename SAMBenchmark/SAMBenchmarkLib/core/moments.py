"""Mean and standard deviation in one pass, without keeping the values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass
class Moments:
    """Collects numbers; NaN is counted as undefined and leaves mean and deviation alone.

    The same numbers in the same order give the same bits.

    Source: Welford 1962, Technometrics 4(3), 419-420.
    """

    defined: int = 0
    undefined: int = 0
    _mean: float = 0.0
    _squares: float = 0.0

    def add(self, value: float) -> None:
        """Take in one number."""
        if math.isnan(value):
            self.undefined += 1
            return
        self.defined += 1
        difference = value - self._mean
        self._mean += difference / self.defined
        self._squares += difference * (value - self._mean)

    def merge(self, other: Moments) -> None:
        """Take in all numbers of another one.

        Source: Chan, Golub and LeVeque 1983, The American Statistician 37(3), 242-247, equation 2.1.
        """
        self.undefined += other.undefined
        if not other.defined:
            return
        total = self.defined + other.defined
        difference = other._mean - self._mean
        self._squares += other._squares + difference * difference * (self.defined * other.defined / total)
        self._mean = other._mean if not self.defined else self._mean + difference * (other.defined / total)
        self.defined = total

    @property
    def mean(self) -> float:
        """Arithmetic mean; NaN when no number was defined."""
        return self._mean if self.defined else math.nan

    @property
    def std(self) -> float:
        """Population standard deviation; NaN when no number was defined, 0 for a single one."""
        return math.sqrt(max(0.0, self._squares) / self.defined) if self.defined else math.nan


def joined(parts: Iterable[Moments]) -> Moments:
    """Moments of all numbers of several ones, in their order."""
    result = Moments()
    for part in parts:
        result.merge(part)
    return result


def moments_by_group(values: npt.NDArray[np.float64], group: npt.NDArray[np.int64], groups: int) -> list[Moments]:
    """Moments of the values of each group.

    Args:
        values: (N,), NaN where undefined.
        group: (N,) 0 to groups - 1.
    """
    known = ~np.isnan(values)
    numbers, place = values[known], group[known]
    counts = np.bincount(place, minlength=groups)
    means = np.bincount(place, numbers, groups) / np.maximum(counts, 1)
    means += np.bincount(place, numbers - means[place], groups) / np.maximum(counts, 1)  # equal values do not deviate
    squares = np.bincount(place, (numbers - means[place]) ** 2, groups)
    undefined = np.bincount(group[~known], minlength=groups)
    listed = zip(counts.tolist(), undefined.tolist(), means.tolist(), squares.tolist(), strict=True)
    return [Moments(*figures) for figures in listed]

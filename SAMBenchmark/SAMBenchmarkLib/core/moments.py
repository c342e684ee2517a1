"""Mean and standard deviation in one pass, without keeping the values."""

from __future__ import annotations

import math
from dataclasses import dataclass


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

    @property
    def mean(self) -> float:
        """Arithmetic mean; NaN when no number was defined."""
        return self._mean if self.defined else math.nan

    @property
    def std(self) -> float:
        """Population standard deviation; NaN when no number was defined, 0 for a single one."""
        return math.sqrt(max(0.0, self._squares) / self.defined) if self.defined else math.nan

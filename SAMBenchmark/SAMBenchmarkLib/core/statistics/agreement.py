"""How well two readers, or two ways of measuring, agree on the same objects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from SAMSegmenterLib.core.errors import InputError

LEAST_PAIRS = 3
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Agreement:
    """Agreement of paired measurements, or in words why there is none.

    Args:
        n: pairs with both values.
        bias: mean of second less first; NaN without pairs.
        limits: limits of agreement, between which 95 % of the differences are expected; NaN where there are none.
        icc: intraclass correlation of single measurements, absolute agreement, at most 1; NaN where there is none.
        note: why a figure is missing; may be empty.
    """

    n: int
    bias: float
    limits: tuple[float, float]
    icc: float
    note: str = ""


def agreement(
    first: Sequence[float] | npt.NDArray[np.float64], second: Sequence[float] | npt.NDArray[np.float64]
) -> Agreement:
    """Bias, limits of agreement and intraclass correlation of the same objects measured twice.

    Args:
        first, second: (N,) in the same order; pairs with an undefined value are left out.

    Raises:
        InputError: the numbers of values differ.

    Source: Bland and Altman 1986, doi:10.1016/S0140-6736(86)90837-8; McGraw and Wong 1996,
        doi:10.1037/1082-989X.1.1.30 (ICC(A,1), two-way random effects).
    """
    pairs = _paired(first, second)
    n = len(pairs)
    if not n:
        return Agreement(0, math.nan, (math.nan, math.nan), math.nan, "no object was measured twice")
    differences = pairs[:, 1] - pairs[:, 0]
    bias = float(differences.mean())
    if n < LEAST_PAIRS:
        note = f"{n} object{'' if n == 1 else 's'} only: no limits, no correlation"
        return Agreement(n, bias, (math.nan, math.nan), math.nan, note)
    half = _NORMAL_95 * float(differences.std(ddof=1))
    icc = _icc(pairs)
    note = "" if icc == icc else "all measurements are the same: no correlation"
    return Agreement(n, bias, (bias - half, bias + half), icc, note)


def _paired(
    first: Sequence[float] | npt.NDArray[np.float64], second: Sequence[float] | npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.shape != other.shape or one.ndim != 1:
        raise InputError(f"Two readers measure the same objects; got {one.size} and {other.size} values.")
    pairs = np.column_stack([one, other])
    return pairs[np.isfinite(pairs).all(axis=1)]


def _icc(pairs: npt.NDArray[np.float64]) -> float:
    """From the mean squares of objects, readers and error; NaN when nothing varies."""
    n, readers = pairs.shape
    grand = pairs.mean()
    objects, columns = pairs.mean(axis=1), pairs.mean(axis=0)
    between = readers * float(((objects - grand) ** 2).sum()) / (n - 1)
    of_readers = n * float(((columns - grand) ** 2).sum()) / (readers - 1)
    rest = pairs - objects[:, None] - columns[None, :] + grand
    error = float((rest**2).sum()) / ((n - 1) * (readers - 1))
    whole = between + (readers - 1) * error + readers * (of_readers - error) / n
    return (between - error) / whole if whole > 1e-12 * max(1.0, grand * grand) else math.nan

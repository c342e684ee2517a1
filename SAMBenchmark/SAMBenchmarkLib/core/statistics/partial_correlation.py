"""Rank correlation of two figures with others held constant, and how strong it is in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from SAMBenchmarkLib.core.statistics.ranks import mean_ranks
from SAMSegmenterLib.core.errors import InputError

MODERATE, WEAK = 0.4, 0.2
"""From here on a correlation is called so. Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061."""

_UNEXPLAINED = 1e-8
"""A smaller share of a figure's spread than this is rounding: the covariates determine the figure."""


@dataclass(frozen=True)
class PartialCorrelation:
    """A rank correlation, or in words why there is none.

    Args:
        r: -1 to 1; NaN when there is none.
        p: two-sided, of no correlation; NaN when there is none.
        n: objects that have all figures.
        covariates: what was held constant; those that do not vary are not among them.
        note: why there is no correlation, or what to know about it; may be empty.
    """

    r: float
    p: float
    n: int
    covariates: tuple[str, ...] = ()
    note: str = ""

    @property
    def strength(self) -> str:
        """ "moderate", "weak" or "none"; empty when there is no correlation to speak of."""
        if math.isnan(self.r):
            return ""
        return "moderate" if abs(self.r) >= MODERATE else "weak" if abs(self.r) >= WEAK else "none"


def partial_spearman(
    table: Mapping[str, npt.ArrayLike], x: str, y: str, covariates: Sequence[str] = ()
) -> PartialCorrelation:
    """Spearman correlation of two columns with others held constant.

    Values are ranked with mean ranks for ties, the covariates' ranks are regressed out of both, and the rests are
    correlated. Rows with an undefined value are left out. A covariate that does not vary, or follows from the others,
    costs no degree of freedom.

    Args:
        table: name -> (N,) values, NaN where undefined.
        x, y: names of the two columns.
        covariates: names of the columns that are held constant; empty for the plain correlation.

    Returns:
        NaN with a note in words where rows are too few or a column does not vary.

    Raises:
        InputError: a name is unknown or stands twice, or columns differ in length.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061 (which correlation); Student's t with n - 2 - k degrees
        of freedom for k covariates.
    """
    names = _checked(table, (x, y, *covariates))
    columns = {name: np.asarray(table[name], np.float64) for name in names}
    defined = np.all([np.isfinite(values) for values in columns.values()], axis=0)
    n = int(np.count_nonzero(defined))
    columns = {name: values[defined] for name, values in columns.items()}
    reason = _why_none(columns, x, y, n)
    if reason:
        return PartialCorrelation(math.nan, math.nan, n, note=reason)
    held = tuple(name for name in covariates if np.ptp(columns[name]) > 0)
    ranks = {name: mean_ranks(columns[name]) - (n + 1) / 2 for name in (x, y, *held)}
    return _of_ranks(ranks, x, y, held, n)


def _of_ranks(
    ranks: Mapping[str, npt.NDArray[np.float64]], x: str, y: str, held: tuple[str, ...], n: int
) -> PartialCorrelation:
    """The correlation of centred ranks that all vary."""
    pair = np.column_stack([ranks[x], ranks[y]])
    rest, rank = pair, 0
    if held:
        design = np.column_stack([ranks[name] for name in held])
        weights, _, rank, _ = np.linalg.lstsq(design, pair, rcond=1e-10)
        rest = pair - design @ weights
    freedom = n - 2 - int(rank)
    if freedom < 1:
        note = f"{_objects(n)} are too few with {len(held)} attributes held constant"
        return PartialCorrelation(math.nan, math.nan, n, held, note)
    lengths = np.linalg.norm(rest, axis=0)
    determined = lengths < _UNEXPLAINED * np.linalg.norm(pair, axis=0)
    if determined.any():
        name = (x, y)[int(np.argmax(determined))]
        return PartialCorrelation(math.nan, math.nan, n, held, f"{_words(name)} follows from what is held constant")
    r = float(np.clip(rest[:, 0] @ rest[:, 1] / (lengths[0] * lengths[1]), -1, 1))
    note = "what is held constant overlaps" if rank < len(held) else ""
    return PartialCorrelation(r, _two_sided(r, freedom), n, held, note)


def _two_sided(r: float, freedom: int) -> float:
    unexplained = 1 - r * r
    return float(2 * stdtr(freedom, -abs(r) * math.sqrt(freedom / unexplained))) if unexplained > 0 else 0.0


def _why_none(columns: Mapping[str, npt.NDArray[np.float64]], x: str, y: str, n: int) -> str:
    if n == 0:
        return "no object has both figures"
    if n < 3:
        return f"{_objects(n)} only: no correlation"
    for name in (x, y):
        if np.ptp(columns[name]) == 0:
            return f"{_words(name)} is the same for all objects"
    return ""


def _checked(table: Mapping[str, npt.ArrayLike], names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in table]
    if unknown:
        raise InputError(f"The table has no column '{unknown[0]}'.", f"It has {', '.join(table)}.")
    if len(set(names)) != len(names):
        raise InputError("Each column is named once, as x, as y or as a covariate.")
    shapes = {np.shape(table[name]) for name in names}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise InputError("The columns are one-dimensional and of equal length.")
    return names


def _objects(n: int) -> str:
    return f"{n} object{'' if n == 1 else 's'}"


def _words(name: str) -> str:
    return "DICE" if name == "dice" else name.replace("_", " ")

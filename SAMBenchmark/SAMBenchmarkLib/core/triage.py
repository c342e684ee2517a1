"""Which answers need a second look, told without a reference, and how well that works where there is one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.statistics.partial_correlation import partial_spearman
from SAMBenchmarkLib.core.statistics.ranks import mean_ranks
from SAMBenchmarkLib.core.statistics.roc import roc_auc

POOR_DICE = 0.7
"""An answer below this would have to be corrected."""

RATES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Shares that are looked at again."""

COMBINED = "all signs together"
LEAST = 5
"""With fewer answers nothing is said of how well triage works."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TriageFigures:
    """How well one sign of certainty would have told poor answers.

    Args:
        n, poor: answers, and those whose Dice is below the limit.
        auc: chance that a poor answer is less certain than another; NaN where all are poor or none is.
        rho, p: rank correlation of certainty with Dice; NaN where there is none.
        kept: mean Dice of what is not looked at again, at each of `RATES`.
        ideal: the same if the poorest were looked at again.
        found: share of the poor answers that are among the looked at, at each of `RATES`; NaN without any.
        note: why a figure is missing; may be empty.
    """

    n: int
    poor: int
    auc: float
    rho: float
    p: float
    kept: tuple[float, ...]
    ideal: tuple[float, ...]
    found: tuple[float, ...]
    note: str = ""


def triage_figures(certainty: Floats, dice: Floats, limit: float = POOR_DICE) -> TriageFigures:
    """Measure one sign against Dice.

    Args:
        certainty: (N,) larger is more certain; NaN, where the model gave nothing, is the least certain of all.
        dice: (N,) 0 to 1, defined.
        limit: below it an answer is poor.

    Returns:
        NaN with a note for fewer than `LEAST` answers, and where nothing varies.
    """
    sign = np.where(np.isnan(certainty), -np.inf, certainty)
    n, poor = len(sign), dice < limit
    nothing = (math.nan,) * len(RATES)
    if n < LEAST:
        note = f"{n} answer{'' if n == 1 else 's'} only: nothing to tell"
        return TriageFigures(n, int(poor.sum()), math.nan, math.nan, math.nan, nothing, nothing, nothing, note)
    ranks = mean_ranks(sign)
    correlation = partial_spearman({"certainty": ranks, "dice": dice}, "certainty", "dice")
    notes = [correlation.note] if correlation.note else []
    if poor.all() or not poor.any():
        notes.append(f"{'all' if poor.all() else 'no'} answers are below {limit:g}")
    return TriageFigures(
        n,
        int(poor.sum()),
        roc_auc(-ranks, poor),
        correlation.r,
        correlation.p,
        kept_dice(ranks, dice),
        kept_dice(dice, dice),
        found_poor(ranks, poor),
        "; ".join(notes),
    )


def kept_dice(certainty: Floats, dice: Floats) -> tuple[float, ...]:
    """Mean Dice of the most certain answers when a share of all, rounded to whole answers, is looked at again.

    Equally certain answers count with their mean, whichever of them would be taken.

    Returns:
        One for each of `RATES`; NaN when none is kept.
    """
    values = _mean_of_ties(certainty, dice)
    order = np.argsort(certainty, kind="stable")
    totals = np.concatenate([np.cumsum(values[order][::-1])[::-1], [0.0]])
    n = len(dice)
    referred = [round(rate * n) for rate in RATES]
    return tuple(float(totals[k] / (n - k)) if k < n else math.nan for k in referred)


def found_poor(certainty: Floats, poor: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    """Share of the poor answers among those looked at again, one for each of `RATES`; NaN without poor answers."""
    if not poor.any():
        return (math.nan,) * len(RATES)
    values = _mean_of_ties(certainty, poor.astype(np.float64))
    totals = np.concatenate([[0.0], np.cumsum(values[np.argsort(certainty, kind="stable")])])
    return tuple(float(totals[round(rate * len(poor))] / poor.sum()) for rate in RATES)


def combined(signs: Mapping[str, Floats]) -> Floats:
    """Mean of the ranks of several signs, (N,) above 0 to 1; NaN of one sign is its lowest rank.

    Signs that are not known of any answer do not count.
    """
    known = [np.where(np.isnan(sign), -np.inf, sign) for sign in signs.values() if np.isfinite(sign).any()]
    if not known:
        return np.full(len(next(iter(signs.values()))), math.nan)
    return np.mean([mean_ranks(sign) / len(sign) for sign in known], axis=0)


def _mean_of_ties(certainty: Floats, values: Floats) -> Floats:
    """Values with those of equal certainty replaced by their mean."""
    _, place, counts = np.unique(certainty, return_inverse=True, return_counts=True)
    return (np.bincount(place, values) / counts)[place]

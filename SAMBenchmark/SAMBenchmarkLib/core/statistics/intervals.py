"""Means over objects with bootstrap intervals over patients: percentile and bias-corrected and accelerated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from SAMBenchmarkLib.core.statistics.bootstrap import (
    LEVEL,
    MOST_SUBJECTS,
    RESAMPLES,
    Estimate,
    numbered,
    subject_bootstrap,
)

LEAST_PATIENTS = 3
"""Fewer give no interval: their resamples are a handful of values."""

FEW_PATIENTS = 10
"""With fewer the interval is too narrow as a rule, and the note says so."""

_NONE = (math.nan, math.nan)
_ROUNDING = 1e-12


@dataclass(frozen=True)
class MeanInterval:
    """A mean with its intervals, or in words why there are none.

    Args:
        mean: over objects; NaN without any.
        percentile, bca: lower and upper end; NaN where there is no interval.
        objects, patients: how many it comes from.
        note: why there is no interval, or what to know about it; may be empty.
    """

    mean: float
    percentile: tuple[float, float]
    bca: tuple[float, float]
    objects: int
    patients: int
    note: str = ""


def mean_interval(
    values: Sequence[float] | npt.NDArray[np.float64],
    patients: Sequence[str] | npt.NDArray[np.str_] | npt.NDArray[np.int64],
    seed: int = 1,
    resamples: int = RESAMPLES,
) -> MeanInterval:
    """Mean over objects with 95 % intervals; whole patients are drawn, because objects of one patient are alike.

    Args:
        values: (N,) one per object; NaN is left out.
        patients: (N,) to whom each object belongs: names, or numbers from 0.
        seed: decides the draws.
        resamples: number of draws.

    Returns:
        Without intervals for fewer than `LEAST_PATIENTS` patients, or when all draws are the same.

    Source: Efron 1987, doi:10.1080/01621459.1987.10478410 (BCa, the jackknife leaves out one patient at a time);
        Davison and Hinkley 1997, section 3.8 (resampling of clusters).
    """
    numbers = np.asarray(values, np.float64)
    known = np.isfinite(numbers)
    numbers = numbers[known]
    count, people = numbered(np.asarray(patients)[known])
    note = _why_none(count)
    if note:
        mean = float(numbers.mean()) if count else math.nan
        return MeanInterval(mean, _NONE, _NONE, len(numbers), count, note)
    estimate = subject_bootstrap(numbers, people, "patients", seed, resamples)
    if np.ptp(estimate.draws) < _ROUNDING:
        note = "the same in every patient: no interval"
        return MeanInterval(estimate.value, _NONE, _NONE, len(numbers), count, note)
    note = f"{count} patients: the interval is rough" if count < FEW_PATIENTS else ""
    if count > MOST_SUBJECTS:
        note = f"patients were drawn in {MOST_SUBJECTS:,} fixed groups"
    bca = bca_ends(estimate, means_without_one(numbers, people))
    return MeanInterval(estimate.value, estimate.interval, bca, len(numbers), count, note)


def bca_ends(estimate: Estimate, left_out: npt.NDArray[np.float64], level: float = LEVEL) -> tuple[float, float]:
    """Ends of the bias-corrected and accelerated bootstrap interval.

    Args:
        estimate: a figure with its draws.
        left_out: (P,) the figure without each of the subjects in turn.
        level: percent of the draws that the interval holds.

    Returns:
        NaN where the draws lie all on one side of the figure, or leaving out a subject never changes it.

    Source: Efron 1987, doi:10.1080/01621459.1987.10478410, equations 2.3 and 6.6.
    """
    draws = estimate.draws[np.isfinite(estimate.draws)]
    below = (np.count_nonzero(draws < estimate.value) + np.count_nonzero(draws <= estimate.value)) / 2
    away = left_out.mean() - left_out
    spread = float((away**2).sum())
    if not 0 < below < len(draws) or spread < _ROUNDING**2:
        return _NONE
    bias = ndtri(below / len(draws))
    acceleration = (away**3).sum() / (6 * spread**1.5)
    z = bias + ndtri(np.array([100 - level, 100 + level]) / 200)
    low, high = np.percentile(draws, 100 * ndtr(bias + z / (1 - acceleration * z)))
    return float(low), float(high)


def means_without_one(
    values: npt.NDArray[np.float64], patients: npt.NDArray[np.str_] | npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """(P,) mean over all objects but those of one patient, for each of two or more patients."""
    people, place = numbered(patients)
    sums, counts = np.bincount(place, values, people), np.bincount(place, minlength=people)
    return (sums.sum() - sums) / (counts.sum() - counts)


def _why_none(patients: int) -> str:
    if patients == 0:
        return "no value is defined"
    if patients < LEAST_PATIENTS:
        return f"{patients} patient{'' if patients == 1 else 's'} only: no interval"
    return ""

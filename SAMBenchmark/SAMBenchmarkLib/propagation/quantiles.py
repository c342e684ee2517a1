"""Quantiles in which every dataset weighs the same, with bootstrap intervals."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.statistics.bootstrap import RESAMPLES, Estimate
from SAMBenchmarkLib.propagation.record import About


def even_quantile(values: Iterable[tuple[About, float]], share: float, seed: int = 1) -> Estimate:
    """The smallest value that at least a share of the weight does not exceed.

    Args:
        values: structure and value; undefined ones are left out. The values of a dataset share a weight of 1.
        share: 0 to 1; 0.5 is the median.
        seed: decides the draws, which resample the subjects of each dataset as `subject_bootstrap` does.

    Returns:
        NaN when there is no value.
    """
    known = sorted(((value, about) for about, value in values if not math.isnan(value)), key=lambda pair: pair[0])
    if not known:
        return Estimate(math.nan, np.full(RESAMPLES, math.nan))
    numbers = np.array([value for value, _ in known])
    sources = np.array([about.source for _, about in known])
    subjects = np.array([about.subject for _, about in known])
    weights, drawn = np.zeros(len(known)), np.zeros((RESAMPLES, len(known)))
    for source in np.unique(sources):
        here = sources == source
        times = _times(subjects[here], str(source), seed)
        weights[here] = 1 / np.count_nonzero(here)
        drawn[:, here] = times / times.sum(axis=1, keepdims=True)
    draws = np.array([_quantile(numbers, one, share) for one in drawn])
    people = len({(about.source, about.subject) for _, about in known})
    return Estimate(_quantile(numbers, weights, share), draws, len(known), people)


def _times(subjects: npt.NDArray[np.str_], source: str, seed: int) -> npt.NDArray[np.float64]:
    """(R, N) how often each value is drawn: as often as its subject."""
    people, place = np.unique(subjects, return_inverse=True)
    rng = np.random.default_rng([seed, zlib.crc32(source.encode("utf-8"))])
    return rng.multinomial(len(people), np.full(len(people), 1 / len(people)), size=RESAMPLES)[:, place].astype(float)


def _quantile(numbers: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], share: float) -> float:
    """Of ascending numbers with weights."""
    total = np.cumsum(weights)
    place = int(np.searchsorted(total, share * total[-1] * (1 - 1e-12)))
    return float(numbers[min(place, len(numbers) - 1)])

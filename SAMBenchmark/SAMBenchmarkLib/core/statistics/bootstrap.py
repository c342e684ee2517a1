"""Means with bootstrap intervals: subjects are drawn anew within each source, sources stay as they are."""

from __future__ import annotations

import functools
import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
LEVEL = 95
"""Percent of the draws that an interval holds."""

MOST_SUBJECTS = 5_000
"""Of more, fixed groups of subjects are drawn instead: time grows with their number, the interval's width does not."""

_ROUNDING = 1e-12
_DRAWN_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class Estimate:
    """A figure with its bootstrap draws.

    Args:
        value: the figure itself; NaN when there is none.
        draws: (R,) the same figure of resampled subjects.
        objects, subjects: how many it comes from.
    """

    value: float
    draws: npt.NDArray[np.float64] = field(repr=False)
    objects: int = 0
    subjects: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the percentile interval; NaN where nothing varies, as with a single subject."""
        known = self.draws[np.isfinite(self.draws)]
        if not len(known) or np.ptp(known) < _ROUNDING:
            return math.nan, math.nan
        low, high = np.percentile(known, ((100 - LEVEL) / 2, (100 + LEVEL) / 2))
        return float(low), float(high)

    def __neg__(self) -> Estimate:
        return Estimate(-self.value, -self.draws, self.objects, self.subjects)

    def __sub__(self, other: Estimate) -> Estimate:
        """The difference of two figures of the same subjects, drawn together."""
        return Estimate(self.value - other.value, self.draws - other.draws, self.objects, self.subjects)


def subject_bootstrap(
    values: Sequence[float] | npt.NDArray[np.float64],
    subjects: Sequence[str] | npt.NDArray[np.int64],
    name: str,
    seed: int = 1,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The mean over the objects of one source, and the means of resampled subjects.

    Figures of one source drawn with the same name, seed and subjects belong together draw by draw.

    Args:
        values: (N,) one per object; NaN is left out.
        subjects: (N,) to whom each belongs: names, or numbers from 0.
        name: of the source; its draws depend on it, so that sources vary independently.
        seed: decides the draws.
        resamples: number of draws.

    Returns:
        NaN when no value is defined. With one subject every draw is the mean itself.

    Source: Efron 1979, doi:10.1214/aos/1176344552; subjects are the units because objects of one are alike.
    """
    numbers = np.asarray(values, np.float64)
    people, place = numbered(subjects)
    known = np.isfinite(numbers)
    if not known.any():
        return Estimate(math.nan, np.full(resamples, math.nan))
    with_values = len(np.unique(place[known]))
    if people > MOST_SUBJECTS:
        people, place = MOST_SUBJECTS, place % MOST_SUBJECTS
    sums = np.bincount(place[known], numbers[known], people)
    counts = np.bincount(place[known], minlength=people)
    parts = [
        (times @ counts, times @ sums) for times in _times_drawn(people, zlib.crc32(name.encode()), seed, resamples)
    ]
    drawn, totals = (np.concatenate(part) for part in zip(*parts, strict=True))
    draws = np.divide(totals, drawn, out=np.full(resamples, math.nan), where=drawn > 0)
    return Estimate(float(sums.sum() / counts.sum()), draws, int(known.sum()), with_values)


def numbered(subjects: Sequence[str] | npt.NDArray[np.int64]) -> tuple[int, npt.NDArray[np.int64]]:
    """How many subjects there are, and (N,) each one's number from 0 in the order of names or numbers.

    Args:
        subjects: (N,) names, or numbers from 0, which is much quicker for many.
    """
    given = np.asarray(subjects)
    if given.dtype.kind not in "iu":
        people, place = np.unique(given.astype(str), return_inverse=True)
        return len(people), place
    present = np.bincount(given) > 0
    return int(np.count_nonzero(present)), (np.cumsum(present) - 1)[given]


def _times_drawn(people: int, source: int, seed: int, resamples: int) -> Iterator[npt.NDArray[np.int64]]:
    """(draws, subjects) how often each was drawn, a part of the draws at a time: a large study has many subjects."""
    if people * resamples <= _DRAWN_AT_ONCE:
        yield _kept_draws(people, source, seed, resamples)
        return
    yield from _draw(people, source, seed, resamples)


@functools.lru_cache(maxsize=4)
def _kept_draws(people: int, source: int, seed: int, resamples: int) -> npt.NDArray[np.int64]:
    """All draws of a study of usual size: every strategy and metric of a structure has the same."""
    return np.concatenate(list(_draw(people, source, seed, resamples)))


def _draw(people: int, source: int, seed: int, resamples: int) -> Iterator[npt.NDArray[np.int64]]:
    rng = np.random.default_rng([seed, source])
    chances = np.full(people, 1 / people)
    part = max(1, _DRAWN_AT_ONCE // people)
    for first in range(0, resamples, part):
        yield rng.multinomial(people, chances, size=min(part, resamples - first))


def mean_of_sources(estimates: Sequence[Estimate]) -> Estimate:
    """The mean of sources, each counting once whatever its number of objects; NaN when there are none."""
    if not estimates:
        return Estimate(math.nan, np.full(RESAMPLES, math.nan))
    draws = np.mean([estimate.draws for estimate in estimates], axis=0)
    objects, subjects = (sum(getattr(e, name) for e in estimates) for name in ("objects", "subjects"))
    return Estimate(float(np.mean([estimate.value for estimate in estimates])), draws, objects, subjects)

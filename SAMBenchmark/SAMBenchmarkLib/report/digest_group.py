"""Figures of one strategy, selection and structure: means of all objects, and single values of a sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.metric_columns import METRICS
from SAMBenchmarkLib.core.moments import Moments

MOST_OBJECTS = 5_000
"""Single values are kept of so many objects of a group: plots need no more, and memory does not grow with the study."""

POSITION_BINS = 10
"""Steps from the first to the last slice that shows a structure."""

KEPT = (*(metric.column for metric in METRICS), "ordinal", "stack", "slice", "label_value")


@dataclass(eq=False)
class Group:
    """One strategy, selection and structure.

    Attributes:
        count: objects.
        moments: metric -> mean and deviation of all objects.
        undefined: why distances are undefined -> how often.
        without_pixel_size: objects whose distances are known in pixels only.
        position_sums, position_counts: (POSITION_BINS,) of Dice from the first to the last slice of each stack.
        kept: column -> values of the objects that are kept, in the order of the rows: metrics with NaN where undefined,
            `ordinal` the row's number in the stream, `stack` the number of its stack of slices.
    """

    count: int = 0
    moments: dict[str, Moments] = field(default_factory=lambda: {metric.column: Moments() for metric in METRICS})
    undefined: Counter[str] = field(default_factory=Counter)
    without_pixel_size: int = 0
    position_sums: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(POSITION_BINS))
    position_counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(POSITION_BINS, np.int64))
    kept: dict[str, npt.NDArray[Any]] = field(default_factory=lambda: {name: np.empty(0) for name in KEPT})

    def keep(self, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take in further objects, and drop some when there are too many.

        Which ones stay depends on their numbers alone: the same rows leave the same sample, however they came. The
        object of lowest Dice always stays.

        Args:
            columns: name -> (N,) of `KEPT`, in the order of the rows.
        """
        self.count += len(columns["ordinal"])
        self.kept = {name: np.concatenate([self.kept[name], columns[name]]) for name in KEPT}
        if len(self.kept["ordinal"]) > MOST_OBJECTS:
            lots = _lots(self.kept["ordinal"].astype(np.uint64))
            if np.isfinite(self.kept["dice"]).any():
                lots[np.nanargmin(self.kept["dice"])] = 0
            stay = np.sort(np.argpartition(lots, MOST_OBJECTS)[:MOST_OBJECTS])
            self.kept = {name: values[stay] for name, values in self.kept.items()}

    @property
    def sampled(self) -> bool:
        """Whether some objects are counted only."""
        return self.count > len(self.kept["ordinal"])

    @property
    def ordinals(self) -> npt.NDArray[np.int64]:
        """Number of each kept row in the stream, from 0."""
        return self.kept["ordinal"].astype(np.int64)

    @property
    def stacks(self) -> npt.NDArray[np.int64]:
        """Number of the stack of slices (case, frame, plane) of each kept object."""
        return self.kept["stack"].astype(np.int64)

    @property
    def slices(self) -> npt.NDArray[np.int64]:
        """Slice index of each kept object."""
        return self.kept["slice"].astype(np.int64)

    def values(self, metric: str) -> npt.NDArray[np.float64]:
        """Kept values of a metric, NaN where undefined."""
        return self.kept[metric].astype(np.float64)

    def defined(self, metric: str) -> npt.NDArray[np.float64]:
        """Kept values of a metric that are defined; may be empty."""
        values = self.values(metric)
        return values[np.isfinite(values)]

    def __len__(self) -> int:
        return self.count


def _lots(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A number that looks drawn for each number.

    Source: Steele, Lea and Flood 2014, doi:10.1145/2714064.2660195, SplitMix64.
    """
    with np.errstate(over="ignore"):
        mixed = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))

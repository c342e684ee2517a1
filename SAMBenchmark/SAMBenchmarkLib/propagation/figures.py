"""Figures of propagation over many structures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from SAMBenchmarkLib.core.statistics.bootstrap import Estimate
from SAMBenchmarkLib.propagation.quantiles import even_quantile
from SAMBenchmarkLib.propagation.record import OWN, Record

MEDIAN, P90 = 0.5, 0.9


def measured(records: Sequence[Record]) -> list[Record]:
    """Those without a failure."""
    return [record for record in records if not record.failure]


def overrun(records: Sequence[Record], share: float, method: str = OWN, seed: int = 1) -> Estimate:
    """A quantile of the slices beyond an end, over all ends that are not the volume's."""
    ends = []
    for record in records:
        figures = record.methods.get(method)
        if figures is not None:
            ends += [(record.about, value) for value in (figures.overrun_low, figures.overrun_high)]
    return even_quantile(ends, share, seed)


def missed(records: Sequence[Record], share: float = MEDIAN, method: str = OWN, seed: int = 1) -> Estimate:
    """A quantile of the slices missed within a structure."""
    found = [(record.about, record.methods[method].missed) for record in records if method in record.methods]
    return even_quantile(found, share, seed)


def median_spearman(records: Sequence[Record], seed: int = 1) -> Estimate:
    """Median over structures of the rank correlation of slice confidence and slice Dice."""
    return even_quantile([(record.about, record.trust.spearman) for record in records], MEDIAN, seed)


def keyframe_gain(record: Record) -> float:
    """How much Dice two keyframes more give."""
    return record.keyframes.dice_after - record.keyframes.dice_before


def gain_over_interpolation(record: Record) -> float:
    """How far propagation is above interpolation on the slices between the same keyframes."""
    return record.keyframes.between - record.keyframes.between_interpolated


def encodes_per_slice(record: Record) -> float:
    """Images encoded per slice visited; NaN where none was visited."""
    return record.cost.encodes / record.cost.visited if record.cost.visited else math.nan


def decodes_per_slice(record: Record) -> float:
    """Sets of prompts decoded per slice visited; NaN where none was visited."""
    return record.cost.decodes / record.cost.visited if record.cost.visited else math.nan


def time_ratio(record: Record) -> float:
    """Time of propagation in terms of that of its encodes and decodes; 1 when nothing else takes any."""
    return record.cost.seconds / record.cost.model_seconds if record.cost.model_seconds else math.nan


def flagged(record: Record) -> float:
    """Whether the slice of lowest confidence is among the worst, 1 or 0."""
    return record.trust.flagged_among_worst

"""What measuring a model on samples gives, and the callable that does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
from SAMSegmenterLib.models.training.fine_tuning.samples import Sample


@dataclass(frozen=True)
class ObjectScore:
    """One object of one slice.

    Args:
        structure: its name.
        patient: number of the patient, from 0 in the order of the samples; no name.
        dice: of the mask that a user gets, 0 to 1.
        dice_single: of the model's single mask; equals `dice` where that is what a user gets, NaN where not measured.
    """

    structure: str
    patient: int
    dice: float
    dice_single: float


Evaluate = Callable[[Predictor, Sequence[Sample], bool, OnProgress, ShouldStop], list[ObjectScore]]
"""Measures a predictor on all objects of samples, with the single mask only where the third argument is True; raises
`Cancelled` when told to stop."""


def mean_dice(scores: Sequence[ObjectScore]) -> float:
    """Mean over structures of the mean over their objects, 0 to 1; every structure counts the same.

    Raises:
        StatisticsError: there are no scores.
    """
    of: dict[str, list[float]] = {}
    for score in scores:
        of.setdefault(score.structure, []).append(score.dice)
    return fmean(fmean(values) for values in of.values())

"""How far predicted IoU can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import stats

from SAMBenchmarkLib.validation.scores import PromptScore

BINS = 10


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predicted against true IoU.

    Args:
        expected_error: mean over objects of the distance between mean prediction and mean truth in their bin, 0 to 1.
        spearman: rank correlation, -1 to 1; NaN below three objects or where all are alike.
        objects: how many.
        predicted, true, counts: (BINS,) mean predicted and true IoU and number of objects per bin; NaN in empty bins.
    """

    expected_error: float
    spearman: float
    objects: int
    predicted: npt.NDArray[np.float64] = field(repr=False)
    true: npt.NDArray[np.float64] = field(repr=False)
    counts: npt.NDArray[np.int64] = field(repr=False)


def calibrate(scores: Sequence[PromptScore]) -> Calibration:
    """Compare predicted with true IoU in ten equal bins of predicted IoU; what lies beyond 0 or 1 is in the end bins.

    Args:
        scores: of any prompts.

    Returns:
        NaN figures when there are no scores.

    Source: expected calibration error as in Guo et al. 2017, arXiv:1706.04599, equation 3, for a score in place of a
        probability.
    """
    predicted = np.array([score.predicted_iou for score in scores], np.float64)
    true = np.array([score.true_iou for score in scores], np.float64)
    place = np.clip((predicted * BINS).astype(int), 0, BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    sums = [np.bincount(place, values, BINS) for values in (predicted, true)]
    error = float(np.abs(sums[0] - sums[1]).sum() / len(scores)) if len(scores) else math.nan
    varied = len(scores) > 2 and np.ptp(predicted) > 0 and np.ptp(true) > 0
    correlation = float(stats.spearmanr(predicted, true).statistic) if varied else math.nan
    means = [np.divide(total, counts, out=np.full(BINS, math.nan), where=counts > 0) for total in sums]
    return Calibration(error, correlation, len(scores), means[0], means[1], counts)

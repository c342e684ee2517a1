"""Several boxes, slightly moved: the mean of their answers, and whether its uncertainty finds the errors.

Source: Deng et al. 2023, SAM-U, arXiv:2307.04973; number and size of the moves, and where the area under the curve is
measured, are ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.probabilities import probability_map
from SAMBenchmarkLib.core.protocols.contract import Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.roi_crop import region_of_interest
from SAMBenchmarkLib.core.protocols.sam_md_jitter import jittered_box
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.regions import bounding_region
from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMBenchmarkLib.core.statistics.roc import roc_auc
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.uncertainty import disagreement

NAME = "sam-u"
STRATEGY = "S5"
SURROUNDINGS = 0.5
"""Errors are looked for in the box around object and answer, with half of its sides as a margin: further away there is
nothing but certain background, which would flatter every uncertainty."""

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class MeanAnswer:
    """What several answers say together.

    Args:
        probability: (H, W), mean of the answers' probabilities, 0 to 1.
        entropy: (H, W) of that mean, bits, 0 to 1.
        touched: (H, W) bool, what any of the answers calls the object.
        score: mean predicted IoU.
    """

    probability: Floats
    entropy: Floats
    touched: Mask
    score: float

    @property
    def mask(self) -> Mask:
        """Where the mean probability is above one half."""
        return self.probability > 0.5

    @property
    def uncertainty(self) -> float:
        """Mean entropy within what any answer calls the object; NaN when no answer holds a pixel."""
        return float(self.entropy[self.touched].mean()) if self.touched.any() else math.nan


def mean_answer(
    model: SliceModel, box: tuple[int, int, int, int], count: int, share: float, rng: np.random.Generator
) -> MeanAnswer:
    """Ask with several boxes whose sides are each off by up to a share of the box; of each answer the model's own
    choice counts.

    Args:
        box: (x0, y0, x1, y1), inclusive maxima.
        count: number of boxes.
        share: 0 to 1.
    """
    boxes = [Prompts.of(box=jittered_box(box, share, model.shape, rng)) for _ in range(count)]  # type: ignore[arg-type]
    answers = model.decode(boxes)
    probabilities = np.stack([_probability(answer, model) for answer in answers])
    score = float(np.mean([answer.scores[answer.best] for answer in answers]))
    touched = (probabilities > 0.5).any(axis=0)
    return MeanAnswer(probabilities.mean(axis=0), disagreement(probabilities), touched, score)


def error_auc(entropy: Floats, mask: Mask, reference: Mask) -> float:
    """Area under the curve of the entropy against the true errors, in and around object and answer.

    Returns:
        0 to 1; NaN where every pixel there is right, or every one wrong.
    """
    region = bounding_region(mask | reference)
    if region is None:
        return math.nan
    rows, columns = region
    box = (columns.start, rows.start, columns.stop - 1, rows.stop - 1)
    x0, y0, x1, y1 = region_of_interest(box, SURROUNDINGS, mask.shape)  # type: ignore[arg-type]
    window = slice(y0, y1 + 1), slice(x0, x1 + 1)
    return roc_auc(entropy[window], (mask ^ reference)[window])


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    settings, box = options.protocol_settings, tight_box(target.mask)
    found = mean_answer(model, box, settings.uncertainty_boxes, settings.uncertainty_share, target.rng(NAME))
    figures = {
        "uncertainty": found.uncertainty,
        "uncertainty_auc": error_auc(found.entropy, found.mask, target.mask),
    }
    candidates = Candidates(found.mask[None], np.array([found.score]))
    rules = {"predicted_iou": "first"}
    yield Answer(STRATEGY, Prompts.of(box=box), candidates, NAME, rules=rules, figures=figures)


def _probability(answer: Candidates, model: SliceModel) -> Floats:
    if answer.low_res is None:
        return answer.masks[answer.best].astype(np.float64)
    return probability_map(answer.low_res[answer.best], model.shape, model.predictor.spec.mask_threshold)


evaluate = object_by_object(_answers)

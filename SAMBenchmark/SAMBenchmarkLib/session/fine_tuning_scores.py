"""Measures a model on samples the way the benchmark does: a box per object, or no prompt at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.core.selection import select
from SAMBenchmarkLib.core.simulated_prompts import strategy_prompts
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import Embedding, Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.promptless import segment_slice
from SAMSegmenterLib.models.training.fine_tuning.samples import ObjectMask, Sample
from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore

BOX_STRATEGY = "S5"


def evaluate_samples(
    predictor: Predictor,
    samples: Sequence[Sample],
    with_single: bool = True,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> list[ObjectScore]:
    """Dice of every object: of the candidate with the highest predicted IoU, and of the single mask.

    Args:
        with_single: False leaves the single mask out (NaN), which takes half the time.

    Returns:
        Scores in the order of the samples and their objects; a promptless model has only its single mask.

    Raises:
        Cancelled: `should_stop` said so.
    """
    numbers: dict[str, int] = {}
    scores = []
    meter = ProgressMeter("measuring", len(samples), on_progress)
    for sample in samples:
        if should_stop():
            raise Cancelled
        patient = numbers.setdefault(sample.patient, len(numbers))
        embedding = predictor.encode([sample.image])[0]
        for item in sample.objects:
            shown = dice(shown_mask(predictor, embedding, item), item.mask)
            single = shown if predictor.spec.promptless else float("nan")
            if with_single and not predictor.spec.promptless:
                single = dice(_single_mask(predictor, embedding, item), item.mask)
            scores.append(ObjectScore(item.structure, patient, shown, single))
        meter.advance()
    return scores


def shown_mask(predictor: Predictor, embedding: Embedding, item: ObjectMask) -> Mask:
    """The mask that a user gets for an object: the model's own choice among its candidates for the tight box."""
    if predictor.spec.promptless:
        return segment_slice(predictor, embedding).masks[0]
    candidates = predictor.decode(embedding, [strategy_prompts(item.mask, BOX_STRATEGY)])[0]
    chosen = select(candidates.masks, candidates.scores, item.mask, "predicted_iou")
    return np.zeros(item.shape, bool) if chosen is None else candidates.masks[chosen]


def _single_mask(predictor: Predictor, embedding: Embedding, item: ObjectMask) -> Mask:
    return predictor.decode(embedding, [strategy_prompts(item.mask, BOX_STRATEGY)], multimask=False)[0].masks[0]

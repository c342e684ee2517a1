"""How little a mask changes when the model's threshold is moved: a sign of certainty that needs no reference."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from SAMSegmenterLib.core.predictor import Candidates

OFFSET = 1.0
"""Logits by which the threshold is moved either way."""


def stability_score(logits: npt.NDArray[np.floating], threshold: float = 0.0, offset: float = OFFSET) -> float:
    """Intersection over union of the masks above a higher and above a lower threshold.

    Args:
        logits: of any shape.
        threshold: logit above which a pixel is inside.

    Returns:
        0 to 1; NaN when nothing lies above the lower threshold.

    Source: Kirillov et al. 2023, arXiv:2304.02643, appendix B.
    """
    possible = np.count_nonzero(logits > threshold - offset)
    return np.count_nonzero(logits > threshold + offset) / possible if possible else math.nan


def with_stability(candidates: Candidates, shape: tuple[int, int], threshold: float) -> Candidates:
    """The same candidates with their stability, measured on the low-resolution logits; as they are without logits.

    Args:
        shape: (H, W) of the image that was encoded; what the logits say of its padding does not count.
        threshold: the model's, as in `stability_score`.
    """
    if candidates.low_res is None or not len(candidates):
        return candidates
    side, longest = candidates.low_res.shape[-1], max(shape)
    height, width = (min(side, math.ceil(side * length / longest)) for length in shape)
    scores = [stability_score(logits[:height, :width], threshold) for logits in candidates.low_res]
    return replace(candidates, stability=np.array(scores, np.float32))

"""Step from the moved neighbour to the prompts of the next slice."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.mask_logits import PRIOR_LOGIT
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation.parameters import PropagationParameters
from SAMSegmenterLib.core.propagation.shape import Region


def carried_prompts(
    expected: np.ndarray,
    likelihood: np.ndarray,
    region: Region,
    shape: tuple[int, int],
    parameters: PropagationParameters,
) -> Prompts:
    """What the model is told on the next slice.

    Args:
        expected: (h, w) signed distance of the moved neighbour on the region, positive somewhere.
        likelihood: (h, w) of the intensities, as `Appearance.likelihood` gives it.
        shape: (H, W) of the slice.
    """
    top, left = region[0].start, region[1].start
    positives = [_at(np.argmax(expected), expected, top, left)] if parameters.point else []
    negatives = _negative(expected, likelihood, top, left) if parameters.negative else []
    prior = None
    if parameters.logits:
        prior = np.full(shape, -PRIOR_LOGIT, np.float32)
        prior[region] = PRIOR_LOGIT * np.clip(expected / max(2.0, 0.25 * _radius(expected)), -1, 1)
    box = _box(expected, top, left, shape, parameters.margin) if parameters.box else None
    return Prompts.of(positives, negatives, box=box, mask_prior=prior)


def _negative(expected: np.ndarray, likelihood: np.ndarray, top: int, left: int) -> list[tuple[int, int]]:
    """The pixel beside the structure that looks least like it."""
    size = _radius(expected)
    beside = (-expected > max(2.0, 0.3 * size)) & (-expected < max(4.0, 0.8 * size))
    return [_at(np.argmin(np.where(beside, likelihood, np.inf)), expected, top, left)] if beside.any() else []


def _box(expected: np.ndarray, top: int, left: int, shape: tuple[int, int], margin: int) -> tuple[int, int, int, int]:
    inside = expected > 0
    rows, columns = np.flatnonzero(inside.any(axis=1)) + top, np.flatnonzero(inside.any(axis=0)) + left
    return (
        max(0, int(columns[0]) - margin),
        max(0, int(rows[0]) - margin),
        min(shape[1] - 1, int(columns[-1]) + margin),
        min(shape[0] - 1, int(rows[-1]) + margin),
    )


def _radius(expected: np.ndarray) -> float:
    return float(np.sqrt(np.count_nonzero(expected > 0) / np.pi))


def _at(flat: np.intp, values: np.ndarray, top: int, left: int) -> tuple[int, int]:
    row, column = np.unravel_index(flat, values.shape)
    return int(column) + left, int(row) + top

"""Low-resolution logits of a model as probabilities on the slice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]


def probability_map(logits: npt.NDArray[np.floating], shape: tuple[int, int], threshold: float = 0.0) -> Floats:
    """Probability of every pixel to be inside, enlarged bilinearly from the model's logits.

    Args:
        logits: (side, side) of the slice with its longer side enlarged to the square, padded to the right or below.
        shape: (H, W) of the slice.
        threshold: logit that stands for a probability of 0.5.

    Returns:
        (H, W) from 0 to 1.
    """
    side, longest = logits.shape[-1], max(shape)
    rows, columns = (_weights(length, side * length / longest, side) for length in shape)
    return expit(rows @ np.asarray(logits, np.float64) @ columns.T - threshold)


def _weights(length: int, used: float, side: int) -> Floats:
    """(length, side) shares of the low-resolution cells in each pixel; cells beyond the image count nothing."""
    last = min(side, int(np.ceil(used))) - 1
    at = np.clip((np.arange(length) + 0.5) * used / length - 0.5, 0, last)
    low = np.minimum(at.astype(np.int64), max(0, last - 1))
    share = at - low
    weights = np.zeros((length, side))
    every = np.arange(length)
    weights[every, low] = 1 - share
    weights[every, np.minimum(low + 1, last)] += share
    return weights

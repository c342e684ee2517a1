"""Which values a label map holds, counted by table: sorting all pixels takes many times longer."""

from __future__ import annotations

import numpy as np

_TABLE_PER_PIXEL = 16  # with a wider range of values the table would outgrow the image


def numbered(labels: np.ndarray) -> tuple[int, np.ndarray]:
    """Number the values of a label map from 0, the lowest first.

    Args:
        labels: integers of any shape, not empty.

    Returns:
        The count of different values, and the number of each pixel's value in the shape of `labels`.
    """
    low, span = _range(labels)
    if span > _TABLE_PER_PIXEL * labels.size:
        values, index = np.unique(labels, return_inverse=True)
        return len(values), index.reshape(labels.shape)
    shifted = labels - low
    present = np.bincount(shifted.ravel(), minlength=span) > 0
    return int(present.sum()), (np.cumsum(present) - 1)[shifted]


def value_counts(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """List the values of a label map, the lowest first, and how many pixels each has.

    Args:
        labels: integers of any shape, not empty.

    Returns:
        (N,) values and (N,) counts of at least 1.
    """
    low, span = _range(labels)
    if span > _TABLE_PER_PIXEL * labels.size:
        return np.unique(labels, return_counts=True)
    counts = np.bincount((labels - low).ravel(), minlength=span)
    (places,) = np.nonzero(counts)
    return places + low, counts[places]


def _range(labels: np.ndarray) -> tuple[int, int]:
    low = int(labels.min())
    return low, int(labels.max()) - low + 1

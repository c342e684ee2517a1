"""Slices between keyframes by interpolation of signed distances, without a model."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.core.arrays import Mask


def interpolate(keyframes: Mapping[int, Mask]) -> dict[int, Mask]:
    """Fill in the slices between neighbouring keyframes; beyond the outermost there is nothing.

    Args:
        keyframes: (H, W) bool by number of the slice, none of them empty.

    Returns:
        The keyframes as they are, and a mask for every slice between two of them.

    Source: Raya and Udupa 1990, doi:10.1109/42.52980 (shape-based interpolation).
    """
    found = dict(sorted(keyframes.items()))
    for (low, below), (high, above) in itertools.pairwise(sorted(keyframes.items())):
        first, second = signed_distance(below), signed_distance(above)
        for index in range(low + 1, high):
            weight = (index - low) / (high - low)
            found[index] = (1 - weight) * first + weight * second > 0
    return dict(sorted(found.items()))


def signed_distance(mask: Mask) -> np.ndarray:
    """Distance of every pixel to the nearest of the other side, pixels; positive inside, negative outside.

    A mask that fills its slice is as deep as the slice is long.
    """
    if mask.all():
        return np.full(mask.shape, float(max(mask.shape)))
    return ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)

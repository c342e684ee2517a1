"""Distance to the background along steps of a 5 x 5 neighbourhood: an approximation of the Euclidean distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from SAMSegmenterLib.core.arrays import Mask

_SHIFT = 16
_STRAIGHT, _DIAGONAL, _LONG = (round(step * (1 << _SHIFT)) for step in (1.0, 1.4, 2.1969))
_FAR = np.int64(1) << 40


def chamfer_5x5(mask: Mask) -> npt.NDArray[np.float32]:
    """Length of the shortest way from each pixel to the background; steps 1, 1.4 (diagonal) and 2.1969 (knight's move).

    Args:
        mask: (H, W) boolean.

    Returns:
        (H, W) pixels, 0 on the background. Without any background all pixels are equally, very far away.

    Source: Borgefors 1986, Computer Vision, Graphics, and Image Processing 34(3), 344-371; steps and fixed-point
        arithmetic as in OpenCV's distanceTransform with a mask of 5.
    """
    distance = np.where(np.asarray(mask, bool), _FAR, np.int64(0))
    distance = _pass(distance)
    return (_pass(distance[::-1, ::-1])[::-1, ::-1] * (1.0 / (1 << _SHIFT))).astype(np.float32)


def _pass(distance: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One sweep from the top left; pixels never get farther."""
    height, width = distance.shape
    padded = np.full((height + 2, width + 4), _FAR)
    padded[2:, 2:-2] = distance
    along = np.arange(width) * _STRAIGHT
    steps = ((1, 0, _STRAIGHT), (1, -1, _DIAGONAL), (1, 1, _DIAGONAL))
    steps += tuple((up, side, _LONG) for up, side in ((1, -2), (1, 2), (2, -1), (2, 1)))
    for row in range(2, height + 2):
        best = padded[row, 2:-2]
        for up, side, cost in steps:
            best = np.minimum(best, padded[row - up, 2 + side : 2 + side + width] + cost)
        padded[row, 2:-2] = np.minimum.accumulate(best - along) + along
    return np.minimum(padded[2:, 2:-2], _FAR)

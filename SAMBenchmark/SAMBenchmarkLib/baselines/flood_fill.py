"""Flood fill from a point, within a tolerance and a distance.

Tried on images of training subjects: tolerances of 5, 10, 12, 15 and 20 % of the intensity range, limits of 10, 15 and
25 % of the longer side, a Gaussian of 1 or 2 pixels, holes filled or not; the best is the default.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.baselines.inputs import channels, positive_pixels
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts


def flood_fill(
    image: Any,
    prompts: Prompts,
    *,
    tolerance: float = 0.12,
    limit: float = 0.15,
    smoothing: float = 1.0,
    fill_holes: bool = True,
) -> Mask:
    """Pixels near a point that are 4-connected to it through values like its own.

    Args:
        image: (H, W) or (H, W, 3) of any real type; colour must be alike in every channel.
        prompts: with at least one positive point; each is filled from, negative points have no effect.
        tolerance: largest difference to the point's value, as a share of the image's range from smallest to largest.
        limit: largest distance from the point, as a share of the image's longer side.
        smoothing: standard deviation of the Gaussian before, pixels; 0 for none.
        fill_holes: True adds what the region encloses.

    Returns:
        (H, W) bool; holds the points.

    Raises:
        InputError: there is no positive point.
    """
    values = channels(image)
    shape = values.shape[:2]
    smooth = ndimage.gaussian_filter(values, (smoothing, smoothing, 0))
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    mask = np.zeros(shape, bool)
    for x, y in positive_pixels(prompts, shape):
        near = (rows - y) ** 2 + (columns - x) ** 2 <= (limit * max(shape)) ** 2
        parts, _count = ndimage.label(near & (np.abs(smooth - smooth[y, x]) <= tolerance).all(axis=2))
        mask |= parts == parts[y, x]
    return ndimage.binary_fill_holes(mask) if fill_holes else mask

"""Confidence-connected region growing of SimpleITK from a point.

Tried on images of training subjects: multipliers of 1.5, 2, 2.5 and 3 standard deviations, 1, 2 and 4 iterations,
neighbourhoods of radius 1, 2 and 3, a Gaussian of 0 to 1.5 pixels, holes filled or not; the best is the default.
The library's variant for colour fails on neighbourhoods whose channels vary together, so that grey values are compared.
"""

from __future__ import annotations

from typing import Any

import SimpleITK
from scipy import ndimage

from SAMBenchmarkLib.baselines.inputs import grey, positive_pixels
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts


def region_growing(
    image: Any,
    prompts: Prompts,
    *,
    multiplier: float = 2.5,
    iterations: int = 4,
    radius: int = 2,
    smoothing: float = 1.0,
    fill_holes: bool = True,
) -> Mask:
    """Pixels connected to a point whose values lie near the mean of what was found so far.

    Args:
        image: (H, W) or (H, W, 3) of any real type; of colour the luma counts.
        prompts: with at least one positive point; all of them are seeds, negative points have no effect.
        multiplier: half width of the accepted range in standard deviations.
        iterations: how often mean and deviation are taken anew from the region.
        radius: of the neighbourhood that the first mean is taken from, pixels.
        smoothing: standard deviation of the Gaussian before, pixels; 0 for none.
        fill_holes: True adds what the region encloses.

    Returns:
        (H, W) bool; holds the seeds.

    Raises:
        InputError: there is no positive point.

    Source: the method ConfidenceConnected of the Insight Toolkit, itk.org.
    """
    values = grey(image)
    seeds = positive_pixels(prompts, values.shape)
    smooth = SimpleITK.GetImageFromArray(ndimage.gaussian_filter(values, smoothing))
    found = SimpleITK.ConfidenceConnected(smooth, seeds.tolist(), iterations, multiplier, radius, 1)
    grown = SimpleITK.GetArrayFromImage(found) > 0
    grown[seeds[:, 1], seeds[:, 0]] = True  # a seed may differ too much from its own surroundings
    return ndimage.binary_fill_holes(grown) if fill_holes else grown

"""What an object looks like in its slice, as numbers that may explain how well it is segmented."""

from __future__ import annotations

import math

import numpy as np

from SAMBenchmarkLib.core.elliptic_fourier import FourierOrder, fourier_order
from SAMBenchmarkLib.core.regions import bounding_region
from SAMSegmenterLib.core.arrays import Mask, as_mask
from SAMSegmenterLib.core.errors import InputError

__all__ = ["FourierOrder", "aspect_ratio", "fourier_order", "intensity_difference", "size"]


def size(mask: Mask) -> int:
    """Number of pixels of a mask.

    Args:
        mask: (H, W) boolean.
    """
    return int(np.count_nonzero(as_mask(mask)))


def aspect_ratio(mask: Mask) -> float:
    """Short side over long side of the bounding box, sides counted in pixels.

    Args:
        mask: (H, W) boolean.

    Returns:
        Above 0, at most 1; NaN when the mask is empty.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, object attributes.
    """
    region = bounding_region(as_mask(mask))
    if region is None:
        return math.nan
    sides = [part.stop - part.start for part in region]
    return min(sides) / max(sides)


def intensity_difference(
    image: np.ndarray, mask: Mask, expand: float = 0.1, signed: bool = False, expand_rule: str = "per_side"
) -> float:
    """Mean intensity inside an object against the rest of its enlarged bounding box.

    Other objects in the box belong to the rest.

    Args:
        image: (H, W) or (H, W, channels), 0 to 255; channels are averaged.
        mask: (H, W) boolean.
        expand: how far the box grows, as a share of its sides; at least one pixel on every side.
        signed: keep the sign (positive: the object is brighter); otherwise the absolute value.
        expand_rule: `per_side` moves every side by `expand`, `total` shares `expand` between two opposite sides.

    Returns:
        Difference in the image's unit; NaN when the mask is empty or fills its enlarged box.

    Raises:
        InputError: image and mask differ in size, or an option is not usable.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, object attributes.
    """
    mask = as_mask(mask)
    image = np.asarray(image)
    if image.shape[:2] != mask.shape:
        raise InputError(f"image and mask differ in shape: {image.shape} and {mask.shape}.")
    if expand_rule not in ("per_side", "total") or not 0 <= expand < math.inf:
        raise InputError(f"expand is 0 or more and expand_rule per_side or total; got {expand}, '{expand_rule}'.")
    region = bounding_region(mask)
    if region is None:
        return math.nan
    share = expand if expand_rule == "per_side" else expand / 2
    box = tuple(_grown(part, share) for part in region)
    pixels, inside = image[box].astype(np.float64), mask[box]
    if inside.all():
        return math.nan
    difference = float(pixels[inside].mean() - pixels[~inside].mean())
    return difference if signed else abs(difference)


def _grown(part: slice, share: float) -> slice:
    """One side's range moved outwards at both ends; the array's own end cuts it off on the far side."""
    margin = max(1, round(share * (part.stop - part.start)))
    return slice(max(0, part.start - margin), part.stop + margin)

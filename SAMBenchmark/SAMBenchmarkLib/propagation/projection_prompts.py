"""Prompts made of a neighbour's mask in the five ways of micro-sam's projection."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.mask_measures import innermost_point
from SAMSegmenterLib.core.prompts import Prompts

BOX, MASK, POINTS, POINTS_AND_MASK, SINGLE_POINT = MODES = ("box", "mask", "points", "points_and_mask", "single_point")

CERTAINTY = 1e-3
"""The mask prompt's logits are those of the probabilities 1 - 0.001 inside and 0.001 outside: +-6.9."""

_SMOOTHING, _INSIDE_DISTANCE, _OUTSIDE_DISTANCE = 1.0, 3, 5


def projected_prompts(mask: Mask, mode: str, extension: float) -> Prompts:
    """Points and box for the next slice; the mask itself goes along as `mask_logits`, in the modes that use it.

    Args:
        mask: (H, W) bool of the neighbour, not empty.
        mode: one of `MODES`: the box; box and mask; points; points and mask; one point.
        extension: part of the box's side that is added on each side, 0 to below 1.
    """
    if mode in (BOX, MASK):
        return Prompts.of(box=extended_box(mask, extension))
    if mode == SINGLE_POINT:
        return Prompts.of([innermost_point(mask)])
    return Prompts.of(*points(mask, extension))


def uses_mask(mode: str) -> bool:
    """Whether the mask itself is part of the prompt."""
    return mode in (MASK, POINTS_AND_MASK)


def extended_box(mask: Mask, extension: float) -> tuple[int, int, int, int]:
    """The mask's box with a part of its sides added, in whole pixels, within the slice."""
    x0, y0, x1, y1 = tight_box(mask)
    more_x, more_y = round(extension * (x1 + 1 - x0)), round(extension * (y1 + 1 - y0))
    height, width = mask.shape
    return max(0, x0 - more_x), max(0, y0 - more_y), min(width - 1, x1 + more_x), min(height - 1, y1 + more_y)


def points(mask: Mask, extension: float) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Peaks of the smoothed distance to the outline, inside the mask and outside it, within the extended box.

    Returns:
        (x, y) of the positives, at least 3 pixels apart, and of the negatives, at least 5 pixels apart.
    """
    x0, y0, x1, y1 = extended_box(mask, extension)
    crop = mask[y0 : y1 + 1, x0 : x1 + 1]
    within = ndimage.distance_transform_edt(np.pad(crop, 1))[1:-1, 1:-1]
    beyond = ndimage.distance_transform_edt(~crop)
    inside, outside = _peaks(within, crop, _INSIDE_DISTANCE), _peaks(beyond, ~crop, _OUTSIDE_DISTANCE)
    return [(x + x0, y + y0) for x, y in inside], [(x + x0, y + y0) for x, y in outside]


def mask_logits(mask: Mask, side: int) -> np.ndarray:
    """The mask as the model's low-resolution logits: resized by its longest side, thresholded at one half, zero beyond.

    Args:
        mask: (H, W) bool.
        side: of the logits.

    Returns:
        (side, side) float32.
    """
    height, width = mask.shape
    scale = side / max(height, width)
    rows, columns = (max(1, round(count * scale)) for count in (height, width))
    at = np.meshgrid(
        *((np.arange(n) + 0.5) * (m / n) - 0.5 for n, m in ((rows, height), (columns, width))), indexing="ij"
    )
    small = ndimage.map_coordinates(mask.astype(np.float32), at, order=1, mode="nearest") > 0.5
    full = float(np.log((1 - CERTAINTY) / CERTAINTY))
    logits = np.zeros((side, side), np.float32)
    logits[:rows, :columns] = np.where(small, full, -full)
    return logits


def _peaks(depth: np.ndarray, region: Mask, distance: int) -> list[tuple[int, int]]:
    """(x, y) of local maxima of the smoothed depth, deepest first, farther apart than `distance` along an axis."""
    if not region.any():
        return []
    smooth = np.where(region, ndimage.gaussian_filter(depth, _SMOOTHING, mode="nearest"), -1.0)
    rows, columns = np.nonzero((smooth == ndimage.maximum_filter(smooth, 2 * distance + 1, mode="nearest")) & region)
    order = np.argsort(-smooth[rows, columns], kind="stable")
    kept: list[tuple[int, int]] = []
    for x, y in zip(columns[order].tolist(), rows[order].tolist(), strict=True):
        if all(max(abs(x - a), abs(y - b)) > distance for a, b in kept):
            kept.append((x, y))
    return kept

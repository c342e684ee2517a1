"""GrabCut of OpenCV in and around the box.

What lies outside the box, in a margin around it, is background; an ellipse in the middle of the box is foreground; the
rest of the box starts as probable foreground. Tried on images of training subjects: ellipses of 1 to 80 % of the box's
sides (0.14 to 0.71 mean Dice: with a small seed the cut shrinks to it where contrast is low), margins of 10, 20 and
50 %, 1, 3 and 5 iterations, corners as probable background, a Gaussian of 0 or 1 pixel; the best is the default.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from SAMBenchmarkLib.baselines.inputs import box_edges, box_region, channels, enlarged
from SAMBenchmarkLib.imaging.packages import opencv
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts

LEAST_MARGIN = 5
"""Pixels; a share of a tiny box is too little background to learn from."""

LONGEST_SIDE = 256
"""Pixels; boxes that are larger with their margin are cut at lower resolution, for time."""


def grabcut(
    image: Any, prompts: Prompts, *, margin: float = 0.1, seed: float = 0.8, iterations: int = 3, smoothing: float = 1.0
) -> Mask:
    """Foreground of the graph cut.

    Args:
        image: (H, W) or (H, W, 3) of any real type.
        prompts: with a box, which is clipped to the image.
        margin: background around the box, as a share of its sides.
        seed: size of the ellipse of certain foreground, as a share of the box's sides; never less than a pixel.
        iterations: of model and cut in turn.
        smoothing: standard deviation of the Gaussian before, pixels; 0 for none.

    Returns:
        (H, W) bool within the box, not empty. The pixels at the image's edge stand in for the background of a box that
        covers the image; the whole box where they leave no background either.

    Raises:
        InputError: there is no box, or it lies outside the image.
        DependencyError: OpenCV is missing.

    Source: Rother et al. 2004, doi:10.1145/1015706.1015720.
    """
    cv2 = opencv()
    values = channels(image)
    shape = values.shape[:2]
    region = box_region(prompts, shape)
    window = enlarged(region, margin, shape, LEAST_MARGIN)
    smooth = ndimage.gaussian_filter(values[window], (smoothing, smoothing, 0))
    rgb8 = _reduced(cv2, np.broadcast_to(np.rint(255 * smooth), (*smooth.shape[:2], 3)).astype(np.uint8))
    labels = _labels(cv2, box_edges(prompts, shape), window, rgb8.shape[:2], seed)
    mask = np.zeros(shape, bool)
    if not (labels == cv2.GC_BGD).any():
        mask[region] = True
        return mask
    cv2.setRNGSeed(1)  # its clusters start at random
    cv2.grabCut(rgb8, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), iterations, cv2.GC_INIT_WITH_MASK)
    found = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    mask[window] = cv2.resize(found, smooth.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    return mask


def _reduced(cv2: Any, rgb8: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The image with its longer side at most `LONGEST_SIDE`."""
    height, width = rgb8.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(rgb8)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(np.ascontiguousarray(rgb8), size, interpolation=cv2.INTER_AREA)


def _labels(
    cv2: Any,
    edges: tuple[float, float, float, float],
    window: tuple[slice, slice],
    size: tuple[int, int],
    seed: float,
) -> npt.NDArray[np.uint8]:
    """What is known of each pixel of the window, whose (rows, columns) may be fewer than those of the image."""
    left, top, right, bottom = edges
    down = 2 * (_positions(window[0], size[0]) - (top + bottom) / 2) / (bottom - top)
    across = 2 * (_positions(window[1], size[1]) - (left + right) / 2) / (right - left)
    down, across = down[:, None], across[None]
    labels = np.full(size, cv2.GC_PR_FGD, np.uint8)
    labels[(np.abs(down) > 1) | (np.abs(across) > 1)] = cv2.GC_BGD
    if not (labels == cv2.GC_BGD).any():
        labels[[0, -1]] = labels[:, [0, -1]] = cv2.GC_BGD
    labels[down**2 + across**2 <= seed**2] = cv2.GC_FGD
    labels[np.abs(down).argmin(), np.abs(across).argmin()] = cv2.GC_FGD
    return labels


def _positions(part: slice, count: int) -> npt.NDArray[np.float64]:
    """Centres of `count` equal steps over a range of pixels, in the image's coordinates."""
    return part.start - 0.5 + (np.arange(count) + 0.5) * (part.stop - part.start) / count

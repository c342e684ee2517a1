"""The ellipse inscribed in the box: what the box alone says about a compact structure.

It has no free parameter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMBenchmarkLib.baselines.inputs import box_edges
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts


def inscribed_ellipse(image: Any, prompts: Prompts) -> Mask:
    """Pixels whose centre lies in the ellipse that touches the outer edges of the box.

    Args:
        image: (H, W) or (H, W, 3); only its size is used.
        prompts: with a box, which is clipped to the image.

    Returns:
        (H, W) bool; never empty.

    Raises:
        InputError: there is no box, or it lies outside the image.
    """
    height, width = np.shape(image)[:2]
    left, top, right, bottom = box_edges(prompts, (height, width))
    rows, columns = np.ogrid[:height, :width]
    across = (columns - (left + right) / 2) / ((right - left) / 2)
    down = (rows - (top + bottom) / 2) / ((bottom - top) / 2)
    inside = across**2 + down**2 <= 1
    inside[round((top + bottom) / 2), round((left + right) / 2)] = True  # where a small box lies between pixel centres
    return inside

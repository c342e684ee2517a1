"""The pixel of a region that is farthest from everything outside it, equal ones drawn by lot.

Source: Mazurowski et al. 2023, doi:10.1016/j.media.2023.102918, algorithm 1 and released program.
"""

from __future__ import annotations

import numpy as np

from SAMBenchmarkLib.core.chamfer import chamfer_5x5
from SAMBenchmarkLib.core.regions import bounding_region
from SAMBenchmarkLib.core.simulated_prompts import interior_depth
from SAMSegmenterLib.core.arrays import Mask


def farthest_points(region: Mask, distance: str = "exact") -> list[tuple[int, int]]:
    """All pixels of a region that are equally far from its outside; beyond the image counts as outside.

    Args:
        region: (H, W) boolean.
        distance: `exact` Euclidean distance, or `cv2_5x5`, the approximation of the released program.

    Returns:
        (x, y) row by row; empty when the region is empty.
    """
    block = bounding_region(region)
    if block is None:
        return []
    inside = region[block]
    depth = interior_depth(inside) if distance == "exact" else chamfer_5x5(np.pad(inside, 1))[1:-1, 1:-1]
    rows, columns = np.nonzero(depth == depth.max())
    y0, x0 = block[0].start, block[1].start
    return [(int(x) + x0, int(y) + y0) for y, x in zip(rows, columns, strict=True)]


def farthest_point(region: Mask, distance: str, rng: np.random.Generator) -> tuple[int, int] | None:
    """One of `farthest_points` by lot; None when the region is empty."""
    points = farthest_points(region, distance)
    return points[int(rng.integers(len(points)))] if points else None

"""Generated masks with the shapes that break metrics and prompts: blobs, rings, crescents, lines, edges, parts."""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def disk(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> np.ndarray:
    """Filled disk; centre is (x, y)."""
    rows, columns = np.indices(shape)
    return (columns - centre[0]) ** 2 + (rows - centre[1]) ** 2 <= radius**2


def ring(shape: tuple[int, int], centre: tuple[float, float], inner: float, outer: float) -> np.ndarray:
    """Disk with a hole, like a myocardium in short axis."""
    return disk(shape, centre, outer) & ~disk(shape, centre, inner)


def rectangle(shape: tuple[int, int], x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """Filled rectangle with inclusive ends."""
    mask = np.zeros(shape, bool)
    mask[y0 : y1 + 1, x0 : x1 + 1] = True
    return mask


def blob(rng: np.random.Generator, shape: tuple[int, ...], share: float = 0.3, smooth: float = 2.0) -> np.ndarray:
    """Irregular mask, often of several parts and over the edge, of any dimension."""
    field = ndimage.gaussian_filter(rng.normal(size=shape), smooth)
    return field > np.quantile(field, 1 - share)


def edge_cases() -> dict[str, np.ndarray]:
    """Masks of one slice, by what is special about them; none is empty."""
    crescent = disk((40, 52), (25, 20), 15) & ~disk((40, 52), (32, 20), 13)
    return {
        "disk": disk((40, 52), (25, 20), 11),
        "ring with its centre outside": ring((40, 52), (25, 20), 8, 13),
        "crescent": crescent,
        "touching the image edge": disk((40, 52), (0, 39), 12),
        "filling the slice": np.ones((12, 17), bool),
        "filling the slice but one pixel": ~rectangle((12, 17), 16, 11, 16, 11),
        "one row": rectangle((30, 41), 5, 9, 35, 9),
        "one column": rectangle((30, 41), 7, 2, 7, 28),
        "one pixel": rectangle((9, 11), 4, 3, 4, 3),
        "three pixels": rectangle((9, 11), 4, 3, 6, 3),
        "corner pixel": rectangle((9, 11), 10, 8, 10, 8),
        "seven pixels, two background pixels about": ~rectangle((3, 3), 1, 1, 2, 1),
        "two parts": disk((40, 52), (10, 10), 7) | disk((40, 52), (38, 30), 6),
        "flat": rectangle((16, 90), 3, 6, 84, 8),
    }

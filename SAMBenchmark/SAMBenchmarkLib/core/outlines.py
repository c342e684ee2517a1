"""The outer outline of a mask as a closed chain of its pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from SAMBenchmarkLib.core.regions import bounding_region
from SAMSegmenterLib.core.arrays import Mask

Chain = npt.NDArray[np.int64]
"""(N, 2) pixel positions, (x, y), each 8-connected to the next and the last to the first."""

_AROUND = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
"""(dx, dy) of the neighbours, clockwise as seen on the image, from the right one on."""


def largest_outline(mask: Mask) -> Chain:
    """Outline of the 8-connected part that encloses most pixels, holes filled; the first in row order of equal ones.

    Args:
        mask: (H, W) boolean.

    Returns:
        Clockwise from the part's first pixel in row order; one position for a single pixel, none for an empty mask.
        Pixels where the part is one pixel thin are passed twice.
    """
    block = bounding_region(mask)
    if block is None:
        return np.empty((0, 2), np.int64)
    parts, _count = ndimage.label(mask[block], structure=np.ones((3, 3), bool))
    most = int(np.bincount(parts.ravel())[1:].max())
    largest, corner, pixels = np.ones((1, 1), bool), (0, 0), 0
    for number, (rows, columns) in enumerate(ndimage.find_objects(parts), start=1):
        if (rows.stop - rows.start) * (columns.stop - columns.start) < most:
            continue  # cannot enclose as many: of thousands of parts few are filled
        filled = ndimage.binary_fill_holes(parts[rows, columns] == number)
        if np.count_nonzero(filled) > pixels:
            largest, corner, pixels = filled, (columns.start, rows.start), int(np.count_nonzero(filled))
    return outline(largest) + np.array(corner) + np.array([block[1].start, block[0].start])


def outline(part: Mask) -> Chain:
    """Outer outline of one 8-connected part by following its border.

    Args:
        part: (H, W) boolean, not empty.

    Source: Moore's neighbourhood tracing; it ends when the start is left again in the direction of the first step.
    """
    inside = np.pad(part, 1)
    width = inside.shape[1]
    pixels = inside.tobytes()
    steps = [dx + dy * width for dx, dy in _AROUND]
    start = pixels.index(b"\x01")
    direction = _next_direction(pixels, start, 0, steps)  # everything above and to the left of the start is outside
    if direction is None:
        return _positions([start], width)
    first, here, chain = direction, start, []
    while True:
        chain.append(here)
        here += steps[direction]
        direction = _next_direction(pixels, here, (direction + 6) % 8, steps)
        assert direction is not None  # the way back is always there
        if here == start and direction == first:
            return _positions(chain, width)


def _next_direction(pixels: bytes, here: int, begin: int, steps: list[int]) -> int | None:
    """First direction clockwise from `begin` that leads to a pixel of the part; None for a single pixel."""
    for turn in range(8):
        direction = (begin + turn) % 8
        if pixels[here + steps[direction]]:
            return direction
    return None


def _positions(chain: list[int], width: int) -> Chain:
    flat = np.array(chain, np.int64)
    return np.column_stack([flat % width, flat // width]) - 1

"""Where to look for the voxels of a mask when the way from the lattice to the plane is not linear.

The lattice is divided into cells, first large ones, then small ones. A cell is kept when its corners, with room for the
way to bend between them, reach round the mask. The room grows with the cell, so that large cells are as safe as small
ones as long as the way does not fold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.plane_voxels import SliceFrame

LARGE, CELL = 32, 8
"""Voxels along the side of a large and of a small cell."""

ToPixel = Callable[[np.ndarray], np.ndarray]
"""(N, 3) i, j, k of the lattice to (N, 3) x, y, z of a slice, see `SliceFrame`."""

_AT_ONCE = 20_000
_CORNERS = np.stack(np.meshgrid((0, 1), (0, 1), (0, 1), indexing="ij"), axis=-1)
_REACH = 1 << 20
"""Voxels are numbered below this along each axis, counted from the first."""


def cells_near(mask: Mask, frame: SliceFrame, to_pixel: ToPixel, limits: np.ndarray) -> np.ndarray:
    """Small cells that may hold voxels of a mask.

    Args:
        mask: (H, W) bool, somewhere True.
        frame: of the slice.
        to_pixel: takes voxels to pixels.
        limits: (3, 2) first and last i, j, k.

    Returns:
        (C, 3) first i, j, k of each.
    """
    least, most = _reach(mask, frame)
    large = _grid(limits[:, 0], limits[:, 1], LARGE)
    large = large[_may_hold(large, LARGE, frame, to_pixel, least, most, True)]
    inside = _grid(np.zeros(3, int), np.full(3, LARGE - 1), CELL)
    found = [np.zeros((0, 3), np.int64)]
    for start in range(0, len(large), _AT_ONCE // len(inside)):
        cells = (large[start : start + _AT_ONCE // len(inside), None] + inside).reshape(-1, 3)
        cells = cells[(cells <= limits[:, 1]).all(axis=1)]
        found.append(cells[_may_hold(cells, CELL, frame, to_pixel, least, most, False)])
    return np.concatenate(found)


def asked(to_pixel: ToPixel, ijk: np.ndarray) -> np.ndarray:
    """(..., 3) places of voxels (..., 3) whole numbers; each is asked for once, however often it occurs."""
    if not ijk.size:
        return np.zeros(ijk.shape)
    first = ijk.reshape(-1, 3).min(axis=0)
    unique, where = np.unique(numbers(ijk, first), return_inverse=True)
    voxels = np.stack([unique >> 40, (unique >> 20) & (_REACH - 1), unique & (_REACH - 1)], axis=-1) + first
    return to_pixel(voxels.astype(np.float64))[where.reshape(ijk.shape[:-1])]


def numbers(ijk: np.ndarray, first: np.ndarray) -> np.ndarray:
    """(...) one number for each voxel (..., 3), none of which lies before `first`."""
    i, j, k = np.moveaxis(ijk - first, -1, 0).astype(np.int64)
    return (i << 40) | (j << 20) | k


def _grid(low: np.ndarray, high: np.ndarray, side: int) -> np.ndarray:
    """(C, 3) first voxels of cells that fill a box."""
    starts = [np.arange(a, b + 1, side) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1).reshape(-1, 3)


def _reach(mask: Mask, frame: SliceFrame) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Least and greatest x, y, z that the mask's pixels stand for."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    (x_low, x_high), (y_low, y_high) = frame.limits(mask.shape)
    least = (x_low if columns[0] == 0 else columns[0], y_low if rows[0] == 0 else rows[0], 0)
    last_x = x_high if columns[-1] == mask.shape[1] - 1 else columns[-1]
    return least, (last_x, y_high if rows[-1] == mask.shape[0] - 1 else rows[-1], 0)


def _may_hold(
    cells: np.ndarray,
    side: int,
    frame: SliceFrame,
    to_pixel: ToPixel,
    least: tuple[float, ...],
    most: tuple[float, ...],
    when_unknown: bool,
) -> np.ndarray:
    """(C,) which cells reach round the mask; `when_unknown` decides where the way is not defined at a corner."""
    places = asked(to_pixel, cells[:, None, None, None] + _CORNERS * side)
    places[~np.isfinite(places)] = np.nan
    low, high = np.fmin.reduce(places, axis=(1, 2, 3)), np.fmax.reduce(places, axis=(1, 2, 3))
    spread = high - low
    room = spread / 2 + 1
    room[:, 2] += frame.half(np.broadcast_to(spread[:, 2] / side, (3, len(cells))))
    chosen = ((low - room <= most) & (high + room >= least)).all(axis=-1)
    return chosen | ~np.isfinite(places).all(axis=(1, 2, 3, 4)) if when_unknown else chosen

"""Voxels that a mask on a plane covers when the way from the lattice to the plane is not linear.

The lattice is first asked at every eighth voxel; only cells that may hold the mask are then asked voxel by voxel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.plane_voxels import Extent, SliceFrame, tight_block

CELL = 8
"""Voxels along a cell's side; a transform should bend little over this distance."""

_CELLS_AT_ONCE = 1024

ToPixel = Callable[[np.ndarray], np.ndarray]
"""(N, 3) i, j, k of the lattice to (N, 3) x, y, z of a slice, see `SliceFrame`."""


def covered_by_curved(
    mask: Mask, frame: SliceFrame, to_pixel: ToPixel, extent: Extent
) -> tuple[Extent, np.ndarray] | None:
    """Voxels of a lattice that a mask covers; thickness follows from central differences between voxels.

    Args:
        mask: (H, W) bool on the slice's pixels.
        frame: of the slice.
        to_pixel: takes voxels to pixels; may answer NaN where it is not defined, which covers nothing.
        extent: voxels of the lattice that may be taken.

    Returns:
        As `plane_voxels.covered_voxels`.
    """
    limits = np.array(extent).reshape(3, 2)
    if (limits[:, 1] < limits[:, 0]).any() or not mask.any():
        return None
    cells = _cells_near(mask, frame, to_pixel, limits)
    if not len(cells):
        return None
    low = cells.min(axis=0)
    high = np.minimum(cells.max(axis=0) + CELL - 1, limits[:, 1])
    block = np.zeros((high - low + 1)[::-1], np.uint8)
    for start in range(0, len(cells), _CELLS_AT_ONCE):
        voxels = _covered_in(cells[start : start + _CELLS_AT_ONCE], mask, frame, to_pixel)
        voxels = voxels[(voxels <= limits[:, 1]).all(axis=1)] - low
        block[tuple(voxels.T[::-1])] = 1
    return tight_block(block, low)


def _cells_near(mask: Mask, frame: SliceFrame, to_pixel: ToPixel, limits: np.ndarray) -> np.ndarray:
    """(C, 3) first i, j, k of cells whose corners, with room to bend between them, reach round the mask."""
    starts = [np.arange(low, high + 1, CELL) for low, high in limits]
    nodes = np.meshgrid(*(np.append(start, start[-1] + CELL) for start in starts), indexing="ij")
    places = to_pixel(np.stack(nodes, axis=-1).reshape(-1, 3).astype(np.float64)).reshape(*nodes[0].shape, 3)
    low, high = _over_cells(places, np.fmin), _over_cells(places, np.fmax)
    spread = high - low
    room = spread / 2 + 1
    room[..., 2] += frame.half(np.broadcast_to(spread[..., 2] / CELL, (3, *spread.shape[:3])))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    (x_low, x_high), (y_low, y_high) = frame.limits(mask.shape)
    least = (x_low if columns[0] == 0 else columns[0], y_low if rows[0] == 0 else rows[0], 0)
    last_x = x_high if columns[-1] == mask.shape[1] - 1 else columns[-1]
    most = (last_x, y_high if rows[-1] == mask.shape[0] - 1 else rows[-1], 0)
    chosen = np.argwhere(((low - room <= most) & (high + room >= least)).all(axis=-1))
    return np.stack([start[index] for start, index in zip(starts, chosen.T, strict=True)], axis=-1)


def _over_cells(places: np.ndarray, pick: np.ufunc) -> np.ndarray:
    """Smallest or largest place among each cell's eight corners."""
    for axis in (0, 1, 2):
        before, after = (slice(None),) * axis + (slice(None, -1),), (slice(None),) * axis + (slice(1, None),)
        places = pick(places[before], places[after])
    return places


def _covered_in(cells: np.ndarray, mask: Mask, frame: SliceFrame, to_pixel: ToPixel) -> np.ndarray:
    """(N, 3) voxels of cells that are covered; cells are asked with a frame of one voxel, for the differences."""
    side = np.arange(-1, CELL + 1)
    offsets = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1)
    ijk = cells[:, None, None, None] + offsets
    places = to_pixel(ijk.reshape(-1, 3).astype(np.float64)).reshape(ijk.shape)
    places = np.where(np.isfinite(places).all(axis=-1, keepdims=True), places, np.inf)
    x, y, z = np.moveaxis(places[:, 1:-1, 1:-1, 1:-1], -1, 0)
    with np.errstate(invalid="ignore"):  # differences to places that are not defined
        deep = places[..., 2]
        differences = [
            deep[:, 2:, 1:-1, 1:-1] - deep[:, :-2, 1:-1, 1:-1],
            deep[:, 1:-1, 2:, 1:-1] - deep[:, 1:-1, :-2, 1:-1],
            deep[:, 1:-1, 1:-1, 2:] - deep[:, 1:-1, 1:-1, :-2],
        ]
        steps = np.abs(np.stack(differences)) / 2
        steps = np.where(np.isfinite(steps), steps, 0)
        near = frame.near(z, steps) & np.isfinite(z)
    x, y, z = x[near], y[near], z[near]
    return ijk[:, 1:-1, 1:-1, 1:-1][near][frame.covers(mask, x, y, z)]

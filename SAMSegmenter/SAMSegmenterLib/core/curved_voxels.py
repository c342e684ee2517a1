"""Voxels that a mask on a plane covers when the way from the lattice to the plane is not linear.

A transform takes a microsecond per point, and a slice crosses ten thousand cells of 512 voxels (see `curved_cells`).
So each cell is asked at 27 places, from which the others are foretold; only voxels that may be covered are asked
themselves, and then those beside the ones that still may be, for the slice's thickness there. A cell whose voxels turn
out to lie elsewhere than foretold is asked voxel by voxel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.curved_cells import CELL, ToPixel, asked, cells_near, numbers
from SAMSegmenterLib.core.plane_voxels import Extent, SliceFrame, tight_block

_CELLS_AT_ONCE = 1024

_NODES = np.stack(np.meshgrid(*(np.arange(0, CELL + 1, CELL // 2),) * 3, indexing="ij"), axis=-1)
_VOXELS = np.stack(np.meshgrid(*(np.arange(CELL),) * 3, indexing="ij"), axis=-1)
_BESIDE = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])

_AT = np.arange(CELL) / (CELL / 2)  # the nodes are at 0, 1 and 2
_PARABOLA = np.stack([(_AT - 1) * (_AT - 2) / 2, _AT * (2 - _AT), _AT * (_AT - 1) / 2], axis=-1)
_CHORD = np.array([(1, 0, 0), (0.5, 0, 0.5), (0, 0, 1)])


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
    cells = cells_near(mask, frame, to_pixel, limits)
    if not len(cells):
        return None
    low = cells.min(axis=0)
    high = np.minimum(cells.max(axis=0) + CELL - 1, limits[:, 1])
    block = np.zeros((high - low + 1)[::-1], np.uint8)
    for start in range(0, len(cells), _CELLS_AT_ONCE):
        for voxels in _covered_in(cells[start : start + _CELLS_AT_ONCE], mask, frame, to_pixel):
            voxels = voxels[(voxels <= limits[:, 1]).all(axis=1)] - low
            block[tuple(voxels.T[::-1])] = 1
    return tight_block(block, low)


@dataclass(frozen=True, eq=False)
class _Foretold:
    """What is known of cells from a few places.

    Args:
        places: (C, 8, 8, 8, 3) about x, y, z of each voxel.
        margin: (C, 3) by how much they may be wrong.
        half: (C,) most that a voxel's centre may be off the plane.
        known: (C,) False where the way is not defined everywhere.
    """

    places: np.ndarray
    margin: np.ndarray
    half: np.ndarray
    known: np.ndarray


def _covered_in(cells: np.ndarray, mask: Mask, frame: SliceFrame, to_pixel: ToPixel) -> list[np.ndarray]:
    """(N, 3) voxels of cells that are covered, in two parts."""
    cells, foretold = _foretell(cells, frame, to_pixel)
    may_be = _may_be_covered(foretold, mask, frame)
    cell = np.nonzero(may_be)[0]
    ijk = (cells[:, None, None, None] + _VOXELS)[may_be]
    places = to_pixel(ijk.astype(np.float64)) if len(ijk) else np.zeros((0, 3))
    trusted = foretold.known.copy()
    off = np.abs(places - foretold.places[may_be])
    trusted[cell[~(off <= foretold.margin[cell] / 2).all(axis=1)]] = False  # also where it is not defined
    kept = trusted[cell]
    quick = _near_the_plane(ijk[kept], places[kept], foretold.half[cell[kept]], mask, frame, to_pixel)
    return [quick, _asked_one_by_one(cells[~trusted], mask, frame, to_pixel)]


def _foretell(cells: np.ndarray, frame: SliceFrame, to_pixel: ToPixel) -> tuple[np.ndarray, _Foretold]:
    """The cells that may reach the plane, and what is known of them.

    Parabolas go through three places along each axis; how far the middle is from the chord tells how much the way
    bends.
    """
    nodes = asked(to_pixel, cells[:, None, None, None] + _NODES)
    known = np.isfinite(nodes).all(axis=(1, 2, 3, 4))
    nodes = np.where(known[:, None, None, None, None], nodes, 0)
    bend = np.abs(nodes - _between(nodes, _CHORD)).max(axis=(1, 2, 3))
    low, high = nodes.min(axis=(1, 2, 3)), nodes.max(axis=(1, 2, 3))
    margin = bend + (high - low) / CELL  # once more what can be seen of it, and about a voxel for what cannot
    z = nodes[..., 2]
    steps = [np.abs(np.diff(z, axis=axis)).max(axis=(1, 2, 3)) / (CELL / 2) for axis in (1, 2, 3)]
    half = frame.half(1.25 * np.stack(steps) + bend[:, 2] / CELL)
    reach = half + 2 * margin[:, 2]
    kept = ~known | ((low[:, 2] <= reach) & (high[:, 2] >= -reach))
    return cells[kept], _Foretold(_between(nodes[kept], _PARABOLA), margin[kept], half[kept], known[kept])


def _between(nodes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(C, 3, 3, 3, 3) at nodes to (C, n, n, n, 3) between them; weights (n, 3) along each axis."""
    for axis in (1, 2, 3):
        nodes = np.moveaxis(np.tensordot(nodes, weights, (axis, 1)), -1, axis)
    return nodes


def _may_be_covered(foretold: _Foretold, mask: Mask, frame: SliceFrame) -> np.ndarray:
    """(C, 8, 8, 8) bool."""
    x, y, z = np.moveaxis(foretold.places, -1, 0)
    margin_x, margin_y, margin_z = foretold.margin.T[..., None, None, None]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    (x_low, x_high), (y_low, y_high) = frame.limits(mask.shape)
    if columns[0] > 0:
        x_low = columns[0] - 0.5
    if rows[0] > 0:
        y_low = rows[0] - 0.5
    if columns[-1] < mask.shape[1] - 1:
        x_high = columns[-1] + 0.5
    if rows[-1] < mask.shape[0] - 1:
        y_high = rows[-1] + 0.5
    near = np.abs(z) <= foretold.half[:, None, None, None] + margin_z
    near &= (x >= x_low - margin_x) & (x <= x_high + margin_x)
    near &= (y >= y_low - margin_y) & (y <= y_high + margin_y)
    return near & foretold.known[:, None, None, None]


def _near_the_plane(
    ijk: np.ndarray, places: np.ndarray, half: np.ndarray, mask: Mask, frame: SliceFrame, to_pixel: ToPixel
) -> np.ndarray:
    """(N, 3) those of the voxels that are covered; `half` (N,) is the most that they may be off the plane."""
    x, y, z = places.T
    kept = np.abs(z) <= 1.01 * half
    kept[kept] = frame.covers(mask, x[kept], y[kept], z[kept])
    if not kept.any():
        return np.zeros((0, 3), np.int64)
    beside = ijk[kept][:, None] + _BESIDE
    deep = _depths(beside, ijk, z, to_pixel)
    with np.errstate(invalid="ignore"):  # where the way is not defined
        steps = np.abs(deep[:, ::2] - deep[:, 1::2]).T / 2
    steps = np.where(np.isfinite(steps), steps, 0)
    return ijk[kept][frame.near(z[kept], steps)]


def _depths(wanted: np.ndarray, ijk: np.ndarray, z: np.ndarray, to_pixel: ToPixel) -> np.ndarray:
    """(N, 6) z of voxels (N, 6, 3); those among `ijk` are known, the others are asked for, each once."""
    first = wanted.reshape(-1, 3).min(axis=0)
    first = np.minimum(first, ijk.min(axis=0))
    have, want = numbers(ijk, first), numbers(wanted, first)
    order = np.argsort(have)
    at = np.minimum(np.searchsorted(have, want, sorter=order), len(have) - 1)
    depths = z[order[at]]
    missing = have[order[at]] != want
    depths[missing] = asked(to_pixel, wanted[missing])[..., 2]
    return depths


def _asked_one_by_one(cells: np.ndarray, mask: Mask, frame: SliceFrame, to_pixel: ToPixel) -> np.ndarray:
    """(N, 3) voxels of cells that are covered; cells are asked with a frame of one voxel, for the differences."""
    if not len(cells):
        return np.zeros((0, 3), np.int64)
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

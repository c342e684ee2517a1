"""Which voxels of a lattice a mask on a plane covers, asked from the voxels, so that none is skipped.

A voxel is covered when its centre falls on a pixel of the mask and lies near enough to the plane. How near depends on
the plane. A slice of the volume (`lattice`) is a slab: it owns the centres less than half a slice away, so that
neighbouring slices share no voxel and leave none out; on a lattice coarser than the slices it owns the nearest centre
of each row of voxels across it. A plane laid freely owns every voxel that it touches: they form a closed sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4
from SAMSegmenterLib.core.mask_box import box_of, filled_span

Extent = tuple[int, int, int, int, int, int]
"""Voxel range (i0, i1, j0, j1, k0, k1), both ends inclusive, in the order that VTK uses."""

TIE = 1e-3
"""Centres this close to the border between two pixels (or slices) lie on it, and belong to the upper one: rounding
errors of matrices must not decide differently along a row."""

_COLUMNS_AT_ONCE = 1_000_000


@dataclass(frozen=True, eq=False)
class SliceFrame:
    """Where the pixels of a slice lie in its volume, and how thick it is.

    Args:
        pixel_to_ijk: (4, 4), (x, y, z, 1) to the volume's (i, j, k, 1); z counts slices for a slice of the volume and
            millimetres for a free plane.
        volume_shape: (K, J, I).
        lattice: True for a slice of the volume, False for a free plane.
    """

    pixel_to_ijk: Matrix4
    volume_shape: tuple[int, int, int]
    lattice: bool

    def covers(self, mask: Mask, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Which places, given in pixels, lie on a pixel of the mask and in the volume (x, y and z broadcast).

        Pixels at the border of a slice reach as far as the volume's voxels do, which stick out where pixels are finer.
        """
        (x_low, x_high), (y_low, y_high) = self.limits(mask.shape)
        in_x = (x >= x_low - TIE) & (x < x_high - TIE)
        in_y = (y >= y_low - TIE) & (y < y_high - TIE)
        column = np.clip(nearest(np.where(in_x, x, 0)), 0, mask.shape[1] - 1)
        row = np.clip(nearest(np.where(in_y, y, 0)), 0, mask.shape[0] - 1)
        held = _picked(mask, row, column)
        held &= in_x
        held &= in_y
        return held if self.lattice else held & self._in_volume(x, y, z)

    def near(self, z: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Which places lie near enough to the plane.

        Args:
            z: distance from the plane, slices or mm.
            steps: (3, ...) absolute change of z from voxel to voxel along i, j, k.
        """
        half = self.half(steps)
        tie = 2 * TIE * half
        if self.lattice:
            return (z >= -half - tie) & (z < half - tie)
        return np.abs(z) <= half + tie

    def half(self, steps: np.ndarray) -> np.ndarray:
        """How far from the plane a voxel's centre may lie; arguments as for `near`."""
        if self.lattice:
            return np.maximum(0.5, np.max(steps, axis=0) / 2)
        return np.sum(steps, axis=0) / 2

    def limits(self, shape: tuple[int, ...]) -> tuple[tuple[float, float], tuple[float, float]]:
        """Range of x and of y that the pixels of a slice (H, W) stand for."""
        height, width = shape
        if not self.lattice:
            return (-0.5, width - 0.5), (-0.5, height - 0.5)
        scale = np.abs(self.pixel_to_ijk[:3, :2])
        counts = np.array(self.volume_shape[::-1])[scale.argmax(axis=0)]
        (x_scale, y_scale), (columns, rows) = scale.max(axis=0), counts
        return (-0.5 / x_scale, (columns - 0.5) / x_scale), (-0.5 / y_scale, (rows - 0.5) / y_scale)

    def _in_volume(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        inside = np.ones(np.broadcast_shapes(np.shape(x), np.shape(y), np.shape(z)), np.bool_)
        for (a, b, c, d), count in zip(self.pixel_to_ijk[:3], self.volume_shape[::-1], strict=True):
            place = a * x + b * y + c * z + d
            inside &= (place >= -0.5 - TIE) & (place < count - 0.5 - TIE)
        return inside


def nearest(values: np.ndarray) -> np.ndarray:
    """Nearest whole number, the upper one on (nearly) equal distance."""
    return np.floor(np.asarray(values) + (0.5 + TIE)).astype(np.int64)


def covered_voxels(
    mask: Mask, frame: SliceFrame, to_pixel: Matrix4, extent: Extent
) -> tuple[Extent, np.ndarray] | None:
    """Voxels of a lattice that a mask covers.

    Args:
        mask: (H, W) bool on the slice's pixels.
        frame: of the slice.
        to_pixel: (4, 4), the lattice's (i, j, k, 1) to (x, y, z, 1) of the slice.
        extent: voxels of the lattice that may be taken.

    Returns:
        Extent and voxels (k, j, i) uint8 of the smallest block that holds all of them; None when there is none.
    """
    ranges = _candidates(mask, frame, to_pixel, extent)
    if ranges is None:
        return None
    if _is_aligned(to_pixel, ranges):
        return _aligned(mask, frame, to_pixel, ranges)
    return _tilted(mask, frame, to_pixel, ranges)


def tight_block(block: np.ndarray, low: np.ndarray) -> tuple[Extent, np.ndarray] | None:
    """A block (k, j, i) cut down to its non-zero voxels, with its extent; `low` is the (i, j, k) of its first voxel."""
    ends = []
    for axis in (2, 1, 0):
        span = filled_span(block, axis)
        if span is None:
            return None
        ends.append(span)
    (i0, i1), (j0, j1), (k0, k1) = ends
    i, j, k = (int(value) for value in low)
    tight = np.ascontiguousarray(block[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1])
    return (i + i0, i + i1, j + j0, j + j1, k + k0, k + k1), tight


def _candidates(mask: Mask, frame: SliceFrame, to_pixel: Matrix4, extent: Extent) -> np.ndarray | None:
    """(3, 2) first and last i, j, k that the mask's bounding box may reach; None when that is nothing."""
    x0, y0, x1, y1 = box_of(mask)
    if x0 == x1:
        return None
    half = float(frame.half(np.abs(to_pixel[2, :3]))) * (1 + 4 * TIE)
    (x_low, x_high), (y_low, y_high) = frame.limits(mask.shape)
    x_ends = _reach(x0, x1 - 1, mask.shape[1], x_low, x_high)
    y_ends = _reach(y0, y1 - 1, mask.shape[0], y_low, y_high)
    corners = np.array([(x, y, z, 1) for x in x_ends for y in y_ends for z in (-half, half)])
    voxels = (corners @ np.linalg.inv(to_pixel).T)[:, :3]
    limits = np.array(extent, np.float64).reshape(3, 2)
    low = np.maximum(np.floor(voxels.min(axis=0) - TIE), limits[:, 0])
    high = np.minimum(np.ceil(voxels.max(axis=0) + TIE), limits[:, 1])
    return np.stack([low, high], axis=1).astype(np.int64) if (low <= high).all() else None


def _reach(first: int, last: int, count: int, low: float, high: float) -> tuple[float, float]:
    """Ends of the pixels used, from the first to the last one, as far as pixels at the border reach."""
    start = min(low, -0.5) if first == 0 else first - 0.5
    end = max(high, count - 0.5) if last == count - 1 else last + 0.5
    return start - 2 * TIE, end + 2 * TIE


def _picked(mask: Mask, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """A copy of mask[row, column]; whole rows and columns are taken as such, which is many times faster."""
    shape = np.broadcast_shapes(row.shape, column.shape)
    if not row.ndim or 0 in shape:
        return mask[row, column]
    along = int(np.argmax(row.shape)), int(np.argmax(column.shape))
    is_open = row.size == row.shape[along[0]] and column.size == column.shape[along[1]]
    if not is_open or (along[0] == along[1] and row.size > 1 and column.size > 1):
        return mask[row, column]
    rows, columns = row.ravel(), column.ravel()
    if _is_run(rows) and _is_run(columns):
        cells = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    else:
        cells = mask[np.ix_(rows, columns)]
    return (cells if along[0] <= along[1] or 1 in cells.shape else cells.T).reshape(shape)


def _is_run(places: np.ndarray) -> bool:
    return bool((np.diff(places) == 1).all())


def _is_aligned(to_pixel: Matrix4, ranges: np.ndarray) -> bool:
    """True when each of x, y, z follows one axis of the lattice alone, over all candidates."""
    linear = np.abs(to_pixel[:3, :3])
    main = linear.argmax(axis=1)
    if len(set(main.tolist())) < 3:
        return False
    side = linear.copy()
    side[np.arange(3), main] = 0
    return bool((side @ np.abs(ranges).max(axis=1) < TIE / 10).all())


def _aligned(mask: Mask, frame: SliceFrame, to_pixel: Matrix4, ranges: np.ndarray) -> tuple[Extent, np.ndarray] | None:
    """Whole rows and columns of the mask, repeated or skipped as the lattice asks."""
    main = np.abs(to_pixel[:3, :3]).argmax(axis=1)
    places = [np.arange(ranges[a, 0], ranges[a, 1] + 1) * to_pixel[c, a] + to_pixel[c, 3] for c, a in enumerate(main)]
    low = ranges[:, 0].copy()
    depth = np.flatnonzero(frame.near(places[2], np.abs(to_pixel[2, :3])))
    if not len(depth):
        return None
    places[2] = places[2][depth]  # one run without gaps
    low[main[2]] += depth[0]
    x, y, z = (np.expand_dims(p, [o for o in (0, 1, 2) if o != 2 - a]) for p, a in zip(places, main, strict=True))
    block = np.broadcast_to(frame.covers(mask, x, y, z), np.broadcast_shapes(x.shape, y.shape, z.shape))
    return tight_block(block.view(np.uint8), low)


def _tilted(mask: Mask, frame: SliceFrame, to_pixel: Matrix4, ranges: np.ndarray) -> tuple[Extent, np.ndarray] | None:
    """Row by row of voxels across the plane; each holds the few that lie near it."""
    steps = np.abs(to_pixel[2, :3])
    across = int(steps.argmax())
    first, second = (axis for axis in (0, 1, 2) if axis != across)
    low, counts = ranges[:, 0], ranges[:, 1] - ranges[:, 0] + 1
    block = np.zeros(counts[::-1], np.uint8)
    half = float(frame.half(steps)) * (1 + 4 * TIE)
    slope, deepest = to_pixel[2, across], int(2 * half / steps[across]) + 2
    at_once = max(1, _COLUMNS_AT_ONCE // int(counts[second]))
    for start in range(0, int(counts[first]), at_once):
        ijk = np.empty((3, min(at_once, int(counts[first]) - start), int(counts[second])))
        ijk[first] = (low[first] + start + np.arange(ijk.shape[1]))[:, None]
        ijk[second] = low[second] + np.arange(ijk.shape[2])
        ijk[across] = 0
        z_at_zero = np.tensordot(to_pixel[2, :3], ijk, 1) + to_pixel[2, 3]
        entry = np.ceil(np.minimum((-half - z_at_zero) / slope, (half - z_at_zero) / slope))
        for depth in range(deepest):
            ijk[across] = entry + depth
            _take(mask, frame, to_pixel, ijk, ranges, block)
    return tight_block(block, low)


def _take(
    mask: Mask, frame: SliceFrame, to_pixel: Matrix4, ijk: np.ndarray, ranges: np.ndarray, block: np.ndarray
) -> None:
    """Set the voxels of `ijk` (3, ...) that are covered."""
    x, y, z = np.tensordot(to_pixel[:3, :3], ijk, 1) + to_pixel[:3, 3].reshape(3, 1, 1)
    inside = np.all((ijk >= ranges[:, :1, None]) & (ijk <= ranges[:, 1:, None]), axis=0)
    covered = inside & frame.near(z, np.abs(to_pixel[2, :3])) & frame.covers(mask, x, y, z)
    i, j, k = (ijk[:, covered] - ranges[:, :1]).astype(np.int64)
    block[k, j, i] = 1

"""Intensities on a plane through an array: what the plane needs is copied first, and interpolated later.

The copy is small and quick, the interpolation is neither, so that a window can do the one and leave the other to a
thread. Whatever way the plane is divided into pieces, every pixel gets the same value to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4

_TILE = 64  # pixels: a tilted plane's tiles lie in small blocks, the plane as a whole in half the volume
_ROOMY = 8  # voxels per pixel up to which one block for the whole plane is small enough


@dataclass(frozen=True, eq=False)
class Piece:
    """The voxels around a rectangle of the plane.

    Args:
        rows, columns: ranges of its pixels.
        low: (k, j, i) of the block's first voxel in the array.
        block: a copy of the voxels, as many as interpolation asks for; may hold colours.
    """

    rows: range
    columns: range
    low: tuple[int, int, int]
    block: np.ndarray


@dataclass(frozen=True, eq=False)
class PlaneSample:
    """What interpolation on a plane needs, apart from the array.

    Args:
        pixel_to_ijk: (4, 4), (x, y, 0, 1) to (i, j, k, 1).
        shape: (H, W) of the plane.
        pieces: together they hold every pixel once.
        background: value outside the array.
    """

    pixel_to_ijk: Matrix4
    shape: tuple[int, int]
    pieces: tuple[Piece, ...]
    background: float

    def pixels(self) -> np.ndarray:
        """(H, W) or (H, W, 3) of the array's type, interpolated linearly; integers are rounded. Any thread."""
        first = self.pieces[0].block
        result = np.empty((*self.shape, *first.shape[3:]), first.dtype)
        for piece in self.pieces:
            rows, columns = (slice(part.start, part.stop) for part in (piece.rows, piece.columns))
            kji = _coordinates(self.pixel_to_ijk, piece.rows, piece.columns)
            result[rows, columns] = _interpolate(piece.block, kji - np.array(piece.low)[:, None, None], self.background)
        return result


def sample_plane(array: np.ndarray, pixel_to_ijk: Matrix4, shape: tuple[int, int]) -> PlaneSample:
    """Copy what a plane needs of an array.

    Args:
        array: (K, J, I) or (K, J, I, 3).
        pixel_to_ijk: (4, 4), (x, y, 0, 1) to (i, j, k, 1).
        shape: (H, W) of the plane.
    """
    background = float(array.min()) if array.size < 1e6 else float(array[::4, ::4, ::4].min())
    whole = _bounds(pixel_to_ijk, range(shape[0]), range(shape[1]), array.shape)
    small = np.prod([high - low + 1 for low, high in whole]) <= _ROOMY * shape[0] * shape[1]
    tiles = [(range(shape[0]), range(shape[1]))] if small else _tiles(shape)
    pieces = (_piece(array, pixel_to_ijk, rows, columns) for rows, columns in tiles)
    return PlaneSample(pixel_to_ijk, shape, tuple(pieces), background)


def _tiles(shape: tuple[int, int]) -> Iterator[tuple[range, range]]:
    for row in range(0, shape[0], _TILE):
        for column in range(0, shape[1], _TILE):
            yield range(row, min(row + _TILE, shape[0])), range(column, min(column + _TILE, shape[1]))


def _piece(array: np.ndarray, pixel_to_ijk: Matrix4, rows: range, columns: range) -> Piece:
    (k0, k1), (j0, j1), (i0, i1) = _bounds(pixel_to_ijk, rows, columns, array.shape)
    block = array[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1].copy()
    return Piece(rows, columns, (k0, j0, i0), block)


def _bounds(pixel_to_ijk: Matrix4, rows: range, columns: range, shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """First and last voxel along k, j and i that the corners of a rectangle reach, within the array."""
    corners = _coordinates(pixel_to_ijk, (rows[0], rows[-1]), (columns[0], columns[-1])).reshape(3, -1)
    last = np.array(shape[:3]) - 1
    low = np.clip(np.floor(corners.min(axis=1) - 1e-6), 0, last).astype(int)
    high = np.clip(np.ceil(corners.max(axis=1) + 1e-6), 0, last).astype(int)
    return [(int(a), int(b)) for a, b in zip(low, high, strict=True)]


def _coordinates(pixel_to_ijk: Matrix4, rows: range | tuple[int, int], columns: range | tuple[int, int]) -> np.ndarray:
    """(3, rows, columns) of k, j, i. Element by element: the last bits of a matrix product depend on its size."""
    y, x = np.array(rows, np.float64)[:, None], np.array(columns, np.float64)[None, :]
    lines = (pixel_to_ijk[axis] for axis in (2, 1, 0))
    return np.stack([(line[0] * x + line[1] * y) + line[3] for line in lines])


def _interpolate(block: np.ndarray, kji: np.ndarray, background: float) -> np.ndarray:
    from scipy import ndimage  # slow to import: windows open at once without it

    if block.ndim == 4:
        return np.stack([_interpolate(block[..., channel], kji, background) for channel in range(3)], axis=-1)
    is_float = np.issubdtype(block.dtype, np.floating)
    floating = block if is_float else block.astype(np.float32)
    # "constant" would turn a border voxel into background when rounding puts its coordinate at -1e-16
    sampled = ndimage.map_coordinates(floating, kji, order=1, mode="grid-constant", cval=background)
    return sampled if is_float else np.rint(sampled).astype(block.dtype)

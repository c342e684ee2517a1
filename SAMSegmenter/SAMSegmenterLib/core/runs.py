"""Parts of a mask found from its runs: a run is an unbroken stretch of pixels in one row.

A mask of a million pixels has a few thousand runs, so that parts are found much faster than pixel by pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask


@dataclass(frozen=True, eq=False)
class Runs:
    """The runs of a mask, row by row and from left to right.

    Args:
        rows: (N,) row of each.
        starts: (N,) first column of each.
        stops: (N,) column after the last of each.
        shape: (H, W) of the mask.
    """

    rows: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) pixels of each run."""
        return self.stops - self.starts

    def at(self, points: np.ndarray) -> np.ndarray:
        """(M,) run that each point (x, y) of (M, 2) lies on, -1 where there is none."""
        column, row = np.floor(np.asarray(points, np.float64).reshape(-1, 2) + 0.5).T
        height, width = self.shape
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = np.where(inside, row * (width + 1) + column, -1)
        run = np.searchsorted(self.rows * (width + 1) + self.starts, place, side="right") - 1
        held = inside & (run >= 0)
        held[held] = place[held] < (self.rows * (width + 1) + self.stops)[run[held]]
        return np.where(held, run, -1)

    def nearest(self, points: np.ndarray) -> int:
        """The run nearest to any of the points (M, 2), M >= 1; the first one on ties."""
        x, y = np.asarray(points, np.float64).reshape(-1, 2).T[:, :, None]
        aside = np.maximum(0, np.maximum(self.starts - x, x - (self.stops - 1)))
        return int(np.argmin((aside**2 + (self.rows - y) ** 2).min(axis=0)))


def runs_of(mask: Mask) -> Runs:
    """The runs of a mask (H, W)."""
    height, width = mask.shape
    line = np.zeros(height * (width + 1) + 1, np.bool_)  # one pixel outside between rows
    line[1:].reshape(height, width + 1)[:, :width] = mask
    changes = np.flatnonzero(line[1:] != line[:-1])
    rows, starts = np.divmod(changes[::2], width + 1)
    return Runs(rows, starts, changes[1::2] - rows * (width + 1), (height, width))


def parts_of(runs: Runs, diagonal: bool) -> tuple[int, np.ndarray]:
    """Which runs belong together.

    Args:
        diagonal: True when pixels that meet at a corner do.

    Returns:
        Number of parts, and the part (N,) of each run, from 0.
    """
    from scipy import sparse
    from scipy.sparse import csgraph  # slow to import: windows open at once without it

    width = runs.shape[1] + 1
    first, last = runs.rows * width + runs.starts, runs.rows * width + runs.stops - 1
    reach = int(diagonal)
    low = np.searchsorted(last, first + width - reach, side="left")  # runs of the next row that touch
    high = np.searchsorted(first, last + width + reach, side="right")
    counts = np.maximum(high - low, 0)
    upper = np.repeat(np.arange(len(runs)), counts)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts) + low[upper]
    graph = sparse.coo_array((np.ones(len(upper), np.int8), (upper, lower)), shape=(len(runs), len(runs)))
    count, parts = csgraph.connected_components(graph.tocsr(), directed=False)
    return int(count), parts


def painted(runs: Runs, chosen: np.ndarray) -> Mask:
    """(H, W) mask of the runs chosen by (N,) bool."""
    height, width = runs.shape
    steps = np.zeros(height * (width + 1), np.int8)
    base = runs.rows[chosen] * (width + 1)
    steps[base + runs.starts[chosen]] = 1
    steps[base + runs.stops[chosen]] = -1
    filled = np.cumsum(steps, dtype=np.int8).view(np.bool_)
    return np.ascontiguousarray(filled.reshape(height, width + 1)[:, :width])

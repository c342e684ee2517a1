"""Masks that were carried from slice to slice and are not accepted yet, cut in any direction of the volume."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, extent_shape, intersection, is_empty, window
from SAMSegmenterLib.core.lattice import Lattice, mask_on_slice
from SAMSegmenterLib.core.slicing import Extent, SliceImage, SlicePlane, paste
from SAMSegmenterLib.session.editing_session import EditingSession


class CarriedVoxels:
    """Follows the results of a session; no array of the volume's size is made.

    Args:
        session: whose results are shown; its slices are layers of voxels.

    Attributes:
        version: grows with every change.
    """

    def __init__(self, session: EditingSession) -> None:
        self._session = session
        self._axis: int | None = None
        self._there: dict[str, dict[int, Any]] = {}
        self._blocks: dict[tuple[str, int], tuple[Any, tuple[Extent, np.ndarray] | None]] = {}
        self.version = 0

    def follow(self) -> None:
        """Take over what has changed."""
        propagation, now = self._session.propagation, {}
        axis = propagation.axis if self._session.source is not None else None
        for one in propagation.results.waiting(None, None) if axis is not None else ():
            now.setdefault(one.segment, {})[one.index] = one
        if axis != self._axis or not _are_same(now, self._there):
            self._axis, self._there = axis, now
            self._blocks = {key: one for key, one in self._blocks.items() if key[1] in now.get(key[0], ())}
            self.version += 1

    def segments(self) -> tuple[str, ...]:
        """Ids of the segments that have such masks."""
        return tuple(self._there)

    def seen_on(self, plane: SlicePlane) -> Hashable:
        """What of these masks a slice shows: the same as before when the picture is."""
        if plane.axis != self._axis:
            return self.version
        return tuple((segment_id, slices.get(plane.index)) for segment_id, slices in self._there.items())

    def on(self, segment_id: str, grid: SliceImage) -> Mask:
        """What of these masks lies on a slice, in any direction: (H, W) bool.

        Args:
            grid: a layer of voxels; where pixels are not square, it is finer than the voxels.
        """
        slices, plane = self._there[segment_id], grid.plane
        if plane.axis == self._axis:
            return slices[plane.index].mask if plane.index in slices else np.zeros(grid.shape, bool)
        volume = self._session.source.volume
        whole = _whole(volume.shape_kji, volume.ijk_to_ras)
        extent = list(whole.extent)
        extent[2 * (2 - plane.axis)] = extent[2 * (2 - plane.axis) + 1] = plane.index
        layer = np.zeros(extent_shape(tuple(extent)), np.uint8)
        for index, one in slices.items():
            block = self._block(segment_id, index, one)
            here = intersection(block[0], tuple(extent)) if block is not None else EMPTY_EXTENT
            if not is_empty(here):
                layer[window(here, tuple(extent))] |= (block[1][window(here, block[0])] != 0).astype(np.uint8)
        return mask_on_slice(layer, tuple(extent), whole, grid, volume.ijk_to_ras)

    def _block(self, segment_id: str, index: int, one: Any) -> tuple[Extent, np.ndarray] | None:
        """Voxels of a mask, made once."""
        known = self._blocks.get((segment_id, index))
        if known is None or known[0] is not one:
            known = one, paste(one.mask, self._session.propagation.stack.grid(index))
            self._blocks[segment_id, index] = known
        return known[1]


def _whole(shape_kji: tuple[int, int, int], ijk_to_ras: Matrix4) -> Lattice:
    """All voxels of a volume."""
    k, j, i = shape_kji
    return Lattice(ijk_to_ras, (0, i - 1, 0, j - 1, 0, k - 1))


def _are_same(now: dict[str, dict[int, Any]], before: dict[str, dict[int, Any]]) -> bool:
    """Whether the very same masks are there."""
    return now.keys() == before.keys() and all(
        slices.keys() == before[name].keys() and all(one is before[name][index] for index, one in slices.items())
        for name, slices in now.items()
    )

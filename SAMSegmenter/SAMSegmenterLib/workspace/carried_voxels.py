"""Voxels of masks that were carried from slice to slice and are not accepted yet, to be cut in any direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.session.editing_session import EditingSession


class CarriedVoxels:
    """Keeps arrays in step with the results of a session; only slices that changed are looked at.

    Args:
        session: whose results are shown; its slices are layers of voxels.
    """

    def __init__(self, session: EditingSession) -> None:
        self._session = session
        self._of: Any = None
        self._arrays: dict[str, np.ndarray] = {}
        self._there: dict[str, dict[int, Any]] = {}
        self.version = 0

    def follow(self) -> None:
        """Take over what has changed; `version` grows then."""
        source, propagation = self._session.source, self._session.propagation
        key = (source.volume_id, propagation.axis) if source is not None else None
        if key != self._of:
            self._of, self._arrays, self._there = key, {}, {}
            self.version += 1
        wanted: dict[str, dict[int, Any]] = {}
        for one in propagation.results.waiting(None, None) if key is not None and key[1] is not None else ():
            wanted.setdefault(one.segment, {})[one.index] = one
        for segment_id in {*wanted, *self._arrays}:
            self._take_over(segment_id, wanted.get(segment_id, {}))

    def segments(self) -> tuple[str, ...]:
        """Ids of the segments that have such voxels."""
        return tuple(self._arrays)

    def on(self, segment_id: str, plane: SlicePlane) -> Mask:
        """(H, W) bool of a slice."""
        volume = self._session.source.volume
        return extract(Volume(self._arrays[segment_id], volume.ijk_to_ras), plane).pixels != 0

    def _take_over(self, segment_id: str, wanted: dict[int, Any]) -> None:
        before = self._there.get(segment_id, {})
        changed = [index for index in {*before, *wanted} if before.get(index) is not wanted.get(index)]
        if not changed:
            return
        self.version += 1
        if not wanted:
            del self._arrays[segment_id], self._there[segment_id]
            return
        shape = self._session.source.volume.shape_kji
        array = self._arrays.setdefault(segment_id, np.zeros(shape, np.uint8))
        layers = np.moveaxis(array, self._session.propagation.axis, 0)
        for index in changed:
            layers[index] = wanted[index].mask if index in wanted else 0
        self._there[segment_id] = wanted

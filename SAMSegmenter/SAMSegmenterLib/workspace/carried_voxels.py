"""Masks that were carried from slice to slice and are not accepted yet, cut in any direction of the volume."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.slicing import SlicePlane
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
        self.version = 0

    def follow(self) -> None:
        """Take over what has changed."""
        propagation, now = self._session.propagation, {}
        axis = propagation.axis if self._session.source is not None else None
        for one in propagation.results.waiting(None, None) if axis is not None else ():
            now.setdefault(one.segment, {})[one.index] = one
        if axis != self._axis or not _are_same(now, self._there):
            self._axis, self._there = axis, now
            self.version += 1

    def segments(self) -> tuple[str, ...]:
        """Ids of the segments that have such masks."""
        return tuple(self._there)

    def on(self, segment_id: str, plane: SlicePlane) -> Mask:
        """(H, W) bool of a layer of voxels, in any direction."""
        slices, shape = self._there[segment_id], self._session.source.volume.shape_kji
        found = np.zeros(np.delete(shape, plane.axis), bool)
        if plane.axis == self._axis:
            return slices[plane.index].mask if plane.index in slices else found
        within = [axis for axis in range(3) if axis != self._axis].index(plane.axis)
        lines = np.moveaxis(found, [axis for axis in range(3) if axis != plane.axis].index(self._axis), 0)
        for index, one in slices.items():
            lines[index] = one.packed.line(within, plane.index)
        return found


def _are_same(now: dict[str, dict[int, Any]], before: dict[str, dict[int, Any]]) -> bool:
    """Whether the very same masks are there."""
    return now.keys() == before.keys() and all(
        slices.keys() == before[name].keys() and all(one is before[name][index] for index, one in slices.items())
        for name, slices in now.items()
    )

"""A segmentation as one label map that is written slice by slice: structures that meet take voxels from each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, bounding_extent, intersection, is_empty, placed, window
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent


class LabelWriter:
    """A `SegmentWriter` on a single array, whose memory does not grow with the number of segments; without undo.

    Args:
        lattice: the voxels that may be written.
        values: label value by segment id, from 1 up, no two alike.

    Attributes:
        labels: (k, j, i) uint16 of the lattice, 0 where no segment is.
    """

    def __init__(self, lattice: Lattice, values: Mapping[str, int]) -> None:
        self._lattice, self._values = lattice, dict(values)
        if len(set(values.values())) < len(values) or not all(1 <= value <= 65535 for value in values.values()):
            raise InputError("Label values are whole numbers from 1 to 65535, one for each structure.")
        self._reach = dict.fromkeys(values, EMPTY_EXTENT)
        self.labels = np.zeros(lattice.shape_kji, np.uint16)

    def lattice(self) -> Lattice:
        """The voxels that may be written."""
        return self._lattice

    def extent_of(self, segment_id: str) -> Extent:
        """An extent that holds everything ever written into a segment."""
        self._value(segment_id)
        return self._reach[segment_id]

    def segment_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """A copy of a segment's voxels on an extent, (k, j, i) uint8, zeros outside the lattice."""
        value = self._value(segment_id)
        return (placed(self.labels, self._lattice.extent, extent) == value).astype(np.uint8)

    def editable_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """(k, j, i) bool: True on the whole lattice."""
        self._value(segment_id)
        inside = intersection(extent, self._lattice.extent)
        return placed(self._part(inside) >= 0, inside, extent)

    def commit(self, edits: Sequence[Edit], label: str) -> int:
        """Carry out edits and return how many voxels of the edited segments differ."""
        values = {edit.segment_id: self._value(edit.segment_id) for edit in edits}
        reach = intersection(bounding_extent(edit.reach for edit in edits), self._lattice.extent)
        before = self._part(reach).copy()
        for edit in edits:
            if edit.clear is not None:
                self._write(*edit.clear, values[edit.segment_id], 0)
            if edit.mode == "remove":
                self._write(edit.extent, edit.block, values[edit.segment_id], 0)
            else:
                self._write(edit.extent, edit.block, None, values[edit.segment_id])
                inside = intersection(edit.extent, self._lattice.extent)
                self._reach[edit.segment_id] = bounding_extent([self._reach[edit.segment_id], inside])
        after = self._part(reach)
        return sum(int(np.count_nonzero((before == value) != (after == value))) for value in values.values())

    def _value(self, segment_id: str) -> int:
        if segment_id not in self._values:
            raise InputError(f"There is no segment '{segment_id}'.", "Choose one of the segments.")
        return self._values[segment_id]

    def _write(self, extent: Extent, block: np.ndarray, only: int | None, value: int) -> None:
        """Put a value where a block is set, or there only where another value was."""
        common = intersection(extent, self._lattice.extent)
        if is_empty(common):
            return
        part = self._part(common)
        where = block[window(common, extent)] != 0
        part[where if only is None else where & (part == only)] = value

    def _part(self, extent: Extent) -> np.ndarray:
        if is_empty(extent):
            return np.zeros((0, 0, 0), self.labels.dtype)
        return self.labels[window(extent, self._lattice.extent)]

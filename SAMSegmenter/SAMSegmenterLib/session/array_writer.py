"""A segmentation in plain arrays that can be edited and undone, for work without a scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import (
    EMPTY_EXTENT,
    bounding_extent,
    extent_shape,
    intersection,
    is_empty,
    placed,
    window,
)
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent

_Step = list[tuple[str, Extent, np.ndarray, np.ndarray]]  # segment, where, before, after


class ArraySegmentWriter:
    """Segments as masks on one lattice: a `SegmentWriter`, and the `WriterProvider` of itself.

    Args:
        lattice: the voxels that may be written.
        segments: names by id; they begin empty.
        overwrite: True takes voxels that are added to one segment away from all others, as in a label image.
        editable: (k, j, i) bool on the lattice, True where voxels may be changed; None for everywhere.

    Attributes:
        tags: facts kept with segments, by id.
        undo_steps: labels of the steps that can be undone, the latest last.
    """

    def __init__(
        self,
        lattice: Lattice,
        segments: Mapping[str, str] | Iterable[str] = (),
        overwrite: bool = False,
        editable: np.ndarray | None = None,
    ) -> None:
        names = dict(segments) if isinstance(segments, Mapping) else {name: name for name in segments}
        self._lattice, self._names, self._overwrite, self._editable = lattice, names, overwrite, editable
        self._masks = {segment: np.zeros(lattice.shape_kji, np.uint8) for segment in names}
        self._done: list[tuple[str, _Step]] = []
        self._undone: list[tuple[str, _Step]] = []
        self.tags: dict[str, dict[str, str]] = {}

    @classmethod
    def for_volume(
        cls, volume: Volume, segments: Mapping[str, str] | Iterable[str] = (), overwrite: bool = False
    ) -> ArraySegmentWriter:
        """On a volume's own voxels."""
        k, j, i = volume.shape_kji
        return cls(Lattice(volume.ijk_to_ras, (0, i - 1, 0, j - 1, 0, k - 1)), segments, overwrite)

    def writer(self) -> ArraySegmentWriter:
        """Itself."""
        return self

    def segment_name(self, segment_id: str) -> str | None:
        """Name of a segment, None when there is none of that id."""
        return self._names.get(segment_id)

    def add_segment(self, name: str) -> str:
        """Add an empty segment; its id is its name, made unique."""
        segment_id, number = name, 2
        while segment_id in self._names:
            segment_id, number = f"{name} {number}", number + 1
        self._names[segment_id] = name
        self._masks[segment_id] = np.zeros(self._lattice.shape_kji, np.uint8)
        return segment_id

    def remove_segment(self, segment_id: str) -> None:
        """Take a segment away, with all its voxels, if it is there; this cannot be undone."""
        self._masks.pop(segment_id, None)
        self._names.pop(segment_id, None)

    def tag_segment(self, segment_id: str, tags: Mapping[str, str]) -> None:
        """Keep facts with a segment."""
        self.tags.setdefault(segment_id, {}).update(tags)

    def lattice(self) -> Lattice:
        """The voxels that may be written."""
        return self._lattice

    def mask(self, segment_id: str) -> np.ndarray:
        """(k, j, i) uint8 of the whole lattice; not a copy.

        Raises:
            InputError: there is no such segment.
        """
        if segment_id not in self._masks:
            raise InputError(f"There is no segment '{segment_id}'.", "Choose one of the segments, or add one.")
        return self._masks[segment_id]

    def extent_of(self, segment_id: str) -> Extent:
        """The lattice's extent, or `EMPTY_EXTENT` for a segment without voxels."""
        return self._lattice.extent if self.mask(segment_id).any() else EMPTY_EXTENT

    def segment_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """A copy of a segment's voxels on an extent, zeros outside the lattice."""
        return placed(self.mask(segment_id), self._lattice.extent, extent)

    def editable_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """(k, j, i) bool: where voxels may be changed; False outside the lattice."""
        self.mask(segment_id)
        if self._editable is not None:
            return placed(self._editable, self._lattice.extent, extent)
        common = intersection(extent, self._lattice.extent)
        return placed(np.ones(extent_shape(common), bool), common, extent)

    def commit(self, edits: Sequence[Edit], label: str) -> int:
        """Carry out edits as one undo step and return how many voxels of the edited segments differ."""
        segment_ids = dict.fromkeys(edit.segment_id for edit in edits)
        edited = {one: bounding_extent(e.reach for e in edits if e.segment_id == one) for one in segment_ids}
        for segment_id in edited:
            self.mask(segment_id)
        touched = self._masks if self._overwrite else edited
        reach = intersection(bounding_extent(edited.values()), self._lattice.extent)
        before = {segment_id: self.segment_on(segment_id, reach) for segment_id in touched}
        for edit in edits:
            self._carry_out(edit)
        step = [(segment_id, reach, old, self.segment_on(segment_id, reach)) for segment_id, old in before.items()]
        changed = [part for part in step if not np.array_equal(part[2], part[3])]
        if changed:
            self._done.append((label, changed))
            self._undone.clear()
        return sum(int(np.count_nonzero(old != new)) for segment_id, _, old, new in changed if segment_id in edited)

    @property
    def undo_steps(self) -> tuple[str, ...]:
        """Labels of the steps that can be undone, the latest last."""
        return tuple(label for label, _ in self._done)

    def undo(self) -> None:
        """Take the latest step back, if there is one."""
        if self._done:
            label, step = self._done.pop()
            self._undone.append((label, step))
            for segment_id, extent, before, _ in step:
                self._part(segment_id, extent)[...] = before

    def redo(self) -> None:
        """Do the step again that was undone last, if there is one."""
        if self._undone:
            label, step = self._undone.pop()
            self._done.append((label, step))
            for segment_id, extent, _, after in step:
                self._part(segment_id, extent)[...] = after

    def _carry_out(self, edit: Edit) -> None:
        if edit.clear is not None:
            self._write(edit.segment_id, *edit.clear, 0)
        self._write(edit.segment_id, edit.extent, edit.block, 0 if edit.mode == "remove" else 1)
        if self._overwrite and edit.mode != "remove":
            for other in self._masks.keys() - {edit.segment_id}:
                self._write(other, edit.extent, edit.block, 0)

    def _write(self, segment_id: str, extent: Extent, block: np.ndarray, value: int) -> None:
        common = intersection(extent, self._lattice.extent)
        if is_empty(common):
            return
        where = block[window(common, extent)] != 0
        if self._editable is not None:
            where = where & self._editable[window(common, self._lattice.extent)]
        self._part(segment_id, common)[where] = value

    def _part(self, segment_id: str, extent: Extent) -> np.ndarray:
        return self.mask(segment_id)[window(extent, self._lattice.extent)]

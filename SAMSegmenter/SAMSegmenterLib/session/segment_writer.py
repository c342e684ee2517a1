"""What an editing session asks of whoever writes into segments.

Three places carry edits out: Slicer's effect, the editor logic without Qt, the browser's editor; `array_writer` does it
on plain arrays. They fit these protocols without importing them. Everything is called on the main thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.core.stepwise import Stepwise


class SegmentWriter(Protocol):
    """Reads and writes the segments of one segmentation."""

    def lattice(self) -> Lattice:
        """The voxels that segments are made of, now: reference geometry, oversampling and cropping included."""
        ...

    def extent_of(self, segment_id: str) -> Extent:
        """An extent that holds all of a segment's voxels; it may be larger, and is `EMPTY_EXTENT` when there are none.

        Raises:
            InputError: there is no such segment any more.
        """
        ...

    def segment_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """A copy of a segment's voxels.

        Args:
            extent: any part of the lattice; voxels outside the segment's own extent are 0.

        Returns:
            (k, j, i) uint8 of the extent's shape, 1 inside this segment, whatever other segments hold there.

        Raises:
            InputError: there is no such segment any more.
        """
        ...

    def editable_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """Where the settings (mask, intensity range) let a segment be added to.

        Args:
            extent: any part of the lattice; asked for one voxel at a click.

        Returns:
            (k, j, i) bool of the extent's shape, False outside the lattice.

        Raises:
            InputError: there is no such segment any more.
        """
        ...

    def commit(self, edits: Sequence[Edit], label: str) -> int:
        """Carry out edits as one undo step; editable area, intensity range and overwrite mode are honoured.

        Args:
            edits: in this order; while one is carried out its segment is the selected one.
            label: what the step is called, for the user.

        Returns:
            Voxels of the edited segments that differ afterwards, counted on the voxels themselves.

        Raises:
            InputError: a segment is not there any more, or may not be edited; nothing was changed then, and no undo
                step is left.
        """
        ...


def committing(writer: SegmentWriter, edits: Sequence[Edit], label: str) -> Stepwise[int]:
    """As `SegmentWriter.commit`, in steps where a writer has the method `commit_in_steps`; closed before the end,
    everything is as it was."""
    in_steps = getattr(writer, "commit_in_steps", None)
    if in_steps is None:
        return writer.commit(edits, label)
    return (yield from in_steps(edits, label))


class WriterProvider(Protocol):
    """Knows which segmentation is edited."""

    def writer(self) -> SegmentWriter:
        """The writer of the segmentation that is edited now; asked for before each use and not kept.

        Raises:
            InputError: there is no segmentation, or it cannot be edited now; the hint says what to do.
        """
        ...

    def segment_name(self, segment_id: str) -> str | None:
        """Name of a segment, None when there is none of that id. Asked at every tick: it must be quick."""
        ...

    def add_segment(self, name: str) -> str:
        """Add an empty segment and return its id; where hosts undo that, it belongs to the step of the next commit.

        Raises:
            InputError: there is no segmentation.
        """
        ...

    def remove_segment(self, segment_id: str) -> None:
        """Remove a segment that was added for a commit that wrote nothing; one that is gone already is no error."""
        ...

    def tag_segment(self, segment_id: str, tags: Mapping[str, str]) -> None:
        """Keep facts with a segment (model, hash of its weights, how it came about); called after a commit."""
        ...

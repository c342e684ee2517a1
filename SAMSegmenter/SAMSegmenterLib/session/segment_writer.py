"""How an editing session writes into segments: edits, and what it asks of whoever carries them out.

Three places carry them out: Slicer's effect, the editor logic without Qt, the browser's editor; `array_writer` does it
on plain arrays. They fit these protocols without importing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent

MODES = ("set_on_slice", "add", "remove")


@dataclass(frozen=True, eq=False)
class Edit:
    """A change of one segment, on the segmentation's own lattice.

    Args:
        segment_id: the segment.
        mode: "add" and "remove" do so with `block`. "set_on_slice" first removes `clear`, then adds `block`: what lies
            outside `clear` is never removed.
        extent: of `block` in the lattice, (i0, i1, j0, j1, k0, k1), both ends inclusive.
        block: (k, j, i) uint8, 1 inside.
        clear: extent and block of the voxels that "set_on_slice" removes, None when there are none.
    """

    segment_id: str
    mode: str
    extent: Extent
    block: np.ndarray
    clear: tuple[Extent, np.ndarray] | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"There is no mode '{self.mode}'.", f"Choose one of: {', '.join(MODES)}.")
        if self.clear is not None and self.mode != "set_on_slice":
            raise InputError("Only the mode 'set_on_slice' clears voxels first.")
        parts = [(self.extent, self.block)] + ([self.clear] if self.clear is not None else [])
        for extent, block in parts:
            if block.shape != shape_of(extent):
                raise InputError(f"A block of shape {block.shape} does not fill the extent {extent}.")

    @property
    def whole_extent(self) -> Extent:
        """Smallest extent that holds everything the edit may change."""
        return self.extent if self.clear is None else united(self.extent, self.clear[0])


class SegmentWriter(Protocol):
    """Reads and writes the segments of one segmentation. The session calls it on the main thread only."""

    def lattice(self) -> Lattice:
        """The voxels that segments are made of, now: reference geometry, oversampling and cropping included."""
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

    def commit(self, edits: Sequence[Edit], label: str) -> int:
        """Carry out edits as one undo step; editable area, intensity range and overwrite mode are honoured.

        Args:
            edits: in this order; before each one its segment is the selected one.
            label: what the step is called, for the user.

        Returns:
            Voxels of the edited segments that differ afterwards, counted on the voxels themselves.

        Raises:
            InputError: a segment is not there any more, or may not be edited; nothing was changed then, and no undo
                step is left.
        """
        ...


class WriterProvider(Protocol):
    """Knows which segmentation is edited. The session calls it on the main thread only."""

    def writer(self) -> SegmentWriter:
        """The writer of the segmentation that is edited now; called before each use and not kept.

        Raises:
            InputError: there is no segmentation, or it cannot be edited now; the hint says what to do.
        """
        ...

    def segment_name(self, segment_id: str) -> str | None:
        """Name of a segment, None when there is none of that id. Called often (each tick): it must be quick."""
        ...

    def add_segment(self, name: str) -> str:
        """Add an empty segment and return its id.

        Raises:
            InputError: there is no segmentation.
        """
        ...


def shape_of(extent: Extent) -> tuple[int, int, int]:
    """(k, j, i) number of voxels of an extent."""
    i0, i1, j0, j1, k0, k1 = extent
    return k1 - k0 + 1, j1 - j0 + 1, i1 - i0 + 1


def united(first: Extent, second: Extent) -> Extent:
    """Smallest extent that holds both."""
    lows = (min(first[n], second[n]) for n in (0, 2, 4))
    highs = (max(first[n], second[n]) for n in (1, 3, 5))
    (i0, j0, k0), (i1, j1, k1) = lows, highs
    return i0, i1, j0, j1, k0, k1


def inside(outer: Extent, inner: Extent) -> tuple[slice, slice, slice]:
    """Where the voxels of one extent lie in a (k, j, i) block of another that holds it."""
    return tuple(slice(inner[n] - outer[n], inner[n + 1] - outer[n] + 1) for n in (4, 2, 0))  # type: ignore[return-value]

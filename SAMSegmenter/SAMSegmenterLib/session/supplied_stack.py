"""The slices of a volume for a worker that must not touch the volume: the main thread copies them ahead of it."""

from __future__ import annotations

import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.propagation import VolumeStack
from SAMSegmenterLib.core.slicing import SliceCut, SliceImage, SlicePlane
from SAMSegmenterLib.session.prompt_book import same_plane

_AHEAD = 3
_FEW_SLICES = 8
_MANY_BYTES = 128 << 20
_SUPPLY_SECONDS = 0.005
_WAIT_SECONDS = 0.05


def stack_of(volume: Volume, plane: SlicePlane) -> VolumeStack:
    """The slices parallel to one of them, as far as their places go: it holds no voxel of the volume.

    Args:
        plane: as for `VolumeStack`.
    """
    blank = np.broadcast_to(np.zeros((), volume.array.dtype), volume.array.shape)
    return VolumeStack(replace(volume, array=blank), plane)


def index_in(stack: VolumeStack, plane: SlicePlane) -> int | None:
    """Number of a slice in a stack; None when it is none of its slices."""
    start = stack.plane(0)
    if plane.axis is not None or start.axis is not None:
        inside = plane.axis == start.axis and stack.first <= plane.index <= stack.last
        return plane.index if inside else None
    normal = np.cross(start.x_ras, start.y_ras)
    step = np.array(stack.plane(1).origin_ras) - np.array(start.origin_ras)
    way = np.array(plane.origin_ras) - np.array(start.origin_ras)
    index = round(float(way @ normal) / float(step @ normal))
    inside = stack.first <= index <= stack.last and same_plane(stack.plane(index), plane)
    return index if inside else None


class SuppliedStack:
    """A `SliceStack` whose `image` waits until the main thread has copied the slice.

    Few slices are copied ahead of the one asked for last, and few are kept, whatever the volume's size.

    Args:
        places: where the slices lie, see `stack_of`.
        cut_slice: a method that copies a slice, called on the thread that makes this object; it is not kept alive.

    Attributes:
        first, last, spacing_mm, drift_yx: as in `SliceStack`.
        should_stop: asked while the worker waits for a slice.
    """

    def __init__(self, places: VolumeStack, cut_slice: Callable[[int], SliceCut]) -> None:
        self._places, self._cut_slice = places, weakref.WeakMethod(cut_slice)
        self.first, self.last, self.spacing_mm = places.first, places.last, places.spacing_mm
        self.drift_yx = places.drift_yx
        self.should_stop: ShouldStop = never_stop
        self._owner = threading.get_ident()
        self._arrived = threading.Condition()
        self._kept: OrderedDict[int, SliceCut | SliceImage] = OrderedDict()
        self._wanted: int | None = None
        self._visited: set[int] = set()
        self._front: tuple[int, ...] = ()

    def plane(self, index: int) -> SlicePlane:
        """Where a slice is cut."""
        return self._places.plane(index)

    def grid(self, index: int) -> SliceImage:
        """Where the pixels of a slice lie, with zeros for intensities."""
        return self._places.grid(index)

    def image(self, index: int) -> SliceImage:
        """A slice with its intensities.

        Raises:
            Cancelled: it is not needed any more.

        Thread: worker; on the main thread it is copied at once.
        """
        if threading.get_ident() == self._owner and index not in self._kept:
            self._copy(index)
        with self._arrived:
            self._front = (index,)
            while index not in self._kept:
                if self.should_stop():
                    raise Cancelled
                self._wanted = index
                self._arrived.wait(_WAIT_SECONDS)
            self._wanted = None
            self._visited.add(index)
            self._kept.move_to_end(index)
            found = self._kept[index]
        if isinstance(found, SliceImage):
            return found
        image = found.image()
        with self._arrived:
            self._kept[index] = image
        return image

    def expect(self, indices: Iterable[int]) -> None:
        """Tell from which slices the next ones follow. Main thread, before the work begins."""
        self._front = tuple(indices)

    def supply(self) -> None:
        """Copy the slice that is waited for, and few ahead of it, for some milliseconds at most. Main thread."""
        ends = time.perf_counter() + _SUPPLY_SECONDS
        for index in self._due():
            self._copy(index)
            if time.perf_counter() > ends:
                return

    def _due(self) -> list[int]:
        with self._arrived:
            wanted = [self._wanted] if self._wanted is not None else []
            near = [at + side * step for step in range(1, _AHEAD + 1) for at in self._front for side in (1, -1)]
            ahead = [index for index in near if self.first <= index <= self.last and index not in self._visited]
            return [index for index in dict.fromkeys([*wanted, *ahead]) if index not in self._kept]

    def _copy(self, index: int) -> None:
        cut_slice = self._cut_slice()
        if cut_slice is None:
            raise Cancelled
        part = cut_slice(index)
        with self._arrived:
            self._kept[index] = part
            while len(self._kept) > _FEW_SLICES and self._kept_bytes() > _MANY_BYTES:
                self._kept.popitem(last=False)
            self._arrived.notify_all()

    def _kept_bytes(self) -> int:
        return sum(_bytes_of(one) for one in self._kept.values())


def _bytes_of(part: SliceCut | SliceImage) -> int:
    if isinstance(part, SliceImage):
        return part.pixels.nbytes
    pieces = (part.part,) if isinstance(part.part, np.ndarray) else (piece.block for piece in part.part.pieces)
    return sum(piece.nbytes for piece in pieces)

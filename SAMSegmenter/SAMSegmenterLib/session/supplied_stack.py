"""The slices of a volume for a worker that must not touch the volume: the main thread copies them ahead of it."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.propagation import VolumeStack
from SAMSegmenterLib.core.slicing import SliceCut, SliceImage, SlicePlane

_AHEAD = 3
_FEW_SLICES = 8
_MANY_BYTES = 128 << 20
_SUPPLY_SECONDS = 0.005
_WAIT_SECONDS = 0.05
_SAME_PLACE = 1e-2
"""Share of a pixel, or of the distance of slices, by which a viewer may miss a place."""


def stack_of(volume: Volume, plane: SlicePlane) -> VolumeStack:
    """The slices parallel to one of them, as far as their places go: it holds no voxel of the volume.

    Args:
        plane: as for `VolumeStack`.
    """
    blank = np.broadcast_to(np.zeros((), volume.array.dtype), volume.array.shape)
    return VolumeStack(replace(volume, array=blank), plane if plane.axis is not None else _wide(volume, plane))


def index_in(stack: VolumeStack, plane: SlicePlane) -> int | None:
    """Number of a slice in a stack; None when it is none of its slices.

    Of a tilted slice only the pixels have to fall on those of the stack: a viewer shows as much of each as the volume
    reaches.
    """
    start = stack.plane(0)
    if plane.axis is not None or start.axis is not None:
        inside = plane.axis == start.axis and stack.first <= plane.index <= stack.last
        return plane.index if inside else None
    if not np.allclose([plane.x_ras, plane.y_ras], [start.x_ras, start.y_ras], rtol=0, atol=1e-4):
        return None
    normal = np.cross(start.x_ras, start.y_ras)
    step = np.array(stack.plane(1).origin_ras) - np.array(start.origin_ras)
    way = np.array(plane.origin_ras) - np.array(start.origin_ras)
    along = float(way @ normal) / float(step @ normal)
    index = round(along)
    is_there = abs(along - index) < _SAME_PLACE and stack.first <= index <= stack.last
    return index if is_there and pixel_shift(start, plane) is not None else None


def pixel_shift(first: SlicePlane, second: SlicePlane) -> tuple[int, int] | None:
    """Where the first pixel of the second of two parallel slices lies on the first one, seen along their normal.

    Returns:
        (x, y); None when pixels do not fall on pixels. Slices of the volume have all of their pixels in one place.
    """
    if first.axis is not None or second.axis is not None:
        return 0, 0
    if not np.allclose(first.spacing_mm, second.spacing_mm, rtol=1e-6, atol=0):
        return None
    way = np.array(second.origin_ras) - np.array(first.origin_ras)
    shift = np.array([way @ first.x_ras, way @ first.y_ras]) / first.spacing_mm
    x, y = (round(float(value)) for value in shift)
    return (x, y) if np.abs(shift - (x, y)).max() < _SAME_PLACE else None


def shifted(mask: Mask, shift: tuple[int, int], shape: tuple[int, int]) -> Mask:
    """A mask (H, W) put on another grid of pixels, where its first pixel lies at `shift`: (x, y)."""
    (x, y), (height, width), result = shift, mask.shape, np.zeros(shape, bool)
    top, left = max(0, y), max(0, x)
    bottom, right = min(shape[0], y + height), min(shape[1], x + width)
    if top < bottom and left < right:
        result[top:bottom, left:right] = mask[top - y : bottom - y, left - x : right - x]
    return result


def _wide(volume: Volume, plane: SlicePlane) -> SlicePlane:
    """A tilted slice with room for what any slice parallel to it shows of the volume."""
    ends = [(-0.5, count - 0.5) for count in volume.shape_kji[::-1]]
    corners = np.array([(*corner, 1.0) for corner in itertools.product(*ends)]) @ volume.ijk_to_ras[:3].T
    axes = np.array([plane.x_ras, plane.y_ras])
    places = (corners - plane.origin_ras) @ axes.T / plane.spacing_mm
    low, high = np.floor(places.min(axis=0) + 0.5 + 1e-6), np.ceil(places.max(axis=0) - 0.5 - 1e-6)
    origin = np.array(plane.origin_ras) + (low * plane.spacing_mm) @ axes
    width, height = (int(count) for count in high - low + 1)
    return SlicePlane.oblique(tuple(origin), plane.x_ras, plane.y_ras, plane.spacing_mm, (width, height))


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

"""Masks that come one by one, shown while they come: voxels are put into labelmaps that grow, none is made anew."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.extents import (
    bounding_extent,
    extent_shape,
    filled_extent,
    intersection,
    is_empty,
    placed,
    window,
)
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.scene.preview_node import Colour, new_preview_node, remove_preview_node
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segment_voxels import layer_of, oriented_image, values_of
from SAMSegmenterLib.scene.segmentations import BINARY_LABELMAP

Block = tuple[Extent, np.ndarray]
"""An extent with its (k, j, i) voxels, non-zero inside."""

_SPARE = 4
"""A labelmap that is too small gets one part in so many of its length more than it needs, where it was too small."""

SURFACE = "Closed surface"
"""Representation of a segment in 3D views."""


class StreamedPreview:
    """A preview of several segments beside a segmentation; its node is made when there is something to show.

    Args:
        segmentation_node: that the preview belongs to; it is not touched.
        ijk_to_world: (4, 4) of the volume whose voxels are shown.

    Thread: main, all of it.
    """

    def __init__(self, segmentation_node: Any, ijk_to_world: Matrix4) -> None:
        self._owner, self._to_world = segmentation_node, np.array(ijk_to_world)
        self._node: Any = None
        self._shown: dict[str, dict[Hashable, Block]] = {}

    @property
    def node(self) -> Any:
        """The `vtkMRMLSegmentationNode` that shows the preview; None when nothing is shown."""
        alive = self._node is not None and self._node.GetScene() is not None
        return self._node if alive else None

    def show(self, segment: str, colour: Colour, blocks: Mapping[Hashable, Block]) -> bool:
        """Show these voxels of a segment and no others; only blocks that are others than last time are looked at.

        Args:
            segment: any name.
            colour: red, green, blue, 0 to 1.
            blocks: by what tells them apart, a slice number for example; they may overlap. A block is not to be
                changed once it is shown.

        Returns:
            Whether anything changed.
        """
        if self.node is None:
            self._node, self._shown = None, {}
        before = self._shown.get(segment, {})
        gone = [block for key, block in before.items() if blocks.get(key) is not block]
        new = [block for key, block in blocks.items() if before.get(key) is not block]
        if not gone and not new and (segment not in self._shown or self._colour(segment) == tuple(colour)):
            return False
        if not blocks:
            self._remove(segment)
            return True
        self._shown[segment] = dict(blocks)
        filled = bounding_extent(filled_extent(cells, extent) for extent, cells in new)
        self._change(self._segment(segment, colour, filled), filled, gone, new)
        return True

    def segments(self) -> tuple[str, ...]:
        """The segments shown."""
        return tuple(self._shown) if self.node is not None else ()

    def make_surface(self) -> None:
        """Make surfaces of what is shown now, for 3D views."""
        if self.node is not None:
            self.node.GetSegmentation().CreateRepresentation(SURFACE, True)

    def clear(self) -> None:
        """Show nothing, and leave nothing in the scene."""
        node, self._node, self._shown = self.node, None, {}
        if node is not None:
            remove_preview_node(node)

    def _remove(self, segment: str) -> None:
        del self._shown[segment]
        if not self._shown:
            self.clear()
        elif self.node is not None:
            self.node.GetSegmentation().RemoveSegment(segment)

    def _segment(self, name: str, colour: Colour, filled: Extent) -> Any:
        if self._node is None:
            self._node = new_preview_node(self._owner)
        segmentation = self._node.GetSegmentation()
        segment = segmentation.GetSegment(name)
        if segment is None:
            segment = import_slicer().vtkSegment()
            segment.SetName(name)
            segment.SetColor(*colour)
            extent = (0, 0, 0, 0, 0, 0) if is_empty(filled) else filled
            empty = oriented_image(extent, self._to_world, np.zeros(extent_shape(extent), np.uint8))
            segment.AddRepresentation(BINARY_LABELMAP, empty)
            segmentation.AddSegment(segment, name)
            segment.Modified()  # from now on the segmentation tells the views of changes of the labelmap itself
        elif segment.GetColor() != tuple(colour):
            segment.SetColor(*colour)
        return segment

    def _colour(self, name: str) -> Colour:
        return self._node.GetSegmentation().GetSegment(name).GetColor()

    def _change(self, segment: Any, filled: Extent, gone: list[Block], new: list[Block]) -> None:
        """Take blocks out, and put others in, which fill so much; what overlaps those taken out is put in again."""
        image = layer_of(segment)
        taken = [intersection(extent, image.GetExtent()) for extent, _ in gone]
        extent = _grown(image.GetExtent(), filled)
        is_same = extent == tuple(image.GetExtent())
        values = values_of(image) if is_same else placed(values_of(image), image.GetExtent(), extent)
        for hole in taken:
            if not is_empty(hole):
                values[window(hole, extent)] = 0
        wanted = self._shown[segment.GetName()].values()
        again = [one for one in wanted if any(not is_empty(intersection(one[0], hole)) for hole in taken)]
        for place, cells in [*new, *again]:
            here = intersection(place, extent)
            if not is_empty(here):
                values[window(here, extent)] |= (cells[window(here, place)] != 0).astype(np.uint8)
        if not is_same:  # the same object with another extent: views observe it
            image.SetExtent(*extent)
            image.AllocateScalars(image.GetScalarType(), 1)
            values_of(image)[...] = values
        image.GetPointData().GetScalars().Modified()
        image.Modified()


def _grown(extent: Extent, needed: Extent) -> Extent:
    """An extent that holds both, with room to spare on the sides on which it had to grow."""
    whole = bounding_extent([tuple(extent), needed])  # type: ignore[list-item]
    found = []
    for axis in range(3):
        low, high = whole[2 * axis], whole[2 * axis + 1]
        spare = (high - low + 1) // _SPARE + 1
        found += [low - spare if low < extent[2 * axis] else low, high + spare if high > extent[2 * axis + 1] else high]
    i0, i1, j0, j1, k0, k1 = found
    return i0, i1, j0, j1, k0, k1

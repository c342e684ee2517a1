"""Where structures begin and end in a volume, and the boxes that slices share there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.regions import bounding_region
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.reference import Segmentation, Structure

MOST_COUNTED_DIRECTLY = 1 << 16
"""Label values up to this are looked for in one pass over a layer."""

Box = tuple[int, int, int, int]
"""(x0, y0, x1, y1), inclusive maxima, in the slices' own pixels."""


@dataclass(frozen=True, eq=False)
class StructureExtents:
    """The extents of all structures of one frame; nothing is looked for before it is asked for.

    Args:
        axis: array axis that slices are stacked along.
    """

    segmentation: Segmentation
    axis: int

    def box_of_slab(self, value: int, index: int, thickness: int) -> Box:
        """The box that all slices of a slab share.

        Slabs begin at the structure's first slice.

        Args:
            value: of a structure that the slice shows.
            index: of the slice.
            thickness: slices per slab; 0 for the whole structure.
        """
        structure = self._structures[value]
        extent = self._extent(structure)
        if thickness:
            first = extent[self.axis].start
            start = first + (index - first) // thickness * thickness
            slab = slice(start, min(start + thickness, extent[self.axis].stop))
            extent = tuple(slab if axis == self.axis else part for axis, part in enumerate(extent))
            inner = bounding_region(self._mask(structure, extent))
            assert inner is not None  # the slice itself shows the structure
            extent = tuple(slice(o.start + i.start, o.start + i.stop) for o, i in zip(extent, inner, strict=True))
        rows, columns = (part for axis, part in enumerate(extent) if axis != self.axis)
        return columns.start, rows.start, columns.stop - 1, rows.stop - 1

    def _mask(self, structure: Structure, extent: tuple[slice, ...]) -> Mask:
        return self.segmentation.layers[structure.layer][extent] == structure.layer_value

    def _extent(self, structure: Structure) -> tuple[slice, ...]:
        known = self._extents[structure.layer]
        if structure.layer_value not in known:
            found = bounding_region(self.segmentation.layers[structure.layer] == structure.layer_value)
            assert found is not None
            known[structure.layer_value] = found
        return known[structure.layer_value]

    @cached_property
    def _structures(self) -> dict[int, Structure]:
        return {structure.value: structure for structure in self.segmentation.structures}

    @cached_property
    def _extents(self) -> list[dict[int, tuple[slice, ...]]]:
        """(layer value -> extent) of every layer; large values are added when they are asked for."""
        found = []
        for layer in self.segmentation.layers:
            countable = layer.dtype.kind in "iu" and layer.min() >= 0 and layer.max() <= MOST_COUNTED_DIRECTLY
            boxes = ndimage.find_objects(layer.astype(np.int32, copy=False)) if countable else []
            found.append({value: box for value, box in enumerate(boxes, start=1) if box is not None})
        return found

"""Test structures: the connected parts of every label that are long enough along the slice axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.regions import bounding_region
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.reference import Segmentation

LEAST_SLICES = 8
LEAST_PIXELS = 50
"""A structure's largest slice has more pixels than that, like every object that this project measures."""

_NEIGHBOURS_26 = np.ones((3, 3, 3), bool)


@dataclass(frozen=True)
class StructurePart:
    """One connected part (26 neighbours: face, edge or corner) of one label.

    Args:
        label_value, name: of the label.
        number: of the part within the label, from 1, in array order of its first voxel.
        first, last: its outermost slices along the slice axis, inclusive.
        start: its slice of most pixels, the first on ties.
        voxels: how many.
        touches_first, touches_last: whether it reaches the first or last slice of the volume, where it may be cut off.
    """

    label_value: int
    name: str
    number: int
    first: int
    last: int
    start: int
    voxels: int
    touches_first: bool
    touches_last: bool

    @property
    def slices(self) -> int:
        """How many slices it spans."""
        return self.last - self.first + 1


def find_parts(
    segmentation: Segmentation, axis: int, least_slices: int = LEAST_SLICES, least_pixels: int = LEAST_PIXELS
) -> list[StructurePart]:
    """Parts that span enough slices.

    Args:
        segmentation: the reference.
        axis: array axis that slices are stacked along.
        least_slices: fewest slices of a part.
        least_pixels: the largest slice has more pixels than that.

    Returns:
        In order of the labels, then of the parts; empty when nothing is long enough.
    """
    found = []
    for structure in segmentation.structures:
        numbers, count = _numbered(segmentation.mask(structure))
        stack = np.moveaxis(numbers, axis, 0)
        for number, region in enumerate(ndimage.find_objects(stack, count), 1):
            if region is None or region[0].stop - region[0].start < least_slices:
                continue
            sizes = np.count_nonzero(stack[region] == number, axis=(1, 2))
            if sizes.max() > least_pixels:
                found.append(_part(structure.value, structure.name, number, region[0].start, sizes, len(stack)))
    return found


def part_stack(segmentation: Segmentation, part: StructurePart, axis: int) -> Mask:
    """Voxels of a part with its slices along the first axis, (slices, H, W)."""
    structure = next(one for one in segmentation.structures if one.value == part.label_value)
    numbers, _ = _numbered(segmentation.mask(structure))
    return np.moveaxis(numbers == part.number, axis, 0)


def _numbered(mask: Mask) -> tuple[np.ndarray, int]:
    """(K, J, I) int32 numbers of the connected parts, and how many there are."""
    numbers = np.zeros(mask.shape, np.int32)
    region = bounding_region(mask)
    if region is None:
        return numbers, 0
    numbers[region], count = ndimage.label(mask[region], _NEIGHBOURS_26)
    return numbers, count


def _part(value: int, name: str, number: int, first: int, sizes: np.ndarray, depth: int) -> StructurePart:
    last, start = first + len(sizes) - 1, first + int(np.argmax(sizes))
    return StructurePart(value, name, number, first, last, start, int(sizes.sum()), first == 0, last == depth - 1)

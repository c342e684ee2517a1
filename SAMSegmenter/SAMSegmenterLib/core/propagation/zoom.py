"""Which part of a slice the model is shown: for a small structure only what surrounds it, at the model's full size."""

from __future__ import annotations

from collections.abc import Iterable

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.propagation.shape import Region, region_around

_LEAST_BORDER_PX = 12
_WORTH_IT = 0.6
"""A part whose longer side is a larger share of the slice's shows nothing that the whole slice does not."""

_STEP_PX = 8
"""Parts begin and end at multiples, so that small changes of a structure lead to the same part again."""


def whole(shape: tuple[int, int]) -> Region:
    """All of a slice (H, W)."""
    return slice(0, shape[0]), slice(0, shape[1])


def around_all(masks: Iterable[Mask]) -> Region:
    """Bounding box of several masks of one size, none of which is empty."""
    boxes = [region_around(mask, 0) for mask in masks]
    rows, columns = ([box[axis] for box in boxes] for axis in (0, 1))
    return (
        slice(min(part.start for part in rows), max(part.stop for part in rows)),
        slice(min(part.start for part in columns), max(part.stop for part in columns)),
    )


def part_shown(structure: Region, shape: tuple[int, int], zoom: float, before: Region | None = None) -> Region:
    """The part of a slice that is encoded: square, the structure in its middle, as far as the slice reaches.

    Args:
        structure: bounding box of what is looked for.
        shape: (H, W) of the slice.
        zoom: sides of the part in lengths of the structure's longer side; 0 for whole slices.
        before: the part of the neighbour, which is kept while the structure lies well inside it.

    Returns:
        Rows and columns; the whole slice where a part would hardly be smaller.
    """
    if zoom <= 0:
        return whole(shape)
    longest = max(axis.stop - axis.start for axis in structure)
    border = max(_LEAST_BORDER_PX, 0.5 * (zoom - 1) * longest)
    if before is not None and before != whole(shape) and _lies_well(structure, before, shape, longest, border):
        return before
    half = longest / 2 + border
    if 2 * half > _WORTH_IT * max(shape):
        return whole(shape)
    rows, columns = (
        _span((axis.start + axis.stop) / 2, half, count) for axis, count in zip(structure, shape, strict=True)
    )
    return rows, columns


def _lies_well(structure: Region, part: Region, shape: tuple[int, int], longest: int, border: float) -> bool:
    """Whether half the border is left on all sides, and the part is not far too large."""
    for inner, outer, count in zip(structure, part, shape, strict=True):
        if outer.start > 0 and inner.start - outer.start < border / 2:
            return False
        if outer.stop < count and outer.stop - inner.stop < border / 2:
            return False
    return max(axis.stop - axis.start for axis in part) <= 2 * (longest + 2 * border)


def _span(centre: float, half: float, count: int) -> slice:
    first = int((centre - half) // _STEP_PX) * _STEP_PX
    last = -int(-(centre + half) // _STEP_PX) * _STEP_PX
    return slice(max(0, first), min(count, last))

"""Scribbles in place of clicks: strokes along the middle of an object and beside it, sampled into points.

SAM takes points, not strokes; sampling a stroke is the usual approximation. How strokes are drawn is ours: the positive
one is a random stretch, half of it or more, of the longest way through the thinned largest part; the negative one is a
random half of the line around the object at a tenth of its box's longer side.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.outlines import Chain, largest_outline
from SAMBenchmarkLib.core.protocols.contract import Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.mazurowski_modes import largest_parts
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.regions import bounding_region
from SAMBenchmarkLib.core.thinning import thinned
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.prompts import Prompts

NAME = "scribbles"
STRATEGY = "scribble"
LEAST_STRETCH = 0.5
DISTANCE_SHARE = 0.1
LEAST_DISTANCE = 3
"""Pixels: a stroke closer to the object than this is hard to draw."""

Pixel = tuple[int, int]


def inner_stroke(mask: Mask, rng: np.random.Generator) -> Chain:
    """A stroke inside the largest part of a mask.

    Args:
        mask: (H, W) boolean, not empty.

    Returns:
        (N, 2) pixels of the mask, (x, y), each beside the next; at least one.
    """
    way = _longest_way(thinned(largest_parts(mask, 1)[0]))
    length = max(1, round(len(way) * rng.uniform(LEAST_STRETCH, 1)))
    start = int(rng.integers(len(way) - length + 1))
    return np.array(way[start : start + length], np.int64)


def outer_stroke(mask: Mask, rng: np.random.Generator) -> Chain:
    """Half of a line around a mask, as far as it lies on the slice.

    Args:
        mask: (H, W) boolean, not empty.

    Returns:
        (N, 2) pixels beside the mask, (x, y); none when the object leaves no room.
    """
    block = bounding_region(mask)
    assert block is not None
    distance = max(LEAST_DISTANCE, round(DISTANCE_SHARE * max(part.stop - part.start for part in block)))
    padded = np.pad(mask[block], distance + 1)
    around = largest_outline(ndimage.distance_transform_edt(~padded) <= distance)
    corner = np.array([block[1].start, block[0].start]) - distance - 1
    line = np.roll(around, -int(rng.integers(len(around))), axis=0)[: max(1, len(around) // 2)] + corner
    on_slice = ((line >= 0) & (line < mask.shape[::-1])).all(axis=1)
    line = line[on_slice]
    return line[~mask[line[:, 1], line[:, 0]]]


def sampled(stroke: Chain, count: int) -> Chain:
    """At most `count` different pixels, in the middle of equal stretches of a stroke."""
    if not len(stroke):
        return stroke
    places = ((np.arange(count) + 0.5) / count * len(stroke)).astype(np.int64)
    return stroke[np.unique(places)]


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    count = options.protocol_settings.scribble_points
    for repeat in range(1, options.protocol_settings.scribble_repeats + 1):
        inside = sampled(inner_stroke(target.mask, target.rng(NAME, "inside", repeat)), count)
        outside = sampled(outer_stroke(target.mask, target.rng(NAME, "outside", repeat)), count)
        for negatives, setting in ((outside[:0], f"{count}+0"), (outside, f"{count}+{count}")):
            prompts = Prompts.of(inside.tolist(), negatives.tolist())
            yield Answer(STRATEGY, prompts, model.decode([prompts])[0], f"{NAME}:{setting}", repeat=repeat)


def _longest_way(skeleton: Mask) -> list[Pixel]:
    """The longest of the shortest ways between pixels of a skeleton, found from its first pixel's farthest one."""
    rows, columns = np.nonzero(skeleton)
    pixels = set(zip(columns.tolist(), rows.tolist(), strict=True))
    first = (int(columns[0]), int(rows[0]))
    return _way_to_farthest(_way_to_farthest(first, pixels)[-1], pixels)


def _way_to_farthest(start: Pixel, pixels: set[Pixel]) -> list[Pixel]:
    came_from: dict[Pixel, Pixel | None] = {start: None}
    waiting, last = deque([start]), start
    while waiting:
        last = waiting.popleft()
        x, y = last
        for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1)):
            beside = (x + dx, y + dy)
            if beside in pixels and beside not in came_from:
                came_from[beside] = last
                waiting.append(beside)
    way: list[Pixel] = []
    here: Pixel | None = last
    while here is not None:
        way.append(here)
        here = came_from[here]
    return way[::-1]


evaluate = object_by_object(_answers)

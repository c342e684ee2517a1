"""Between two keyframes: a pass from each of them, and one mask of the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import ShouldStop
from SAMSegmenterLib.core.propagation.fusion import dice_of, fused
from SAMSegmenterLib.core.propagation.keyframes import Gap, TakenAt
from SAMSegmenterLib.core.propagation.results import FUSED, SliceResult
from SAMSegmenterLib.core.propagation.shape import Region
from SAMSegmenterLib.core.propagation.stacks import SliceStack
from SAMSegmenterLib.core.propagation.tracker import Tracker
from SAMSegmenterLib.core.propagation.views import SliceViews

_SIZE_COUNTS = 0.75
"""Exponent of a keyframe's area in the weight of the pass that starts there: a tiny end shows little of a structure."""

TrackerFor = Callable[[str, int, int], Tracker]
"""Segment, slice of its keyframe and direction -> a tracker that starts there."""


def run_gap(
    gap: Gap,
    marks: frozenset[int],
    stack: SliceStack,
    views: SliceViews,
    structure: Region,
    predictor: Predictor,
    tracker_for: TrackerFor,
    taken_at: TakenAt,
    should_stop: ShouldStop,
) -> Iterator[SliceResult]:
    """Fill a gap: the slices of the pass upwards, then, slice by slice of the pass downwards, what both of them make.

    Args:
        marks: stop marks of the segment; a pass does not go beyond one.
        structure: bounding box of both keyframes.

    Raises:
        Cancelled: `should_stop` answered True.
    """
    views.begin()
    upwards: dict[int, SliceResult] = {}
    sizes: dict[int, float] = {}
    for start, step in ((gap.below, 1), (gap.above, -1)):
        tracker = tracker_for(gap.segment, start, step)
        sizes[step] = np.count_nonzero(tracker.mask) ** _SIZE_COUNTS
        for index in range(start + step, gap.above if step > 0 else gap.below, step):
            if index in marks:
                break
            if should_stop():
                raise Cancelled
            view = views.view(index, structure)
            one = tracker.step(view, predictor)
            mask = one.mask & ~taken_at(gap.segment, index)
            tracker.take(view, mask, one)
            found = SliceResult(
                gap.segment,
                stack.plane(index),
                index,
                mask,
                one.prompts,
                one.slice_confidence,
                final=bool(mask.any()),
                direction=step,
            )
            if step > 0:
                upwards[index] = found
            yield _joined(upwards[index], found, gap, sizes, taken_at) if step < 0 and index in upwards else found


def _joined(
    upwards: SliceResult, downwards: SliceResult, gap: Gap, sizes: Mapping[int, float], taken_at: TakenAt
) -> SliceResult:
    index = upwards.index
    share = (index - gap.below) / (gap.above - gap.below)
    above = share * downwards.slice_confidence * sizes[-1]
    below = (1 - share) * upwards.slice_confidence * sizes[1]
    trust = above / (above + below) if above + below else share
    mask = fused(upwards.mask, downwards.mask, trust) & ~taken_at(gap.segment, index)
    nearer = upwards if share <= 0.5 else downwards
    expected = np.average([upwards.slice_confidence, downwards.slice_confidence], weights=[1 - share, share])
    confidence = 0.5 * (float(expected) + dice_of(upwards.mask, downwards.mask))
    return replace(nearer, mask=mask, slice_confidence=confidence, final=bool(mask.any()), origin=FUSED, direction=0)

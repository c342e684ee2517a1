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
from SAMSegmenterLib.core.propagation.zoom import around_all

_SIZE_COUNTS = 0.75
"""Exponent of a keyframe's area in the weight of the pass that starts there: a tiny end shows little of a structure."""

TrackerFor = Callable[[str, int, int], Tracker]
"""Segment, slice of its keyframe and direction -> a tracker that starts there."""


def run_gap(
    gap: Gap,
    marks: frozenset[int],
    stack: SliceStack,
    views: SliceViews,
    predictor: Predictor,
    tracker_for: TrackerFor,
    taken_at: TakenAt,
    should_stop: ShouldStop,
) -> Iterator[SliceResult]:
    """Fill a gap: the slices of the pass from the larger keyframe, then, slice by slice, what it makes with the other.

    Args:
        marks: stop marks of the segment; a pass does not go beyond one.

    Raises:
        Cancelled: `should_stop` answered True.
    """
    trackers = {1: tracker_for(gap.segment, gap.below, 1), -1: tracker_for(gap.segment, gap.above, -1)}
    sizes = {step: np.count_nonzero(tracker.mask) ** _SIZE_COUNTS for step, tracker in trackers.items()}
    shown: dict[int, Region] = {}
    earlier: dict[int, SliceResult] = {}
    for step in (1, -1) if sizes[1] >= sizes[-1] else (-1, 1):
        tracker = trackers[step]
        views.begin()
        for index in gap.slices(step):
            if index in marks:
                break
            if should_stop():
                raise Cancelled
            if index in shown:  # by the other pass: a slice is encoded once
                view = views.view_of(index, shown[index])
            else:
                view = views.view(index, around_all([tracker.mask]))
            shown[index] = view.part
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
            if index in earlier:
                both = (earlier[index], found) if step < 0 else (found, earlier[index])
                yield _joined(*both, gap, sizes, taken_at)
            else:
                earlier[index] = found
                yield found


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

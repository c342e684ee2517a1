"""The door of propagation: keyframes in, one result per slice out, while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, unpacked
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.propagation.gaps import run_gap
from SAMSegmenterLib.core.propagation.journey import Journey
from SAMSegmenterLib.core.propagation.keyframes import Outwards, checked, spans_of
from SAMSegmenterLib.core.propagation.parameters import PropagationParameters
from SAMSegmenterLib.core.propagation.results import KEYFRAME, SliceResult
from SAMSegmenterLib.core.propagation.stacks import SliceStack, VolumeStack
from SAMSegmenterLib.core.propagation.texture import LabelledSlice
from SAMSegmenterLib.core.propagation.tracker import Tracker, without_overlaps
from SAMSegmenterLib.core.propagation.views import SliceViews
from SAMSegmenterLib.core.propagation.zoom import around_all

Masks = Mapping[int, Mapping[str, Mask]]
"""Slice index -> segment -> (H, W) bool."""


def propagate(
    volume: Volume,
    keyframes: Masks,
    predictor: Predictor,
    parameters: PropagationParameters,
    should_stop: ShouldStop = never_stop,
    around: int | None = None,
    settled: Masks | None = None,
) -> Iterator[SliceResult]:
    """Carry accepted slices through a volume, outwards from the outermost of them and through the gaps between them.

    Args:
        keyframes: slice index -> segment name -> (H, W) mask on the slice's grid; they are never changed. Those outside
            the range of slices are reported and start nothing.
        around: run again only what a new keyframe on this slice changes: from its neighbouring keyframes, or the ends,
            up to it. None runs everything.
        settled: slice index -> segment name -> (H, W) mask of slices that are not run again; what travels does not
            overlap those of other segments.

    Yields:
        The keyframes, then a result for every slice visited; the latest of a slice holds. The slice at which a
        direction ended carries the reason.

    Raises:
        InputError: no keyframe, an empty one, one that fills its slice, one outside the volume, or none in the range.
        Cancelled: `should_stop` answered True; what was yielded before stays valid.
    """
    stack = VolumeStack(volume, parameters.stacked_along, parameters.step_mm, parameters.square_pixels)
    yield from propagate_stack(stack, keyframes, predictor, parameters, should_stop, around, settled)


def propagate_stack(
    stack: SliceStack,
    keyframes: Masks,
    predictor: Predictor,
    parameters: PropagationParameters,
    should_stop: ShouldStop = never_stop,
    around: int | None = None,
    settled: Masks | None = None,
) -> Iterator[SliceResult]:
    """`propagate` for slices that come from anywhere, for example copied one by one from a volume in use."""
    run = _Run(stack, keyframes, predictor, parameters, should_stop, settled or {})
    for segment, masks in run.segments.items():
        for index, mask in masks.items():
            yield SliceResult(segment, stack.plane(index), index, mask, None, 1.0, origin=KEYFRAME)
    gaps, outwards = spans_of(stack, run.segments, parameters, around)
    for gap in gaps:
        marks = parameters.stop_marks.get(gap.segment, frozenset())
        yield from run.noting(
            run_gap(gap, marks, stack, run.views, predictor, run.tracker_for, run.taken_at, should_stop)
        )
    for step in (1, -1):
        yield from run.noting(run.outwards([span for span in outwards if span.step == step], step))


class _Run:
    """One call of `propagate_stack`: what all its spans share."""

    def __init__(
        self,
        stack: SliceStack,
        keyframes: Masks,
        predictor: Predictor,
        parameters: PropagationParameters,
        should_stop: ShouldStop,
        settled: Masks,
    ) -> None:
        self.segments = checked(stack, keyframes, parameters)
        self.views = SliceViews(stack, predictor, parameters.window, parameters.zoom)
        self._stack, self._predictor, self._parameters, self._should_stop = stack, predictor, parameters, should_stop
        self._settled = settled
        self._found: dict[tuple[str, int], np.ndarray] = {}
        grid, apart = stack.grid(stack.first), stack.spacing_mm
        known = apart is not None and grid.spacing_yx is not None
        self._distance_px = apart / float(np.mean(grid.spacing_yx)) if known else None

    def tracker_for(self, segment: str, start: int, step: int) -> Tracker:
        """A tracker that leaves a keyframe."""
        drift = tuple(step * value for value in self._stack.drift_yx)
        masks = self.segments[segment]
        at = max(masks, key=lambda index: np.count_nonzero(masks[index]))
        largest = LabelledSlice(self.views.grey(at), masks[at]) if at != start else None
        grey = self.views.grey(start)
        return Tracker(
            grey, masks[start], self._parameters, self._distance_px, drift, largest, away=(start - at) * step
        )

    def taken_at(self, segment: str, index: int) -> Mask:
        """Pixels of a slice that belong to other segments."""
        return self._taken_at((segment,), index)

    def _taken_at(self, segments: Iterable[str], index: int) -> Mask:
        taken, settled = np.zeros(self._stack.grid(index).shape, bool), self._settled.get(index, {})
        for name in (self.segments.keys() | settled.keys()).difference(segments):
            found = self._found.get((name, index))
            if found is not None:
                taken |= unpacked(found, taken.shape)
            elif index in self.segments.get(name, ()):
                taken |= self.segments[name][index]
            elif name in settled:
                taken |= settled[name]
        return taken

    def noting(self, results: Iterator[SliceResult]) -> Iterator[SliceResult]:
        """The same results; the segments that come later keep clear of them."""
        for result in results:
            if len(self.segments) > 1:
                self._found[result.segment, result.index] = np.packbits(result.mask & result.final)
            yield result

    def outwards(self, spans: Sequence[Outwards], step: int) -> Iterator[SliceResult]:
        """All segments that go in one direction, slice by slice together."""
        journeys = [
            Journey(
                span,
                self.segments[span.segment][span.start],
                self.tracker_for(span.segment, span.start, step),
                self._stack,
                self._parameters,
                self.taken_at,
            )
            for span in spans
        ]
        if not journeys:
            return
        self.views.begin()
        starts, ends = [span.start for span in spans], [span.end for span in spans]
        indices = range(min(starts) + 1, max(ends) + 1) if step > 0 else range(max(starts) - 1, min(ends) - 1, -1)
        for index in indices:
            under_way = [journey for journey in journeys if journey.reaches(index)]
            if under_way:
                yield from self._visit(index, under_way)

    def _visit(self, index: int, journeys: Sequence[Journey]) -> Iterator[SliceResult]:
        if self._should_stop():
            raise Cancelled
        view = self.views.view(index, around_all(journey.mask for journey in journeys))
        steps = {journey.span.segment: journey.step(view, self._predictor) for journey in journeys}
        masks = without_overlaps(steps, self._taken_at(steps, index))
        for journey in journeys:
            segment = journey.span.segment
            yield from journey.take(index, view, masks[segment], steps[segment])

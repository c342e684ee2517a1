"""One segment's way from its outermost keyframe until it ends: what counts, what is rejected, what is repaired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.propagation.evidence import reason_of
from SAMSegmenterLib.core.propagation.fusion import dice_of, fused
from SAMSegmenterLib.core.propagation.keyframes import Outwards, TakenAt
from SAMSegmenterLib.core.propagation.parameters import PropagationParameters
from SAMSegmenterLib.core.propagation.results import CARRIED, REPAIRED, SliceResult, StopReason
from SAMSegmenterLib.core.propagation.stacks import SliceStack
from SAMSegmenterLib.core.propagation.tracker import Step, Tracker
from SAMSegmenterLib.core.propagation.views import SliceView


class Journey:
    """A direction under way.

    Args:
        span: where it goes.
        mask: (H, W) bool of the keyframe that it starts from.
        taken_at: pixels of a slice that belong to other segments.

    Attributes:
        is_over: True when it has ended.
    """

    def __init__(
        self,
        span: Outwards,
        mask: Mask,
        tracker: Tracker,
        stack: SliceStack,
        parameters: PropagationParameters,
        taken_at: TakenAt,
    ) -> None:
        self.span, self._tracker, self._stack, self._parameters = span, tracker, stack, parameters
        self._taken_at = taken_at
        self._accepted: tuple[int, Mask] = (span.start, mask)
        self._rejected: list[tuple[SliceResult, StopReason]] = []
        self.is_over = span.end == span.start

    @property
    def mask(self) -> Mask:
        """The latest one that is not empty."""
        return self._tracker.mask

    def reaches(self, index: int) -> bool:
        """Whether a slice is still to be visited."""
        span = self.span
        return not self.is_over and (index - span.start) * span.step > 0 and (span.end - index) * span.step >= 0

    def step(self, view: SliceView, predictor: Predictor) -> Step:
        """What is found on the next slice."""
        return self._tracker.step(view, predictor)

    def take(self, index: int, view: SliceView, mask: Mask, step: Step) -> Iterator[SliceResult]:
        """Judge the next slice, and report it and what it changes about the slices before.

        Args:
            mask: of `step`, without what other segments took.
        """
        reason = self._objection(mask, step)
        self._tracker.take(view, mask, step)
        result = SliceResult(
            self.span.segment,
            self._stack.plane(index),
            index,
            mask,
            step.prompts,
            step.slice_confidence,
            final=reason is None,
            origin=CARRIED,
            direction=self.span.step,
        )
        if reason is None:
            yield from self._repaired(result)
            yield self._at_the_end(result)
            self._accepted = (index, mask)
        else:
            yield result
            self._rejected.append((result, reason))
            yield from self._given_up(index)
        self.is_over = self.is_over or index == self.span.end

    def _objection(self, mask: Mask, step: Step) -> StopReason | None:
        if not mask.any():
            return _why_empty(step)
        if step.probability >= self._parameters.min_evidence:
            return None
        return reason_of(self._tracker.values_of(step.evidence))

    def _repaired(self, found: SliceResult) -> Iterator[SliceResult]:
        """Rejected slices with a good one behind them are filled in from both sides."""
        before, mask_before = self._accepted
        for rejected, _reason in self._rejected:
            share = abs(rejected.index - before) / abs(found.index - before)
            between = fused(mask_before, found.mask, share)
            mask = fused(between, rejected.mask, 0.5) & ~self._taken_at(self.span.segment, rejected.index)
            confidence = 0.5 * (rejected.slice_confidence + dice_of(between, rejected.mask))
            yield replace(rejected, mask=mask, slice_confidence=confidence, final=bool(mask.any()), origin=REPAIRED)
        self._rejected.clear()

    def _at_the_end(self, result: SliceResult) -> SliceResult:
        return replace(result, stop_reason=self.span.reason) if result.index == self.span.end else result

    def _given_up(self, index: int) -> Iterator[SliceResult]:
        if len(self._rejected) < self._parameters.patience and index != self.span.end:
            return
        first, reason = self._rejected[0]
        self.is_over = True
        yield replace(first, stop_reason=reason)


def _why_empty(step: Step) -> StopReason:
    """What left nothing of a slice's mask."""
    if step.mask.any():
        return StopReason.TAKEN
    return StopReason.INTENSITY if step.is_answered else StopReason.EMPTY

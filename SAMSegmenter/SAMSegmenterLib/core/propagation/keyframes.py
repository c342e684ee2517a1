"""Keyframes: what is given, checked and cut into the spans between them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask, same_shape
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.propagation.parameters import PropagationParameters
from SAMSegmenterLib.core.propagation.results import StopReason
from SAMSegmenterLib.core.propagation.stacks import SliceStack

TakenAt = Callable[[str, int], Mask]
"""Segment and slice -> (H, W) pixels there that belong to other segments."""


@dataclass(frozen=True)
class Gap:
    """Slices between two neighbouring keyframes of a segment, both keyframes not included."""

    segment: str
    below: int
    above: int

    def slices(self, step: int) -> range:
        """Its slices, upwards (1) or downwards (-1)."""
        inside = range(self.below + 1, self.above)
        return inside if step > 0 else inside[::-1]


@dataclass(frozen=True)
class Outwards:
    """Slices from the outermost keyframe on.

    Args:
        step: 1 upwards, -1 downwards.
        end: the last slice that may be visited.
        reason: what ends the direction there.
    """

    segment: str
    start: int
    step: int
    end: int
    reason: StopReason


def checked(
    stack: SliceStack, keyframes: Mapping[int, Mapping[str, Mask]], parameters: PropagationParameters
) -> dict[str, dict[int, Mask]]:
    """Keyframes by segment and slice, in order of the slices.

    Raises:
        InputError: there is none, one is empty, fills its slice, has another shape, lies outside the stack or on a
            stop mark, or a segment has none inside the range.
    """
    segments: dict[str, dict[int, Mask]] = {}
    for index in sorted(keyframes):
        if not stack.first <= index <= stack.last:
            raise InputError(f"Slice {index} lies outside the volume, whose slices are {stack.first} to {stack.last}.")
        shape = stack.grid(index).shape
        for segment, given in keyframes[index].items():
            mask = as_mask(given)
            same_shape(mask, np.empty(shape), "The keyframe and its slice")
            if not mask.any():
                raise InputError(f"The mask on slice {index} is empty.", "Segment the structure there first.")
            if mask.all():
                raise InputError(
                    f"The mask on slice {index} fills the whole slice.", "Segment a structure with an outline."
                )
            if index in parameters.stop_marks.get(segment, ()):
                raise InputError(
                    f"Slice {index} has both a mask and a stop mark of one segment.", "Remove one of them."
                )
            segments.setdefault(segment, {})[index] = mask
    if not segments:
        raise InputError("There is no slice to start from.", "Segment the structure on one slice first.")
    first, last = range_of(stack, parameters)
    for masks in segments.values():
        if not any(first <= index <= last for index in masks):
            raise InputError(
                f"No segmented slice lies in the range from {first} to {last}.",
                "Choose a range that holds a slice that is segmented.",
            )
    return segments


def range_of(stack: SliceStack, parameters: PropagationParameters) -> tuple[int, int]:
    """First and last slice that may be visited."""
    first = stack.first if parameters.first is None else max(stack.first, parameters.first)
    last = stack.last if parameters.last is None else min(stack.last, parameters.last)
    return first, last


def spans_of(
    stack: SliceStack,
    segments: Mapping[str, Mapping[int, Mask]],
    parameters: PropagationParameters,
    around: int | None,
) -> tuple[list[Gap], list[Outwards]]:
    """What is to be run: gaps between keyframes, and what lies beyond the outermost ones.

    Args:
        around: only what touches a keyframe on this slice; None for all.
    """
    first, last = range_of(stack, parameters)
    gaps, outwards = [], []
    for segment, masks in segments.items():
        inside = [index for index in sorted(masks) if first <= index <= last]
        marks = parameters.stop_marks.get(segment, frozenset())
        for below, above in itertools.pairwise(inside):
            if above - below > 1 and around in (None, below, above):
                gaps.append(Gap(segment, below, above))
        for start, step, edge, border in (
            (inside[-1], 1, last, stack.last),
            (inside[0], -1, first, stack.first),
        ):
            if around in (None, start) and start != edge:
                outwards.append(_outwards(segment, start, step, edge, border, marks))
    return gaps, outwards


def _outwards(segment: str, start: int, step: int, edge: int, border: int, marks: frozenset[int]) -> Outwards:
    ahead = [mark for mark in marks if (mark - start) * step > 0 and (edge - mark) * step >= 0]
    if ahead:
        nearest = min(ahead, key=lambda mark: abs(mark - start))
        return Outwards(segment, start, step, nearest - step, StopReason.MARK)
    return Outwards(segment, start, step, edge, StopReason.VOLUME if edge == border else StopReason.RANGE)

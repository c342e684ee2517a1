"""The door of propagation: keyframes in, one result per slice out, while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask, same_shape
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.mask_measures import innermost_point, intersection_over_union
from SAMSegmenterLib.core.predictor import Candidates, Predictor
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation.parameters import PropagationParameters
from SAMSegmenterLib.core.propagation.results import KEYFRAME, SliceResult, StopReason
from SAMSegmenterLib.core.propagation.stacks import SliceStack, VolumeStack
from SAMSegmenterLib.core.windowing import to_rgb8


def propagate(
    volume: Volume,
    keyframes: Mapping[int, Mapping[str, Mask]],
    predictor: Predictor,
    parameters: PropagationParameters,
    should_stop: ShouldStop = never_stop,
    around: int | None = None,
    settled: Mapping[int, Mapping[str, Mask]] | None = None,
) -> Iterator[SliceResult]:
    """Carry accepted slices through a volume, outwards from the outermost of them and through the gaps between them.

    Args:
        keyframes: slice index -> segment name -> (H, W) mask on the slice's grid; they are never changed.
        around: run again only what a new keyframe on this slice changes: from its neighbouring keyframes, or the ends,
            up to it. None runs everything.
        settled: slice index -> segment name -> (H, W) mask of slices that are not run again; what travels does not
            overlap them.

    Yields:
        The keyframes, then a result for every slice visited; the latest of a slice holds. The slice at which a
        direction ended carries the reason.

    Raises:
        InputError: no keyframe, an empty one, one that fills its slice, or one outside the volume or the range.
        Cancelled: `should_stop` answered True; what was yielded before stays valid.
    """
    stack = VolumeStack(volume, parameters.stacked_along, parameters.step_mm, parameters.square_pixels)
    yield from propagate_stack(stack, keyframes, predictor, parameters, should_stop, around, settled)


def propagate_stack(
    stack: SliceStack,
    keyframes: Mapping[int, Mapping[str, Mask]],
    predictor: Predictor,
    parameters: PropagationParameters,
    should_stop: ShouldStop = never_stop,
    around: int | None = None,
    settled: Mapping[int, Mapping[str, Mask]] | None = None,
) -> Iterator[SliceResult]:
    """`propagate` for slices that come from anywhere, for example copied one by one from a volume in use."""
    segments = _by_segment(stack, keyframes)
    for segment, masks in segments.items():
        for index, mask in sorted(masks.items()):
            yield SliceResult(segment, stack.plane(index), index, mask, None, 1.0, origin=KEYFRAME)
        for start, step in ((max(masks), 1), (min(masks), -1)):
            yield from _direction(stack, segment, masks[start], start, step, predictor, parameters, should_stop)


def carried_prompts(mask: Mask, margin: int) -> Prompts:
    """Prompts for a neighbouring slice: the mask's box with a margin, and its innermost point.

    Args:
        mask: (H, W) bool, not empty.
        margin: pixels added to every side, clipped to the image.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = mask.shape
    box = (
        max(0, columns[0] - margin),
        max(0, rows[0] - margin),
        min(width - 1, columns[-1] + margin),
        min(height - 1, rows[-1] + margin),
    )
    return Prompts.of([innermost_point(mask)], box=box)


def _by_segment(stack: SliceStack, keyframes: Mapping[int, Mapping[str, Mask]]) -> dict[str, dict[int, Mask]]:
    segments: dict[str, dict[int, Mask]] = {}
    for index, masks in keyframes.items():
        grid = stack.grid(index)
        for segment, given in masks.items():
            mask = as_mask(given)
            same_shape(mask, np.empty(grid.shape), "The keyframe and its slice")
            if not mask.any():
                raise InputError(f"The mask on slice {index} is empty.", "Segment the structure there first.")
            segments.setdefault(segment, {})[index] = mask
    if not segments:
        raise InputError("There is no slice to start from.", "Segment the structure on one slice first.")
    return segments


def _direction(
    stack: SliceStack,
    segment: str,
    mask: Mask,
    index: int,
    step: int,
    predictor: Predictor,
    parameters: PropagationParameters,
    should_stop: ShouldStop,
) -> Iterator[SliceResult]:
    first = stack.first if parameters.first is None else max(stack.first, parameters.first)
    last = stack.last if parameters.last is None else min(stack.last, parameters.last)
    while first <= index + step <= last:
        if should_stop():
            raise Cancelled
        index += step
        result = replace(_visit(stack, segment, mask, index, predictor, parameters), direction=step)
        ended = result.stop_reason is not None
        if not ended and not first <= index + step <= last:
            reason = StopReason.VOLUME if index in (stack.first, stack.last) else StopReason.RANGE
            result = replace(result, stop_reason=reason)
        yield result
        if ended:
            return
        mask = result.mask


def _visit(
    stack: SliceStack, segment: str, before: Mask, index: int, predictor: Predictor, parameters: PropagationParameters
) -> SliceResult:
    image = stack.image(index)
    prompts = carried_prompts(before, parameters.margin)
    embedding = predictor.encode([to_rgb8(image.pixels, parameters.window)])[0]
    mask, confidence = _closest(predictor.decode(embedding, [prompts])[0], before)
    reason = _stop_reason(mask, before, parameters)
    return SliceResult(segment, image.plane, index, mask, prompts, confidence, reason is None, reason)


def _closest(candidates: Candidates, before: Mask) -> tuple[Mask, float]:
    """The candidate with the largest product of predicted IoU and overlap with the slice before."""
    worth = [
        float(np.clip(score, 0, 1)) * intersection_over_union(mask, before)
        for mask, score in zip(candidates.masks, candidates.scores, strict=True)
    ]
    best = int(np.argmax(worth))
    return candidates.masks[best], worth[best]


def _stop_reason(mask: Mask, before: Mask, parameters: PropagationParameters) -> StopReason | None:
    area, area_before = np.count_nonzero(mask), np.count_nonzero(before)
    if not area:
        return StopReason.EMPTY
    if max(area / area_before, area_before / area) > parameters.max_area_ratio:
        return StopReason.AREA
    if intersection_over_union(mask, before) < parameters.min_overlap:
        return StopReason.OVERLAP
    return None

"""Step from one slice to the next: a finished slice's mask becomes the prompts of its neighbour.

The simplest chain that works: tight box with a margin plus the innermost point; ends on disappearance, on a jump in
area and on disagreement with the slice before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask, same_shape
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Candidates, Predictor
from SAMSegmenterLib.core.progress import ShouldStop, never_stop
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.core.windowing import MinMax, Window, to_rgb8

STOP_EMPTY = "the model found nothing"
STOP_AREA = "the area changed too much"
STOP_OVERLAP = "too little overlap with the slice before"
STOP_END = "the end of the volume or range"


@dataclass(frozen=True)
class PropagationParameters:
    """How a mask travels to the neighbouring slices.

    Args:
        axis: array axis that slices are stacked along (0 = k, 1 = j, 2 = i).
        first, last: range of slices that may be visited, inclusive; None for the volume's ends.
        margin: pixels added to every side of the box that is carried.
        min_overlap: intersection over union with the slice before that ends a direction, 0 to 1.
        max_area_ratio: factor between two neighbouring areas, either way, that ends a direction.
        window: intensities shown to the model.
    """

    axis: int = 0
    first: int | None = None
    last: int | None = None
    margin: int = 2
    min_overlap: float = 0.4
    max_area_ratio: float = 2.5
    window: Window = MinMax()  # noqa: RUF009 - frozen, without state

    def __post_init__(self) -> None:
        if self.axis not in (0, 1, 2):
            raise InputError(f"A slice axis is 0, 1 or 2; got {self.axis}.")
        if self.margin < 0 or not 0 <= self.min_overlap <= 1 or self.max_area_ratio < 1:
            raise InputError("The margin is 0 or more, the overlap 0 to 1 and the area ratio 1 or more.")


@dataclass(frozen=True, eq=False)
class SliceResult:
    """What propagation found on one slice.

    Args:
        segment: name of the segment.
        plane: the slice.
        mask: (H, W) bool on the slice's lattice.
        prompts: what was carried there.
        slice_confidence: 0 to 1, overlap with the slice before weighted by the predicted IoU; 1 for a keyframe.
        final: True when the slice counts; False for the rejected one at which a direction ended.
        stop_reason: why the direction ended here, else None.
    """

    segment: str
    plane: SlicePlane
    mask: Mask
    prompts: Prompts | None
    slice_confidence: float
    final: bool = True
    stop_reason: str | None = None


def propagate(
    volume: Volume,
    keyframes: Mapping[int, Mapping[str, Mask]],
    predictor: Predictor,
    parameters: PropagationParameters,
    should_stop: ShouldStop = never_stop,
) -> Iterator[SliceResult]:
    """Carry accepted slices through a volume, in both directions from the outermost of them.

    Args:
        keyframes: slice index -> segment name -> (H, W) mask; they are never changed.

    Yields:
        The keyframes, then one result per slice visited; the last of each direction carries the reason it ended.

    Raises:
        InputError: no keyframe, an empty one, or one outside the volume.
        Cancelled: `should_stop` answered True; what was yielded before stays valid.
    """
    segments = _by_segment(volume, keyframes, parameters)
    for segment, masks in segments.items():
        for index, mask in sorted(masks.items()):
            yield SliceResult(segment, SlicePlane.lattice(parameters.axis, index), mask, None, 1.0)
        for start, step in ((max(masks), 1), (min(masks), -1)):
            yield from _direction(volume, segment, masks[start], start, step, predictor, parameters, should_stop)


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


def innermost_point(mask: Mask) -> tuple[int, int]:
    """(x, y) of the pixel farthest from the outside, the first in row order among equals; the edge is outside."""
    from scipy import ndimage  # slow to import: windows open at once without it

    depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    y, x = np.unravel_index(int(np.argmax(depth)), mask.shape)
    return int(x), int(y)


def intersection_over_union(first: Mask, second: Mask) -> float:
    """Overlap of two masks, 0 to 1; 0 when both are empty."""
    union = np.count_nonzero(first | second)
    return float(np.count_nonzero(first & second) / union) if union else 0.0


def _by_segment(
    volume: Volume, keyframes: Mapping[int, Mapping[str, Mask]], parameters: PropagationParameters
) -> dict[str, dict[int, Mask]]:
    segments: dict[str, dict[int, Mask]] = {}
    for index, masks in keyframes.items():
        image = extract(volume, SlicePlane.lattice(parameters.axis, index), square_pixels=False)
        for segment, given in masks.items():
            mask = as_mask(given)
            same_shape(mask, np.empty(image.shape), "The keyframe and its slice")
            if not mask.any():
                raise InputError(f"The mask on slice {index} is empty.", "Segment the structure there first.")
            segments.setdefault(segment, {})[index] = mask
    if not segments:
        raise InputError("There is no slice to start from.", "Segment the structure on one slice first.")
    return segments


def _direction(
    volume: Volume,
    segment: str,
    mask: Mask,
    index: int,
    step: int,
    predictor: Predictor,
    parameters: PropagationParameters,
    should_stop: ShouldStop,
) -> Iterator[SliceResult]:
    count = volume.shape_kji[parameters.axis]
    first = 0 if parameters.first is None else max(0, parameters.first)
    last = count - 1 if parameters.last is None else min(count - 1, parameters.last)
    while first <= index + step <= last:
        if should_stop():
            raise Cancelled
        index += step
        result = _visit(volume, segment, mask, index, predictor, parameters)
        ended = result.stop_reason is not None
        if not ended and not first <= index + step <= last:
            result = SliceResult(**{**vars(result), "stop_reason": STOP_END})
        yield result
        if ended:
            return
        mask = result.mask


def _visit(
    volume: Volume, segment: str, before: Mask, index: int, predictor: Predictor, parameters: PropagationParameters
) -> SliceResult:
    plane = SlicePlane.lattice(parameters.axis, index)
    image = extract(volume, plane, square_pixels=False)
    prompts = carried_prompts(before, parameters.margin)
    embedding = predictor.encode([to_rgb8(image.pixels, parameters.window)])[0]
    mask, confidence = _closest(predictor.decode(embedding, [prompts])[0], before)
    reason = _stop_reason(mask, before, parameters)
    return SliceResult(segment, plane, mask, prompts, confidence, reason is None, reason)


def _closest(candidates: Candidates, before: Mask) -> tuple[Mask, float]:
    """The candidate with the largest product of predicted IoU and overlap with the slice before."""
    worth = [
        float(np.clip(score, 0, 1)) * intersection_over_union(mask, before)
        for mask, score in zip(candidates.masks, candidates.scores, strict=True)
    ]
    best = int(np.argmax(worth))
    return candidates.masks[best], worth[best]


def _stop_reason(mask: Mask, before: Mask, parameters: PropagationParameters) -> str | None:
    area, area_before = np.count_nonzero(mask), np.count_nonzero(before)
    if not area:
        return STOP_EMPTY
    if max(area / area_before, area_before / area) > parameters.max_area_ratio:
        return STOP_AREA
    if intersection_over_union(mask, before) < parameters.min_overlap:
        return STOP_OVERLAP
    return None

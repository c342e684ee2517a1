"""Step from what a user drew to what the model is told: marks become points, one box and a mask prior.

Points: clicks as they are, scribbles as points along the stroke, a negative lasso as the innermost point of its area.
Mask prior: priors and positive lassos together, less negative lassos.
Box: the smallest that holds every drawn box and what the lassos leave. Without a drawn box, the one around the mask
prior, since the model makes little of a mask alone; a positive point outside it says that the structure goes on there,
so the box then reaches as far beyond the point as the point lies beyond the mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import BoxMark, LassoMark, Mark, MarkSet, PointMark, PriorMark, ScribbleMark
from SAMSegmenterLib.core.mask_logits import mask_logits
from SAMSegmenterLib.core.mask_measures import innermost_point
from SAMSegmenterLib.core.polygons import polygon_mask
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.strokes import length_on_slice, moved_in, on_slice, points_along

__all__ = [
    "MAX_POINTS",
    "BoxMark",
    "LassoMark",
    "Mark",
    "MarkSet",
    "PointMark",
    "PriorMark",
    "ScribbleMark",
    "notices_of",
    "prompts_of",
]

MAX_POINTS = 32
"""Points handed to the model at most. It was trained with about ten; many more blur its answer and cost time."""

POINTS_PER_SCRIBBLE = 8

_SCRIBBLE_STEP = 1 / 64
"""Distance between the points of a scribble, as a share of the slice's longer side; at least 3 pixels."""

_PRIOR_EDGE = 1 / 256
"""How far inside a prior's outline its logits are full, as a share of the slice's longer side; at least 1 pixel."""

_Kind = TypeVar("_Kind", PointMark, BoxMark, ScribbleMark, LassoMark, PriorMark)


def prompts_of(marks: MarkSet, shape: tuple[int, int]) -> Prompts:
    """What the model is told by marks; empty (`is_empty`) when none of them lies on the slice.

    What lies outside the slice is left out. Of more than `MAX_POINTS` clicks the last ones count; scribbles share what
    clicks leave. The result depends on the order of marks of one kind, not on how kinds alternate.

    Args:
        marks: of one segment on one slice.
        shape: (H, W) of the slice.

    Raises:
        InputError: a prior mask has another shape.
    """
    areas = _areas(marks, shape)
    points, labels, _ = _points(marks, shape, areas)
    lassoed = _lassoed(marks, areas)
    prior = _prior(marks, shape, areas, lassoed)
    box = _box(marks, shape, lassoed)
    if box is None and prior is not None:
        box = _reaching(_around(prior), points[labels == 1], shape)
    logits = None if prior is None else mask_logits(prior, max(1.0, _PRIOR_EDGE * max(shape)))
    return Prompts(points, labels, box, logits)


def notices_of(marks: MarkSet, shape: tuple[int, int]) -> tuple[str, ...]:
    """What the user should know about how marks become prompts: parts outside the slice, too many points or boxes.

    Args:
        marks: of one segment on one slice.
        shape: (H, W) of the slice.

    Returns:
        Sentences; none when every mark counts as it was drawn.
    """
    areas = _areas(marks, shape)
    boxes = _of(marks, BoxMark)
    shown = sum(_on_image(mark, shape) is not None for mark in boxes)
    outside = sum(not on_slice(mark.xy[None], shape)[0] for mark in _of(marks, PointMark))
    outside += sum(not len(points_along(mark.xy, shape, 1)) for mark in _of(marks, ScribbleMark))
    outside += len(boxes) - shown + sum(not area.any() for area in areas.values())
    notices = list(_points(marks, shape, areas)[2])
    if outside:
        notices.insert(0, f"{outside} mark(s) outside the slice are left out.")
    if shown > 1:
        notices.append(f"The model takes one box: it gets the one around all {shown}.")
    lassoed = _lassoed(marks, areas)
    if lassoed is not None and not lassoed.any() and any(areas[mark.id].any() for mark in _positive_lassos(marks)):
        notices.append("Nothing is left of the lasso: other lassos exclude all of it.")
    return tuple(notices)


def _points(
    marks: MarkSet, shape: tuple[int, int], areas: dict[str, Mask]
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Points (N, 2), labels (N,) and what to say about their number."""
    shown = [mark for mark in _of(marks, PointMark) if on_slice(mark.xy[None], shape)[0]]
    clicks = [(moved_in(mark.xy[None], shape), mark.label) for mark in shown]
    excluded = [areas[mark.id] for mark in _of(marks, LassoMark) if mark.label == 0]
    clicks += [(_innermost(area), 0) for area in excluded if area.any()]
    scribbles = [mark for mark in _of(marks, ScribbleMark) if len(points_along(mark.xy, shape, 1))]
    room = MAX_POINTS - min(len(clicks), MAX_POINTS)
    kept = scribbles[len(scribbles) - min(len(scribbles), room) :]
    shares = _shares([_wanted(mark, shape) for mark in kept], room)
    strokes = [(points_along(mark.xy, shape, n), mark.label) for mark, n in zip(kept, shares, strict=True)]
    notices = []
    if len(clicks) > MAX_POINTS:
        notices.append(f"Only the last {MAX_POINTS} of {len(clicks)} points are used: the model cannot weigh more.")
    if len(kept) < len(scribbles):
        notices.append(f"{len(scribbles) - len(kept)} scribble(s) are left out: {MAX_POINTS} points are used already.")
    told = clicks[-MAX_POINTS:] + strokes
    points = np.concatenate([xy for xy, _ in told]) if told else np.zeros((0, 2))
    labels = np.repeat([label for _, label in told], [len(xy) for xy, _ in told]).astype(np.int64)
    return points, labels, tuple(notices)


def _innermost(area: Mask) -> np.ndarray:
    """(1, 2) the pixel farthest from the outside; asked of the bounding box alone."""
    x0, y0, x1, y1 = _around(area).astype(int)
    x, y = innermost_point(area[y0 : y1 + 1, x0 : x1 + 1])
    return np.array([[x0 + x, y0 + y]], np.float64)


def _wanted(mark: ScribbleMark, shape: tuple[int, int]) -> int:
    """How many points a stroke of this length would give."""
    step = max(3.0, _SCRIBBLE_STEP * max(shape))
    return min(POINTS_PER_SCRIBBLE, 1 + int(length_on_slice(mark.xy, shape) / step))


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """Wishes reduced, the largest first, until their sum fits; room for one each is given."""
    shares = list(wanted)
    while sum(shares) > room:
        shares[shares.index(max(shares))] -= 1
    return shares


def _box(marks: MarkSet, shape: tuple[int, int], lassoed: Mask | None) -> np.ndarray | None:
    """The box around drawn boxes and lassos; None without a drawn box on the slice."""
    held = [box for box in (_on_image(mark, shape) for mark in _of(marks, BoxMark)) if box is not None]
    if not held:
        return None
    if lassoed is not None and lassoed.any():
        held.append(_around(lassoed))
    corners = np.array(held)
    return np.concatenate([corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)])


def _reaching(box: np.ndarray, points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A box grown on the sides where points (N, 2) lie beyond it, by twice as much as the farthest one does."""
    low = np.minimum(box[:2], np.min(points, axis=0, initial=np.inf))
    high = np.maximum(box[2:], np.max(points, axis=0, initial=-np.inf))
    grown = np.concatenate([2 * low - box[:2], 2 * high - box[2:]])
    return np.clip(grown, 0, np.tile([shape[1] - 1, shape[0] - 1], 2))


def _on_image(mark: BoxMark, shape: tuple[int, int]) -> np.ndarray | None:
    """The part of a box that lies on the slice; None for no part."""
    height, width = shape
    x0, y0, x1, y1 = mark.box
    if x1 < -0.5 or y1 < -0.5 or x0 >= width - 0.5 or y0 >= height - 0.5:
        return None
    return np.clip(mark.box, 0, np.array([width, height, width, height]) - 1)


def _areas(marks: MarkSet, shape: tuple[int, int]) -> dict[str, Mask]:
    """Mark id -> pixels of each lasso."""
    return {mark.id: polygon_mask(mark.polygon, shape) for mark in _of(marks, LassoMark)}


def _lassoed(marks: MarkSet, areas: dict[str, Mask]) -> Mask | None:
    """What positive lassos hold, less negative ones; None without a positive one."""
    if not any(areas[mark.id].any() for mark in _positive_lassos(marks)):
        return None
    inside = np.logical_or.reduce([areas[mark.id] for mark in _positive_lassos(marks)])
    return _without_excluded(inside, marks, areas)


def _prior(marks: MarkSet, shape: tuple[int, int], areas: dict[str, Mask], lassoed: Mask | None) -> Mask | None:
    """Priors and lassos together; None when there is nothing to show."""
    masks = [mark.mask for mark in _of(marks, PriorMark)]
    for mask in masks:
        if mask.shape != tuple(shape):
            raise InputError(f"The mask given to the model has shape {mask.shape}, its slice {tuple(shape)}.")
    given = [*masks, *([lassoed] if lassoed is not None else [])]
    if not given:
        return None
    prior = _without_excluded(np.logical_or.reduce(given), marks, areas)
    return prior if prior.any() else None


def _without_excluded(mask: Mask, marks: MarkSet, areas: dict[str, Mask]) -> Mask:
    for mark in _of(marks, LassoMark):
        if mark.label == 0:
            mask = mask & ~areas[mark.id]
    return mask


def _around(mask: Mask) -> np.ndarray:
    """Extreme pixels [x0, y0, x1, y1] of a mask that is not empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1], rows[-1]], np.float64)


def _positive_lassos(marks: MarkSet) -> list[LassoMark]:
    return [mark for mark in _of(marks, LassoMark) if mark.label == 1]


def _of(marks: MarkSet, kind: type[_Kind]) -> list[_Kind]:
    """Marks of one kind, in their order."""
    found: list[Mark] = [mark for mark in marks if isinstance(mark, kind)]
    return found  # type: ignore[return-value]

"""Five modes of use: points and boxes on the parts of an object. Source: Mazurowski et al. 2023,
doi:10.1016/j.media.2023.102918.

1 a point in the largest part; 2 a point in each of the three largest parts; 3 the box of the largest part; 4 the boxes
of the three largest parts, each by itself, their masks joined; 5 one box round the whole object. The score is always
against the whole object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import MAZUROWSKI_RULES, Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.farthest_point import farthest_point
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts

NAME = "mazurowski-modes"
MOST_PARTS = 3


def largest_parts(mask: Mask, count: int = MOST_PARTS) -> list[Mask]:
    """The largest 8-connected parts of a mask, largest first; of equal ones the later in row order first.

    Args:
        mask: (H, W) boolean.

    Returns:
        At most `count` masks of the same shape; none when the mask is empty.
    """
    labels, _number = ndimage.label(mask, structure=np.ones((3, 3), bool))
    sizes = np.bincount(labels.ravel())[1:]
    order = sorted(range(len(sizes)), key=lambda index: (-sizes[index], -index))
    return [labels == index + 1 for index in order[:count]]


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    settings = options.protocol_settings
    parts = largest_parts(target.mask)
    distance = settings.distance or "exact"
    points = [farthest_point(part, distance, target.rng(NAME, nth)) for nth, part in enumerate(parts)]
    boxes = [tight_box(part) for part in parts]
    calls: dict[int, list[Prompts]] = {
        1: [Prompts.of(points[:1])],  # type: ignore[arg-type]
        2: [Prompts.of(points)],  # type: ignore[arg-type]
        3: [Prompts.of(box=boxes[0])],
        4: [Prompts.of(box=box) for box in boxes],
        5: [Prompts.of(box=tight_box(target.mask))],
    }
    for mode in settings.modes:
        candidates = joined(model.decode(calls[mode]))
        yield Answer(f"mode {mode}", said(calls[mode]), candidates, NAME, rules=MAZUROWSKI_RULES)


def joined(answers: Sequence[Candidates]) -> Candidates:
    """Several answers as one: the n-th masks of all joined, with the mean of their scores; one answer stays as it is.

    Args:
        answers: one or more, with equally many candidates.
    """
    if len(answers) == 1:
        return answers[0]
    masks = np.logical_or.reduce([answer.masks for answer in answers])
    return Candidates(masks, np.mean([answer.scores for answer in answers], axis=0, dtype=np.float64))


def said(calls: Sequence[Prompts]) -> Prompts:
    """What was said in several calls, for the record: their points together, and a box where there is one call."""
    points = np.concatenate([call.points for call in calls])
    labels = np.concatenate([call.labels for call in calls])
    return Prompts(points, labels, calls[0].box if len(calls) == 1 else _around(calls))


def _around(calls: Sequence[Prompts]) -> np.ndarray | None:
    boxes = [call.box for call in calls if call.box is not None]
    if not boxes:
        return None
    stacked = np.stack(boxes)
    return np.concatenate([stacked[:, :2].min(axis=0), stacked[:, 2:].max(axis=0)])


evaluate = object_by_object(_answers)

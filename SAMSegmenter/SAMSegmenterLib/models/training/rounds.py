"""The prompt rounds of a training step: a box, one point, and a third round of several clicks.

Early in training the box and the points are also drawn into the mask prompt of a part of the prompts. A decoder
learns many times faster with this crutch; its share falls to nothing, so that the trained model needs ordinary prompts.
"""

from __future__ import annotations

import numpy as np
import torch

from SAMSegmenterLib.models.training.decoding import PromptBatch
from SAMSegmenterLib.models.training.simulated_clicks import (
    corrective_clicks,
    first_point,
    jittered_box,
    spread_points,
)

DRAWN_INSIDE = 3.0
DRAWN_POINT = 6.0
POINT_RADIUS = 0.03
MOST_CLICKS = 10


def box_round(masks: np.ndarray, image_index: torch.Tensor, crutch: float, rng: np.random.Generator) -> PromptBatch:
    """Prompt every object with a box.

    Args:
        masks: (P, S, S) bool.
        image_index: (P,).
        crutch: chance that a prompt is drawn into the mask prompt as well.
        rng: source of randomness.

    Returns:
        P prompts.
    """
    boxes = torch.from_numpy(np.stack([jittered_box(mask, rng) for mask in masks]))
    drawn = _drawn_boxes(boxes, masks.shape[-1])
    return PromptBatch(image_index, boxes=boxes, masks=drawn, has_mask=_some(len(masks), crutch, rng))


def point_round(masks: np.ndarray, image_index: torch.Tensor, crutch: float, rng: np.random.Generator) -> PromptBatch:
    """Prompt every object with one positive point; arguments and result as for `box_round`."""
    points = torch.from_numpy(np.stack([first_point(mask, rng) for mask in masks])[:, None])
    labels = torch.ones(len(masks), 1)
    drawn = _drawn_points(points, labels, masks.shape[-1])
    return PromptBatch(image_index, points, labels, masks=drawn, has_mask=_some(len(masks), crutch, rng))


def several_clicks_round(
    masks: np.ndarray,
    previous: PromptBatch,
    previous_logits: torch.Tensor,
    crutch: float,
    rng: np.random.Generator,
) -> PromptBatch:
    """Add clicks to an earlier round, or start again with points all over the object.

    Args:
        masks: (P, S, S) bool.
        previous: a box or point round.
        previous_logits: (P, S/2, S/2) the mask the user would see after it.
        crutch: as for `box_round`.
        rng: source of randomness.

    Returns:
        P prompts with the same number of points each; the earlier mask is the mask prompt of about half of them.
    """
    if previous.boxes is None and rng.random() < 0.4:
        points, labels = _spread(masks, rng)
    else:
        points, labels = _corrected(masks, previous, previous_logits, rng)
    size = masks.shape[-1]
    drawn = _drawn_points(points, labels, size)
    if previous.boxes is not None:
        drawn = drawn + _drawn_boxes(previous.boxes, size)
    crutched, fed_back = _some(len(masks), crutch, rng), _some(len(masks), 0.45, rng)
    prior = previous_logits.detach()[:, None].clamp(-20, 20)
    prompt_masks = torch.where((crutched & ~fed_back)[:, None, None, None], drawn, prior)
    return PromptBatch(previous.image_index, points, labels, previous.boxes, prompt_masks, crutched | fed_back)


def _spread(masks: np.ndarray, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    positives, negatives = (5, int(rng.choice([0, 5]))) if rng.random() < 0.6 else rng.integers((2, 0), (7, 6)).tolist()
    drawn = []
    for mask in masks:
        points, labels = spread_points(mask, positives, negatives, rng)
        if len(points) < positives + negatives:  # an object without background round it
            points, labels = spread_points(mask, positives + negatives, 0, rng)
        drawn.append((points, labels))
    return _stacked(drawn)


def _corrected(
    masks: np.ndarray, previous: PromptBatch, logits: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    count = 1 if rng.random() < 0.4 else int(rng.integers(2, MOST_CLICKS))
    size = masks.shape[-1]
    shown = torch.nn.functional.interpolate(logits.detach()[:, None], (size, size), mode="bilinear")[:, 0] > 0
    points, labels = _stacked(
        [corrective_clicks(mask, seen, count, rng) for mask, seen in zip(masks, shown.numpy(), strict=True)]
    )
    if previous.points is None:
        return points, labels
    return torch.cat([previous.points, points], dim=1), torch.cat([previous.labels, labels], dim=1)


def _stacked(clicks: list[tuple[np.ndarray, np.ndarray]]) -> tuple[torch.Tensor, torch.Tensor]:
    points, labels = zip(*clicks, strict=True)
    return torch.from_numpy(np.stack(points)), torch.from_numpy(np.stack(labels))


def _some(count: int, chance: float, rng: np.random.Generator) -> torch.Tensor:
    return torch.from_numpy(rng.random(count) < chance)


def _pixel_centres(size: int) -> torch.Tensor:
    return torch.arange(0.5, size, 2)  # the mask prompt has half the image's resolution


def _drawn_boxes(boxes: torch.Tensor, size: int) -> torch.Tensor:
    centre = _pixel_centres(size)
    x0, y0, x1, y1 = boxes[:, :, None].unbind(dim=1)
    across = (centre >= x0 - 0.5) & (centre <= x1 + 0.5)
    down = (centre >= y0 - 0.5) & (centre <= y1 + 0.5)
    inside = (down[:, :, None] & across[:, None, :])[:, None]
    return torch.where(inside, DRAWN_INSIDE, -DRAWN_INSIDE)


def _drawn_points(points: torch.Tensor, labels: torch.Tensor, size: int) -> torch.Tensor:
    centre = _pixel_centres(size)
    x, y = points[..., 0, None], points[..., 1, None]
    squared = (centre - y)[..., :, None] ** 2 + (centre - x)[..., None, :] ** 2
    near = squared <= (POINT_RADIUS * size) ** 2
    sign = torch.where(labels > 0, DRAWN_POINT, -DRAWN_POINT)[..., None, None]
    return (near * sign).sum(dim=1, keepdim=True).clamp(-DRAWN_POINT, DRAWN_POINT)

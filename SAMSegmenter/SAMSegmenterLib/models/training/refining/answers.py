"""Samples from what the model answers on a picture, prompted by a box, by a point and by several clicks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.architectures import SMALL_IMAGE_SIZE
from SAMSegmenterLib.models.refining.marks import FINER, Marks, planes_of
from SAMSegmenterLib.models.refining.window import LARGEST_SIDE, Pyramid, sampled, window_around
from SAMSegmenterLib.models.training.batches import Batch, BatchOptions
from SAMSegmenterLib.models.training.decoding import PromptBatch, decode
from SAMSegmenterLib.models.training.losses import true_iou
from SAMSegmenterLib.models.training.refining.samples import BOX, CLICKS, POINT, padded_points
from SAMSegmenterLib.models.training.rounds import box_round, point_round, several_clicks_round

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

PICTURE_SIDE = FINER * SMALL_IMAGE_SIZE
PICTURES = BatchOptions(images=1, objects_per_image=4, repaint_fraction=0.25, smallest_object=0.0004)
"""How the picture of a scene is drawn; unusual contrasts are more frequent than where the model itself is trained."""

_CORRECTED_BOXES = 0.3
"""Share of the pictures in which the several clicks correct the answer to the box, and not that to the point."""

_SMALLEST = 12
"""Objects of so many pixels, as the model sees them, are left out."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture and its objects, as the windows are cut from it.

    Args:
        planes: as `planes_of` makes them.
        truth: (P, PICTURE_SIDE, PICTURE_SIDE) float32, 0 or 1.
    """

    planes: Pyramid
    truth: torch.Tensor


@torch.no_grad()
def answered(sam: Sam, drawn: Batch, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Draw prompts for the objects of a picture, let the model answer, and cut windows out of its answers.

    Args:
        sam: of the small architecture, in evaluation mode.
        drawn: one picture of PICTURE_SIDE pixels.
        rng: source of randomness.

    Returns:
        Values as `Samples.put` takes them, without the first axis; empty when all objects are too small, or all
        windows so large that they are never refined.
    """
    truth = torch.from_numpy(drawn.masks).float()
    coarse = (functional.avg_pool2d(truth[:, None], FINER)[:, 0] >= 0.5).numpy()
    kept = coarse.sum((1, 2)) > _SMALLEST
    if not kept.any():
        return []
    picture = drawn.images.round().clamp(0, 255)
    shown = (drawn.images[0] != PICTURES.pad_value).any(0) | (truth > 0).any(0)
    scene = Scene(_planes(picture[0], shown), truth[torch.from_numpy(kept)])
    embeddings = sam.image_encoder(sam.preprocess(_seen(picture)))
    return [
        sample
        for kind, (prompts, logits) in enumerate(_rounds(sam, embeddings, coarse[kept], rng))
        for sample in _samples(scene, kind, prompts, logits, rng)
    ]


def _planes(picture: torch.Tensor, shown: torch.Tensor) -> Pyramid:
    """The picture without its padding, on the padded square."""
    height, width = (int(shown.any(axis).nonzero().max()) + 1 for axis in (1, 0))
    pixels = picture[:, :height, :width].byte().permute(1, 2, 0).contiguous().numpy()
    return planes_of(pixels, PICTURE_SIDE)


def _seen(picture: torch.Tensor) -> torch.Tensor:
    """The picture with as many pixels as the model takes."""
    return functional.interpolate(picture, (SMALL_IMAGE_SIZE,) * 2, mode="bilinear", antialias=True).round()


def _rounds(
    sam: Sam, embeddings: torch.Tensor, objects: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[PromptBatch, torch.Tensor]]:
    """Prompts and the logits of all candidates, for BOX, POINT and CLICKS."""
    index = torch.zeros(len(objects), dtype=torch.long)
    given = {BOX: box_round(objects, index, 0.0, rng), POINT: point_round(objects, index, 0.0, rng)}
    found = {kind: decode(sam, embeddings, prompts) for kind, prompts in given.items()}
    earlier = BOX if rng.random() < _CORRECTED_BOXES else POINT
    logits, predicted = found[earlier]
    seen = logits[torch.arange(len(objects)), 1 + predicted[:, 1:].argmax(1)]
    given[CLICKS] = several_clicks_round(objects, given[earlier], seen, 0.0, rng)
    found[CLICKS] = decode(sam, embeddings, given[CLICKS])
    return ((given[kind], found[kind][0]) for kind in (BOX, POINT, CLICKS))


def _samples(
    scene: Scene, kind: int, prompts: PromptBatch, logits: torch.Tensor, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """The best candidate of every object, and mostly another one: a user may see any of them."""
    for number, truth in enumerate(scene.truth):
        fine = functional.interpolate(logits[number][None], (PICTURE_SIDE,) * 2, mode="bilinear", align_corners=False)
        overlaps = true_iou(fine, truth[None])[0]
        best = 1 + int(overlaps[1:].argmax())
        other = int(rng.integers(1 if kind == POINT else 0, 4))  # the single mask is not shown for one point
        for candidate in sorted({best, other}):
            marks, answer = _marks(prompts, number), logits[number, candidate]
            sample = _cut(scene.planes, truth, marks, answer)
            if sample is not None:
                told = {"prompt": kind, "candidate": candidate, "best": candidate == best}
                yield {**sample, **told, "overlap": float(overlaps[candidate])}


def _marks(prompts: PromptBatch, number: int) -> Marks:
    """The prompts of one object."""
    box = None if prompts.boxes is None else prompts.boxes[number].numpy()
    points, labels = ([], []) if prompts.points is None else (prompts.points[number], prompts.labels[number])
    share = 1 / SMALL_IMAGE_SIZE
    return Marks.of(Prompts(np.asarray(points), np.asarray(labels), box), (share, share))


def _cut(planes: Pyramid, truth: torch.Tensor, marks: Marks, logits: torch.Tensor) -> dict[str, Any] | None:
    """The window of an answer; None when it is so large that it is never refined."""
    window = window_around(logits, marks.box, marks.clicked)
    if window.side > LARGEST_SIDE:
        return None
    look = marks.look(planes, logits, window)
    corners = () if marks.box is None else (*window.inside(marks.box[:2]), *window.inside(marks.box[2:]))
    clicked, excluded = (map(window.inside, points) for points in (marks.clicked, marks.excluded))
    return {
        "colours": look.colours[0].round().to(torch.int16).numpy(),
        "valid": look.valid[0].bool().numpy(),
        "logits": look.logits[0].half().numpy(),
        "truth": (sampled(truth[None], window)[0] * 255).round().byte().numpy(),
        "box": np.array(corners or [np.nan] * 4, np.float32),
        "clicked": padded_points(clicked),
        "excluded": padded_points(excluded),
        "window": np.array([window.x, window.y, window.side], np.float32),
    }

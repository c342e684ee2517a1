"""Measure a promptable network on labelled slices: Dice per prompt with the best and with the chosen candidate.

The network is used as `SamPredictor` uses it: 8-bit image, smallest and largest value as 0 and 255, longest side
resized to the model's input, masks scored on the slice's own grid.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from SAMSegmenterLib.core.windowing import MinMax, to_rgb8
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from SAMSegmenterLib.models.training.simulated_clicks import corrective_clicks
from SAMSegmenterLib.models.training.sources import MIN_LABEL_PIXELS, LabelledSlice

if TYPE_CHECKING:
    from segment_anything import SamPredictor
    from segment_anything.modeling import Sam

logger = logging.getLogger(__name__)

PROMPTS = ("box", "point", "5 clicks", "10 clicks")


@dataclass(frozen=True)
class ObjectScore:
    """Dice of one object for one prompt; `chosen` is the candidate of highest predicted IoU, `oracle` the best one.

    `ellipse` and `coin_flip` are baselines for the object's box: its inscribed ellipse, and every pixel by chance.
    """

    source: str
    subject: str
    prompt: str
    pixels: int
    oracle: float
    chosen: float
    predicted_iou: float
    true_iou: float
    ellipse: float
    coin_flip: float


def dice(prediction: np.ndarray, reference: np.ndarray) -> float:
    """Compute the Dice coefficient of two masks, 1 where both are empty."""
    total = np.count_nonzero(prediction) + np.count_nonzero(reference)
    return 2.0 * np.count_nonzero(prediction & reference) / total if total else 1.0


def iou(prediction: np.ndarray, reference: np.ndarray) -> float:
    """Compute the intersection over union of two masks, 1 where both are empty."""
    union = np.count_nonzero(prediction | reference)
    return np.count_nonzero(prediction & reference) / union if union else 1.0


def choose_slices(slices: Sequence[LabelledSlice], per_source: int, seed: int) -> list[LabelledSlice]:
    """Draw up to a number of slices of each source, spread over its subjects.

    Args:
        slices: of any number of sources.
        per_source: most slices of one source.
        seed: decides the draw.

    Returns:
        The chosen slices.
    """
    rng = np.random.default_rng(seed)
    by_source: dict[str, dict[str, list[LabelledSlice]]] = {}
    for item in slices:
        by_source.setdefault(item.case.source, {}).setdefault(item.case.case_id, []).append(item)
    chosen: list[LabelledSlice] = []
    for cases in by_source.values():
        piles = [[items[k] for k in rng.permutation(len(items))] for items in cases.values()]
        piles = [piles[k] for k in rng.permutation(len(piles))]
        ranked = [item for rank in range(max(map(len, piles))) for pile in piles for item in pile[rank : rank + 1]]
        chosen += ranked[:per_source]
    return chosen


def validate(
    sam: Sam,
    slices: Sequence[LabelledSlice],
    seed: int = 1,
    objects_per_slice: int = 6,
    prompts: Sequence[str] = PROMPTS,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[ObjectScore]:
    """Score a network on every label value of the slices.

    Args:
        sam: the network in evaluation mode.
        slices: from `choose_slices`.
        seed: decides which objects of a crowded slice are taken.
        objects_per_slice: most objects of one slice.
        prompts: some of "box", "point", "5 clicks", "10 clicks".
        should_stop: asked before every slice.

    Returns:
        One score per object and prompt; objects of 50 pixels or fewer are left out.
    """
    predictor = load_segment_anything().SamPredictor(sam)
    scores: list[ObjectScore] = []
    for index, item in enumerate(slices):
        if should_stop():
            break
        rng = np.random.default_rng([seed, index])
        predictor.set_image(slice_image(item))
        for mask in slice_objects(item, objects_per_slice, rng):
            ellipse, coin_flip = baseline_dice(mask, rng)
            for prompt in prompts:
                masks, predicted = candidates(predictor, mask, prompt, rng)
                best = int(np.argmax(predicted))
                scores.append(
                    ObjectScore(
                        source=item.case.source,
                        subject=item.case.subject,
                        prompt=prompt,
                        pixels=int(np.count_nonzero(mask)),
                        oracle=max(dice(candidate, mask) for candidate in masks),
                        chosen=dice(masks[best], mask),
                        predicted_iou=float(predicted[best]),
                        true_iou=iou(masks[best], mask),
                        ellipse=ellipse,
                        coin_flip=coin_flip,
                    )
                )
    return scores


def slice_image(item: LabelledSlice) -> np.ndarray:
    """Render a slice as the 8-bit RGB image that the network gets: (H, W, 3) uint8."""
    return item.pixels.astype(np.uint8) if item.pixels.ndim == 3 else to_rgb8(item.pixels, MinMax())


def slice_objects(item: LabelledSlice, most: int, rng: np.random.Generator) -> list[np.ndarray]:
    """List the objects of a slice: one mask per label value with more than 50 pixels, at most a number of them."""
    values, counts = np.unique(item.labels[item.labels != 0], return_counts=True)
    values = values[counts > MIN_LABEL_PIXELS]
    chosen = values if len(values) <= most else rng.choice(values, most, replace=False)
    return [item.labels == value for value in chosen]


def candidates(
    predictor: SamPredictor, mask: np.ndarray, prompt: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the three candidates for one prompt drawn from the reference.

    Args:
        predictor: with its image set.
        mask: (H, W) bool reference.
        prompt: "box" is the tight box; "point" one central click; "5 clicks" and "10 clicks" continue from there,
            each where the mask shown to the user is most wrong.
        rng: source of randomness for clicks when no error is left.

    Returns:
        (3, H, W) bool masks and (3,) predicted IoU.
    """
    if prompt == "box":
        return _predict(predictor, box=tight_box(mask))
    points, labels = central_point(mask)[None].astype(np.float32), np.ones(1, dtype=np.float32)
    masks, predicted = _predict(predictor, point_coords=points, point_labels=labels)
    for _ in range(1, 1 if prompt == "point" else int(prompt.split()[0])):
        seen = masks[int(np.argmax(predicted))]
        point, label = corrective_clicks(mask, seen, 1, rng)
        points, labels = np.concatenate([points, point]), np.concatenate([labels, label])
        masks, predicted = _predict(predictor, point_coords=points, point_labels=labels)
    return masks, predicted


@torch.inference_mode()
def _predict(predictor: SamPredictor, **prompt: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    masks, predicted, _ = predictor.predict(multimask_output=True, **prompt)
    return masks, predicted


def tight_box(mask: np.ndarray) -> np.ndarray:
    """Find the box [x0, y0, x1, y1] of a mask with inclusive maxima."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1], rows[-1]])


def central_point(mask: np.ndarray) -> np.ndarray:
    """Find the centre of mass (x, y), or the middle pixel in row order where the centre lies outside."""
    pixels = np.argwhere(mask)
    y, x = pixels.mean(axis=0).astype(int)
    return np.array([x, y]) if mask[y, x] else pixels[len(pixels) // 2][::-1]


def baseline_dice(mask: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Score the ellipse inscribed in the object's box, and a coin flip for every pixel of the box.

    Args:
        mask: (H, W) bool, not empty.
        rng: flips the coins.

    Returns:
        Dice of the ellipse and of the coin flips.
    """
    x0, y0, x1, y1 = tight_box(mask)
    reference = mask[y0 : y1 + 1, x0 : x1 + 1]
    height, width = reference.shape
    y = (np.arange(height)[:, None] + 0.5) / height * 2 - 1
    x = (np.arange(width)[None] + 0.5) / width * 2 - 1
    return dice(x**2 + y**2 <= 1, reference), dice(rng.random(reference.shape) < 0.5, reference)

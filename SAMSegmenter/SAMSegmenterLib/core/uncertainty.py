"""How much a mask depends on the exact place of its prompts: several prompts, slightly moved, and their disagreement.

Source: Deng et al. 2023, SAM-U, arXiv:2307.04973 (several boxes, entropy of their answers); the amounts are ours.
"""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts

JITTERED_PROMPTS = 8
"""How many copies are usual."""

BOX_SHARE = 0.1
"""Each side of a box moves by up to this share of the box's extent across it, at least one pixel."""

POINT_SHARE = 0.01
"""Points and mask priors move by up to this share of the slice's longer side, at least one pixel."""


def jittered_prompts(
    prompts: Prompts, shape: tuple[int, int], count: int, rng: np.random.Generator
) -> tuple[Prompts, ...]:
    """Copies of prompts, each moved a little; all of them stay on the slice.

    Sides of the box move independently, points anywhere within a circle (no larger than a tenth of the box allows), the
    mask prior as a whole by whole pixels.

    Args:
        prompts: not empty.
        shape: (H, W) of the slice.
        count: number of copies, 2 or more.
        rng: source of the moves.

    Raises:
        InputError: nothing to move, or fewer than two copies.
    """
    if prompts.is_empty:
        raise InputError("There is no prompt to vary.", "Give a point, a box or a mask first.")
    if count < 2:
        raise InputError(f"Disagreement needs two answers or more; {count} was asked for.")
    return tuple(_jittered(prompts, shape, rng) for _ in range(count))


def disagreement(masks: np.ndarray) -> np.ndarray:
    """Entropy of the masks' mean in bits, -p log2(p) - (1 - p) log2(1 - p).

    Args:
        masks: (M, H, W) bool, or probabilities 0 to 1.

    Returns:
        (H, W) float32, 0 where all agree, 1 where half of them say inside.

    Raises:
        InputError: no mask, or values that are no probabilities.

    Source: Deng et al. 2023, arXiv:2307.04973 (aleatoric uncertainty as the entropy of the mean).
    """
    masks = np.asarray(masks)
    if masks.ndim != 3 or not len(masks):
        raise InputError(f"Disagreement is asked of masks (M, H, W); got shape {masks.shape}.")
    if masks.dtype == np.bool_:
        counts = np.sum(masks, axis=0, dtype=np.int64)
        return _entropy(np.arange(len(masks) + 1) / len(masks))[counts]
    if not ((masks >= 0) & (masks <= 1)).all():
        raise InputError("Probabilities lie between 0 and 1.")
    return _entropy(masks.mean(axis=0, dtype=np.float64))


def _entropy(p: np.ndarray) -> np.ndarray:
    inner = np.clip(p, 1e-300, 1)
    outer = np.clip(1 - p, 1e-300, 1)
    return np.abs(p * np.log2(inner) + (1 - p) * np.log2(outer)).astype(np.float32)


def _jittered(prompts: Prompts, shape: tuple[int, int], rng: np.random.Generator) -> Prompts:
    reach = max(1.0, POINT_SHARE * max(shape))
    box = prompts.box
    if box is not None:
        reach = max(1.0, min(reach, BOX_SHARE / 2 * min(box[2] - box[0], box[3] - box[1])))
    points = _moved_points(prompts.points, shape, reach, rng)
    prior = prompts.mask_prior
    return Prompts(
        points,
        prompts.labels,
        None if box is None else _moved_box(box, shape, rng),
        None if prior is None else _shifted(prior, rng.integers(-int(reach), int(reach) + 1, 2)),
    )


def _moved_points(points: np.ndarray, shape: tuple[int, int], reach: float, rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi, len(points))
    radius = reach * np.sqrt(rng.uniform(0, 1, len(points)))  # even over the circle's area
    moved = points + (radius * np.stack([np.cos(angle), np.sin(angle)])).T
    return np.clip(moved, 0, (shape[1] - 1, shape[0] - 1))


def _moved_box(box: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    extent = np.maximum(1.0, BOX_SHARE * (box[2:] - box[:2]))
    moved = box + rng.uniform(-1, 1, 4) * np.tile(extent, 2)
    moved = np.clip(moved, 0, np.tile([shape[1] - 1, shape[0] - 1], 2))
    corners = moved.reshape(2, 2)
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])


def _shifted(prior: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Logits moved by whole pixels (dx, dy); as surely outside as anywhere where nothing moved in."""
    dx, dy = (int(np.clip(step, 1 - size, size - 1)) for step, size in zip(by, prior.shape[::-1], strict=True))
    height, width = prior.shape
    moved = np.full_like(prior, min(0.0, float(prior.min())))
    source = prior[max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)]
    moved[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)] = source
    return moved

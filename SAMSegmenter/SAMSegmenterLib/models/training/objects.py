"""Choose the objects of a label map that a training step asks for."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.models.training.label_counts import value_counts
from SAMSegmenterLib.models.training.synthetic_shapes import steps

EIGHT_CONNECTED = np.ones((3, 3), dtype=bool)
ALL_CHANCE = 0.1
"""Of all instances of an image together, as labels of a pattern (axons, say) join them."""
UNION_CHANCE = 0.08
PART_CHANCE = 0.4
"""Below it, and not below `UNION_CHANCE`, a single part of a label is asked for; above it the whole label."""


def pick_objects(
    labels: np.ndarray, instances: bool, count: int, min_pixels: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Draw objects: a label value, one connected part of it, or several values together.

    Args:
        labels: (H, W) int, 0 is background.
        instances: True when each value is one object, which is never split; now and then one of the masks is all of
            them together.
        count: number of objects wanted.
        min_pixels: smallest object.
        rng: source of randomness.

    Returns:
        Up to `count` (H, W) bool masks, different values first; empty when nothing is large enough.
    """
    values, sizes = value_counts(labels)
    values = values[(sizes >= min_pixels) & (values != 0)]
    if len(values) == 0:
        return []
    chosen = rng.permutation(values)[:count] if len(values) >= count else rng.choice(values, count)
    if not instances:
        return [_vary(labels, values, value, min_pixels, rng) for value in chosen]
    masks = [labels == value for value in chosen]
    if len(values) > 1 and rng.random() < ALL_CHANCE:
        masks[-1] = labels != 0
    return masks


def _vary(labels: np.ndarray, values: np.ndarray, value: int, min_pixels: int, rng: np.random.Generator) -> np.ndarray:
    choice = rng.random()
    if choice < UNION_CHANCE and len(values) > 1:
        partners = rng.choice(values, size=int(rng.integers(2, len(values) + 1)), replace=False)
        return np.isin(labels, np.append(partners, value))
    mask = labels == value
    return largest_or_any_part(mask, min_pixels, rng) if choice < PART_CHANCE else mask


def largest_or_any_part(mask: np.ndarray, min_pixels: int, rng: np.random.Generator) -> np.ndarray:
    """Draw one 8-connected part of a mask, larger ones more often.

    Args:
        mask: (H, W) bool, not empty.
        min_pixels: smaller parts are not drawn.
        rng: source of randomness.

    Returns:
        The part, or the whole mask when no part is large enough.
    """
    parts, count = ndimage.label(mask, structure=EIGHT_CONNECTED)
    if count <= 1:
        return mask
    sizes = np.bincount(parts.ravel())[1:]
    weights = np.where(sizes >= min_pixels, np.sqrt(sizes), 0.0)
    if weights.sum() == 0:
        return mask
    return parts == 1 + rng.choice(count, p=weights / weights.sum())


def grey_level_regions(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Divide an image into regions of similar brightness, for images whose labels name only a few of their edges.

    The smoothed grey values are grouped by one-dimensional k-means; each group is one label.

    Args:
        grey: (H, W) float32.
        rng: source of randomness.

    Returns:
        (H, W) int32 labels from 1; the darkest group is 1.
    """
    smooth = ndimage.gaussian_filter(grey, rng.uniform(0.004, 0.015) * max(grey.shape))
    sample = np.sort(rng.choice(smooth.ravel(), size=min(2000, smooth.size), replace=False))
    centres = np.quantile(sample, np.linspace(0.05, 0.95, int(rng.integers(3, 6))))
    for _ in range(6):
        groups = np.digitize(sample, (centres[1:] + centres[:-1]) / 2)
        centres = np.array([sample[groups == k].mean() if np.any(groups == k) else c for k, c in enumerate(centres)])
    return 1 + steps(smooth, (centres[1:] + centres[:-1]) / 2)

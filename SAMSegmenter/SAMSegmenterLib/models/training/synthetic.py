"""Synthetic labelled images: shapes and patterns with textures, bias fields, noise and blur.

The label maps know their objects exactly, which teaches a network to follow edges of any kind of region.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.models.training import synthetic_patterns, synthetic_shapes
from SAMSegmenterLib.models.training.smooth_noise import rough_field, smooth_field

KINDS = {
    synthetic_shapes.blobs: 0.16,
    synthetic_shapes.ellipses: 0.16,
    synthetic_shapes.cells: 0.12,
    synthetic_shapes.tissues: 0.1,
    synthetic_shapes.head: 0.12,
    synthetic_shapes.nested: 0.1,
    synthetic_patterns.vessels: 0.08,
    synthetic_patterns.spots: 0.06,
    synthetic_patterns.rings: 0.05,
    synthetic_patterns.layers: 0.05,
}
"""What is drawn, and how often."""

SEPARATE_OBJECTS = (synthetic_shapes.blobs, synthetic_shapes.ellipses, synthetic_shapes.cells)


@dataclass(frozen=True)
class SyntheticImage:
    """`grey` (S, S) float32 in 0..255 and `labels` (S, S) int32, 0 is background."""

    grey: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    instances: bool


def synthesise(size: int, rng: np.random.Generator) -> SyntheticImage:
    """Draw a synthetic image.

    Args:
        size: side in pixels.
        rng: source of randomness; the same state gives the same image.

    Returns:
        The image with its labels; instances are separate objects that may look alike and touch.
    """
    kind = list(KINDS)[rng.choice(len(KINDS), p=list(KINDS.values()))]
    labels = kind(size, rng)
    return SyntheticImage(paint(labels, kind is synthetic_shapes.cells, rng), labels, kind in SEPARATE_OBJECTS)


def paint(labels: np.ndarray, alike: bool, rng: np.random.Generator) -> np.ndarray:
    """Give every label a grey value and a texture, then blur, shade and add noise.

    Args:
        labels: (H, W) int32.
        alike: True gives all labels but the lowest nearly the same grey value.
        rng: source of randomness.

    Returns:
        (H, W) float32 in 0..255.
    """
    size, (rows, columns) = max(labels.shape), labels.shape
    values, inverse = np.unique(labels, return_inverse=True)
    contrast = rng.uniform(0.1, 1.0)
    steps = rng.permutation(len(values)) + rng.uniform(-0.4, 0.4, len(values))
    means = 0.5 + contrast * (steps / max(len(values) - 1, 1) - 0.5)
    if alike:
        means[1:] = means[1:].mean() + 0.15 * contrast * rng.normal(size=len(values) - 1)
        means[0] = means[1:].mean() + contrast * rng.choice([-0.6, 0.6]) if len(values) > 1 else means[0]
    image = means[inverse].reshape(labels.shape)
    image = ndimage.gaussian_filter(image, rng.uniform(0.001, 0.01) * size)
    textures = np.stack([rough_field(size, int(rng.integers(4, 40)), rng) for _ in range(2)])[:, :rows, :columns]
    amplitude = contrast * 0.2 * rng.uniform(0.0, 1.0, (2, len(values))) ** 2
    image += sum(amplitude[index][inverse].reshape(labels.shape) * textures[index] for index in range(2))
    image *= 1.0 + rng.uniform(0, 0.35) * smooth_field(size, int(rng.integers(2, 5)), rng)[0, :rows, :columns]
    image += 0.12 * rng.uniform(0.0, 1.0) ** 2 * contrast * rng.standard_normal(labels.shape)
    low, high = np.percentile(image, (0.1, 99.9))
    return (np.clip((image - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.float32)

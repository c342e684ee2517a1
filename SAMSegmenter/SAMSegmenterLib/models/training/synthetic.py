"""Synthetic labelled images: shapes and patterns with textures, bias fields, noise and blur.

The label maps know their objects exactly, which teaches a network to follow edges of any kind of region.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.models.training import synthetic_patterns, synthetic_shapes
from SAMSegmenterLib.models.training.label_counts import numbered
from SAMSegmenterLib.models.training.smooth_noise import rough_field, smooth_field

KINDS = {
    synthetic_shapes.blobs: 0.14,
    synthetic_shapes.ellipses: 0.15,
    synthetic_shapes.cells: 0.12,
    synthetic_shapes.tissues: 0.1,
    synthetic_shapes.head: 0.12,
    synthetic_shapes.nested: 0.1,
    synthetic_patterns.vessels: 0.09,
    synthetic_patterns.spots: 0.06,
    synthetic_patterns.rings: 0.07,
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
    count, index = numbered(labels)
    contrast = rng.uniform(0.1, 1.0)
    places = rng.permutation(count) + rng.uniform(-0.4, 0.4, count)
    means = 0.5 + contrast * (places / max(count - 1, 1) - 0.5)
    if alike and count > 1:
        means[1:] = means[1:].mean() + 0.15 * contrast * rng.normal(size=count - 1)
        means[0] = means[1:].mean() + contrast * rng.choice([-0.6, 0.6])
    image = means.astype(np.float32)[index]
    image = ndimage.gaussian_filter(image, rng.uniform(0.001, 0.01) * size)
    textures = [rough_field(size, int(rng.integers(4, 40)), rng)[:rows, :columns] for _ in range(2)]
    amplitudes = (contrast * 0.2 * rng.uniform(0.0, 1.0, (2, count)) ** 2).astype(np.float32)
    for amplitude, texture in zip(amplitudes, textures, strict=True):
        image += amplitude[index] * texture
    shading = smooth_field(size, int(rng.integers(2, 5)), rng)[0, :rows, :columns]
    image *= 1.0 + rng.uniform(0, 0.35) * shading
    noise = 0.12 * rng.uniform(0.0, 1.0) ** 2 * contrast
    image += np.float32(noise) * rng.standard_normal(labels.shape, dtype=np.float32)
    low, high = np.percentile(image[::2, ::2], (0.1, 99.9))
    return np.clip((image - low) * np.float32(255 / max(high - low, 1e-6)), 0, 255).astype(np.float32)

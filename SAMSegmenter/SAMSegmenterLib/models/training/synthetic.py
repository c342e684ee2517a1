"""Synthetic labelled images: smooth shapes, tissues and cells with textures, bias fields, noise and blur.

The label maps know their objects exactly, which teaches a network to follow edges of any kind of region.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.models.training.smooth_noise import rough_field, smooth_field


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
    kind = rng.choice(["blobs", "cells", "tissues", "head", "nested"], p=[0.25, 0.2, 0.2, 0.2, 0.15])
    labels = {"blobs": _blobs, "cells": _cells, "tissues": _tissues, "head": _head, "nested": _nested}[kind](size, rng)
    return SyntheticImage(_paint(labels, kind == "cells", rng), labels, kind in ("blobs", "cells"))


def _star_shape(size: int, centre: np.ndarray, radius: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a region whose radius varies smoothly with the angle, stretched along a random direction."""
    rows, columns = np.indices((size, size), dtype=np.float32)
    y, x = rows - centre[0], columns - centre[1]
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(0.35, 1.0)
    along, across = np.cos(turn) * x + np.sin(turn) * y, (np.cos(turn) * y - np.sin(turn) * x) / stretch
    angle = np.arctan2(across, along)
    outline = np.ones_like(angle)
    roughness = rng.uniform(0.0, 0.35)
    for order in range(2, 8):
        outline += roughness / order * rng.normal() * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
    return np.hypot(along, across) < radius * np.maximum(outline, 0.2)


def _scatter(size: int, count: int, radii: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    labels = np.zeros((size, size), dtype=np.int32)
    for value in range(1, count + 1):
        radius = size * np.exp(rng.uniform(np.log(radii[0]), np.log(radii[1])))
        labels[_star_shape(size, rng.uniform(0.05, 0.95, 2) * size, radius, rng)] = value
    return labels


def _blobs(size: int, rng: np.random.Generator) -> np.ndarray:
    return _scatter(size, int(rng.integers(1, 9)), (0.03, 0.3), rng)


def _cells(size: int, rng: np.random.Generator) -> np.ndarray:
    largest = rng.uniform(0.035, 0.12)
    return _scatter(size, int(rng.integers(4, 26)), (0.6 * largest, largest), rng)


def _tissues(size: int, rng: np.random.Generator) -> np.ndarray:
    noise = rough_field(size, int(rng.integers(3, 8)), rng)
    cuts = np.quantile(noise, np.sort(rng.uniform(0.1, 0.95, int(rng.integers(1, 5)))))
    return np.digitize(noise, cuts).astype(np.int32)


def _head(size: int, rng: np.random.Generator) -> np.ndarray:
    """Nest an outer shell, a folded inner tissue and a few central cavities, as in an axial head slice."""
    centre = rng.uniform(0.42, 0.58, 2) * size
    outer = _star_shape(size, centre, size * rng.uniform(0.3, 0.47), rng)
    depth = ndimage.distance_transform_edt(outer) / size
    labels = outer.astype(np.int32)
    brain = depth > rng.uniform(0.0, 0.06)
    labels[brain] = 2
    folds = rough_field(size, int(rng.integers(5, 12)), rng)
    labels[brain & (depth + rng.uniform(0.01, 0.04) * folds > rng.uniform(0.05, 0.12))] = 3
    for value in range(4, 4 + int(rng.integers(1, 5))):
        place = centre + rng.normal(0, 0.07, 2) * size
        labels[_star_shape(size, place, size * rng.uniform(0.02, 0.1), rng) & brain] = (
            value if rng.random() < 0.5 else 4
        )
    return labels


def _nested(size: int, rng: np.random.Generator) -> np.ndarray:
    labels = _scatter(size, int(rng.integers(1, 4)), (0.12, 0.35), rng)
    depth = ndimage.distance_transform_edt(labels > 0)
    for value in np.unique(labels[labels > 0]):
        inside = labels == value
        labels[inside & (depth > rng.uniform(0.25, 0.75) * depth[inside].max())] = 10 + value
    return labels


def _paint(labels: np.ndarray, alike: bool, rng: np.random.Generator) -> np.ndarray:
    """Give every label a grey value and a texture, then blur, shade and add noise."""
    size = len(labels)
    values, inverse = np.unique(labels, return_inverse=True)
    contrast = rng.uniform(0.15, 1.0)
    steps = rng.permutation(len(values)) + rng.uniform(-0.4, 0.4, len(values))
    means = 0.5 + contrast * (steps / max(len(values) - 1, 1) - 0.5)
    if alike:
        means[1:] = means[1:].mean() + 0.15 * contrast * rng.normal(size=len(values) - 1)
        means[0] = means[1:].mean() + contrast * rng.choice([-0.6, 0.6]) if len(values) > 1 else means[0]
    image = means[inverse].reshape(labels.shape)
    image = ndimage.gaussian_filter(image, rng.uniform(0.002, 0.012) * size)
    textures = np.stack([rough_field(size, int(rng.integers(4, 40)), rng) for _ in range(2)])
    amplitude = contrast * 0.2 * rng.uniform(0.0, 1.0, (2, len(values))) ** 2
    image += sum(amplitude[index][inverse].reshape(labels.shape) * textures[index] for index in range(2))
    image *= 1.0 + rng.uniform(0, 0.35) * smooth_field(size, int(rng.integers(2, 5)), rng)[0]
    image += 0.12 * rng.uniform(0.0, 1.0) ** 2 * contrast * rng.standard_normal(labels.shape)
    low, high = np.percentile(image, (0.1, 99.9))
    return (np.clip((image - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.float32)

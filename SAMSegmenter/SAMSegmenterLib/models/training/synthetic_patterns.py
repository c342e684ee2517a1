"""Label maps whose one label is many thin or scattered parts: vessels, spots, rings, layers.

In medical images one structure is often such a pattern, and a box then encloses all of it.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.models.training.smooth_noise import rough_field, smooth_field
from SAMSegmenterLib.models.training.synthetic_shapes import cells, scatter, steps, tissues

MOST_FIBRES = 250


def vessels(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw a network of curved lines of varying width, in a part of the image, over one or more tissues.

    The lines are where a smooth random field is about zero; its slope there turns a width in pixels into a range of
    values.
    """
    labels = _backdrop(size, rng)
    lines = np.zeros((size, size), dtype=bool)
    width = size * rng.uniform(0.004, 0.018)
    for fineness in range(int(rng.integers(1, 4))):
        field = smooth_field(size, int(rng.integers(4, 10)) * (1 + fineness), rng)[0]
        slope = np.hypot(*np.gradient(field)) + 1e-4
        caliber = 0.7**fineness * width * (1.0 + 0.5 * smooth_field(size, 4, rng)[0])
        lines |= np.abs(field) < slope * np.maximum(caliber, 0.35)
    labels[lines & _somewhere(size, rng)] = 1
    return labels


def spots(size: int, rng: np.random.Generator) -> np.ndarray:
    """Scatter small parts of one label over one or more tissues, as lesions lie in an organ."""
    labels = _backdrop(size, rng)
    largest = rng.uniform(0.015, 0.05)
    parts = scatter(size, int(rng.integers(3, 40)), (0.25 * largest, largest), rng) > 0
    labels[parts & _somewhere(size, rng)] = 1
    return labels


def rings(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw many objects with a shell: all shells are one label and all cores another."""
    objects = cells(size, rng) if rng.random() < 0.5 else bundle(size, rng)
    inside = objects > 0
    depth = ndimage.distance_transform_edt(inside & ~_borders(objects))
    shell = size * rng.uniform(0.006, 0.025)
    labels = inside.astype(np.int32)
    labels[depth > shell] = 2
    return labels


def bundle(size: int, rng: np.random.Generator) -> np.ndarray:
    """Pack many objects of different size closely, as fibres lie in a nerve cut across; each is a label."""
    smallest, spread = rng.uniform(0.012, 0.03), rng.uniform(1.5, 4.0)
    count = int(rng.uniform(0.3, 1.0) / (smallest * spread**0.5) ** 2 / np.pi)
    return scatter(size, min(count, MOST_FIBRES), (smallest, spread * smallest), rng, lobes=0.25)


def layers(size: int, rng: np.random.Generator) -> np.ndarray:
    """Stack wavy layers of different thickness across the image, at any angle."""
    turn = rng.uniform(0, np.pi)
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    height = np.cos(turn) * y + np.sin(turn) * x + rng.uniform(0.02, 0.15) * smooth_field(size, 5, rng)[0]
    return steps(height, rng.uniform(-0.9, 0.9, int(rng.integers(2, 8))))


def _borders(labels: np.ndarray) -> np.ndarray:
    """Mark the pixels with another label among their eight neighbours."""
    lowest = highest = np.pad(labels, 1, mode="edge")
    for axis in (0, 1):
        lowest, highest = _of_three(np.minimum, lowest, axis), _of_three(np.maximum, highest, axis)
    return lowest != highest


def _of_three(function: np.ufunc, values: np.ndarray, axis: int) -> np.ndarray:
    """Reduce every three neighbours along an axis to one value; the axis gets shorter by two."""
    along = np.moveaxis(values, axis, 0)
    return np.moveaxis(function(function(along[:-2], along[1:-1]), along[2:]), 0, axis)


def _backdrop(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what lies behind a pattern, labelled from 2 on, or nothing."""
    choice = rng.random()
    if choice < 0.4:
        return np.zeros((size, size), dtype=np.int32)
    if choice < 0.7:
        return 2 + tissues(size, rng)
    return np.where(scatter(size, 1, (0.3, 0.5), rng) > 0, 2, 0).astype(np.int32)


def _somewhere(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the region a pattern is confined to: everywhere, or a large smooth part."""
    if rng.random() < 0.5:
        return np.ones((size, size), dtype=bool)
    noise = rough_field(size, 3, rng)
    return noise > np.quantile(noise[::2, ::2], rng.uniform(0.1, 0.6))

"""Smooth random fields, the building block of synthetic shapes, bias fields and elastic deformations."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional


def smooth_field(size: int, cells: int, rng: np.random.Generator, channels: int = 1) -> np.ndarray:
    """Draw normally distributed noise on a coarse grid and interpolate it smoothly.

    Args:
        size: side of the square field in pixels.
        cells: nodes of the coarse grid along a side, at least 2; more nodes give finer structure.
        rng: source of randomness.
        channels: number of independent fields.

    Returns:
        (channels, size, size) float32, about zero mean and unit spread at the nodes.
    """
    nodes = torch.from_numpy(rng.standard_normal((1, channels, cells, cells)).astype(np.float32))
    field = functional.interpolate(nodes, (size, size), mode="bicubic", align_corners=True)
    return field[0].numpy()


def rough_field(size: int, cells: int, rng: np.random.Generator) -> np.ndarray:
    """Add smooth fields of doubling fineness and halving strength, which gives lobed and folded outlines.

    Args:
        size: side of the square field in pixels.
        cells: nodes along a side of the coarsest field.
        rng: source of randomness.

    Returns:
        (size, size) float32.
    """
    field = np.zeros((size, size), dtype=np.float32)
    strength = 1.0
    falloff = rng.uniform(0.25, 0.6)
    while cells < size // 3:
        field += strength * smooth_field(size, cells, rng)[0]
        cells, strength = 2 * cells, strength * falloff
    return field

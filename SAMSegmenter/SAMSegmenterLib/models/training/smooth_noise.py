"""Smooth random fields, the building block of synthetic shapes, bias fields and elastic deformations."""

from __future__ import annotations

import functools

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
    nodes = rng.standard_normal((channels, cells, cells)).astype(np.float32)
    weights = _interpolation(size, cells)
    return weights @ nodes @ weights.T


def rough_field(size: int, cells: int, rng: np.random.Generator) -> np.ndarray:
    """Add smooth fields of doubling fineness and halving strength, which gives lobed and folded outlines.

    Args:
        size: side of the square field in pixels.
        cells: nodes along a side of the coarsest field.
        rng: source of randomness.

    Returns:
        (size, size) float32; zero when the coarsest field would be finer than three pixels.
    """
    strength, falloff = 1.0, rng.uniform(0.25, 0.6)
    down, across = [np.zeros((size, 0), dtype=np.float32)], [np.zeros((size, 0), dtype=np.float32)]
    while cells < size // 3:
        weights = _interpolation(size, cells)
        nodes = rng.standard_normal((cells, cells)).astype(np.float32)
        down.append(weights @ (np.float32(strength) * nodes))
        across.append(weights)
        cells, strength = 2 * cells, strength * falloff
    return np.concatenate(down, axis=1) @ np.concatenate(across, axis=1).T  # one product adds all fields


@functools.lru_cache(maxsize=512)
def _interpolation(size: int, cells: int) -> np.ndarray:
    """Weights (size, cells) float32 of bicubic interpolation along one side: it is linear and separable."""
    nodes = torch.eye(cells)[None, None]
    weights = functional.interpolate(nodes, (size, cells), mode="bicubic", align_corners=True)[0, 0].numpy()
    weights.setflags(write=False)
    return weights

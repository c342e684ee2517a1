"""Turn labelled slices into training images: intensity window, geometry, intensity changes, padding."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from scipy import ndimage
from torch.nn import functional

from SAMSegmenterLib.models.training.smooth_noise import smooth_field
from SAMSegmenterLib.models.training.sources import LabelledSlice

TINT_CHANCE = 0.12


@dataclass(frozen=True)
class TrainingImage:
    """`image` (3, S, S) float32 in 0..255, `labels` (S, S) int32; beyond `content` rows and columns is padding."""

    image: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    content: tuple[int, int]
    instances: bool


def render(item: LabelledSlice, rng: np.random.Generator) -> np.ndarray:
    """Map a slice's intensities to 0..255 with a window drawn at random.

    Args:
        item: grey slices get the smallest and largest value of the slice or the volume, percentiles or a narrower
            window; colour stays as it is.
        rng: source of randomness.

    Returns:
        (C, H, W) float32, C is 1 or 3.
    """
    if item.pixels.ndim == 3:
        return np.moveaxis(item.pixels, 2, 0).astype(np.float32)
    low, high = _random_limits(item, rng)
    grey = np.clip((item.pixels - low) / max(high - low, 1e-6), 0.0, 1.0) * 255.0
    return grey[None].astype(np.float32)


def _random_limits(item: LabelledSlice, rng: np.random.Generator) -> tuple[float, float]:
    choice = rng.random()
    if choice < 0.35:
        return float(item.pixels.min()), float(item.pixels.max())
    if choice < 0.5:
        return item.volume_limits
    low, high = np.percentile(_thinned(item.pixels), (rng.uniform(0, 3), rng.uniform(96, 100)))
    if choice < 0.75:
        return float(low), float(high)
    width = (high - low) * rng.uniform(0.5, 1.0)
    level = low + (high - low) * rng.uniform(0.35, 0.65)
    return float(level - width / 2), float(level + width / 2)


def _thinned(pixels: np.ndarray, most: int = 100_000) -> np.ndarray:
    """Take every n-th row and column of a large image: enough for a percentile."""
    step = max(1, math.isqrt(pixels.size // most))
    return pixels[::step, ::step]


def augment_geometry(
    channels: np.ndarray, labels: np.ndarray, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Scale, turn, shear, flip, shift and bend an image and its labels onto a grid of the model's size.

    Args:
        channels: (C, H, W).
        labels: (H, W) int32.
        size: longest side of the result in pixels.
        rng: source of randomness.

    Returns:
        (C, h, w) and (h, w), max(h, w) == size.
    """
    height, width = labels.shape
    aspect = width / height * np.exp(rng.normal(0, 0.1))
    rows, columns = (size, max(8, round(size * aspect))) if aspect < 1 else (max(8, round(size / aspect)), size)
    grid = _bent(_affine_grid(rows, columns, width / height, _labelled_place(labels, rng), rng), rng)
    reduced = _shrink(channels, int(1.2 * max(height, width) / size))
    image = functional.grid_sample(torch.from_numpy(reduced)[None], grid, align_corners=False)[0].numpy()
    column = np.rint((grid[0, ..., 0].numpy() + 1) * width / 2 - 0.5).astype(np.int64)
    row = np.rint((grid[0, ..., 1].numpy() + 1) * height / 2 - 0.5).astype(np.int64)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    moved = labels[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    return image, np.where(inside, moved, 0).astype(np.int32)


def _labelled_place(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a labelled pixel as (x, y) in -1..1, or any place in a part of the draws."""
    labelled = np.flatnonzero(labels)
    if len(labelled) == 0 or rng.random() < 0.3:
        return rng.uniform(-1, 1, 2)
    y, x = np.unravel_index(labelled[rng.integers(len(labelled))], labels.shape)
    return np.array([2 * x / labels.shape[1] - 1, 2 * y / labels.shape[0] - 1])


def _affine_grid(rows: int, columns: int, aspect: float, place: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    turn = rng.normal(0, 0.2) + (rng.choice([-1, 1]) * np.pi / 2 if rng.random() < 0.1 else 0.0)
    zoom = np.exp(rng.uniform(-0.9, 0.2))  # below 1 the object appears larger
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = zoom * rotation @ np.array([[1.0, rng.normal(0, 0.08)], [0.0, 1.0]])
    if rng.random() < 0.5:
        matrix[:, 0] *= -1
    if rng.random() < 0.2:
        matrix[:, 1] *= -1
    shape = np.diag([columns / rows, 1.0])  # turn in pixel space, not in the stretched unit square
    matrix = np.diag([1.0 / aspect, 1.0]) @ matrix @ shape
    reach = max(0.0, 1.0 - zoom) + 0.05
    shift = np.clip(place + rng.normal(0, 0.2, 2), -reach, reach)
    theta = np.concatenate([matrix, shift[:, None]], axis=1)
    return functional.affine_grid(torch.from_numpy(theta[None]).float(), [1, 1, rows, columns], align_corners=False)


def _bent(grid: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    if rng.random() < 0.5:
        return grid
    rows, columns = grid.shape[1:3]
    bend = smooth_field(max(rows, columns), int(rng.integers(3, 7)), rng, channels=2) * rng.uniform(0.005, 0.03)
    return grid + torch.from_numpy(np.moveaxis(bend, 0, -1)[None, :rows, :columns].copy())


def _shrink(channels: np.ndarray, factor: int) -> np.ndarray:
    """Average blocks of pixels, so that sampling the result does not alias."""
    if factor < 2:
        return channels
    return functional.avg_pool2d(torch.from_numpy(channels)[None], factor, ceil_mode=True)[0].numpy()


def augment_intensity(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change contrast, brightness, gamma, shading, sharpness, noise, polarity and colour at random.

    Args:
        image: (C, H, W) float32 in 0..255, C is 1 or 3.
        rng: source of randomness.

    Returns:
        (3, H, W) float32 in 0..255.
    """
    x = image * np.float32(1 / 255)
    if rng.random() < 0.5:
        x = np.clip(x, 0, 1) ** float(np.exp(rng.normal(0, 0.35)))
    if rng.random() < 0.15:
        x = 1.0 - x
    if rng.random() < 0.3:
        shade = smooth_field(max(x.shape[1:]), int(rng.integers(2, 5)), rng)[0, : x.shape[1], : x.shape[2]]
        x = x * (1.0 + rng.uniform(0.05, 0.3) * shade)
    if rng.random() < 0.2:
        x = ndimage.gaussian_filter(x, (0, *[rng.uniform(0.3, 1.5)] * 2))
    if rng.random() < 0.35:
        x = x + rng.uniform(0.01, 0.08) * rng.standard_normal(x.shape, dtype=np.float32)
    x = (x - 0.5) * float(np.exp(rng.normal(0, 0.2))) + (0.5 + rng.normal(0, 0.06))
    if x.shape[0] == 1:
        x = _tinted(x[0], rng) if rng.random() < TINT_CHANCE else np.repeat(x, 3, axis=0)
    if rng.random() < (0.5 if image.shape[0] == 3 else 0.1):
        gains, offsets = np.exp(rng.normal(0, 0.15, (3, 1, 1))), rng.normal(0, 0.04, (3, 1, 1))
        x = x * gains.astype(np.float32) + offsets.astype(np.float32)
    if image.shape[0] == 3 and rng.random() < 0.3:
        x = np.repeat(x.mean(axis=0, keepdims=True), 3, axis=0)
    return np.clip(x, 0, 1) * np.float32(255)


def _tinted(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Show grey values from 0 to 1 as the shades between two random colours, as in stained or fundus images.

    The colours differ by half the range or more in one channel, and any of the two may be the brighter.

    Returns:
        (3, H, W) float32.
    """
    middle, difference = rng.uniform(0.3, 0.7, (3, 1, 1)), rng.uniform(-1, 1, (3, 1, 1))
    difference *= rng.uniform(0.5, 1.0) / np.abs(difference).max()
    return middle.astype(np.float32) + difference.astype(np.float32) * (grey - np.float32(0.5))


def pad_square(image: np.ndarray, labels: np.ndarray, size: int, fill: np.ndarray, instances: bool) -> TrainingImage:
    """Pad at the right and at the bottom, as SAM does.

    Args:
        image: (3, h, w).
        labels: (h, w).
        size: side of the square.
        fill: (3,) value that becomes zero when the model normalises.
        instances: whether label values are single objects.

    Returns:
        The padded training image.
    """
    height, width = labels.shape
    padded = np.broadcast_to(fill[:, None, None], (3, size, size)).astype(np.float32)
    padded[:, :height, :width] = image
    padded_labels = np.zeros((size, size), dtype=np.int32)
    padded_labels[:height, :width] = labels
    return TrainingImage(padded, padded_labels, (height, width), instances)

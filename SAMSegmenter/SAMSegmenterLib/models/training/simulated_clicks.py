"""Prompts as a user would give them, drawn from a reference mask.

Points are (x, y) pixel centres; boxes are [x0, y0, x1, y1] with inclusive maxima; masks are (H, W) bool.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def jittered_box(mask: np.ndarray, rng: np.random.Generator, exact_probability: float = 0.65) -> np.ndarray:
    """Draw a box round an object, exact or with sides moved at random.

    Args:
        mask: object, not empty.
        rng: source of randomness.
        exact_probability: chance of the tight box; else each side moves by about 5 % of its length.

    Returns:
        (4,) float32 inside the image, at least one pixel wide and high.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.array([columns[0], rows[0], columns[-1], rows[-1]], dtype=np.float32)
    if rng.random() < exact_probability:
        return box
    size = np.array([box[2] - box[0] + 1, box[3] - box[1] + 1] * 2)
    shift = rng.normal(0.0, 1.0, 4) * (0.05 * size + 0.5)
    moved = box + np.clip(shift, -0.15 * size - 1, 0.15 * size + 1)
    height, width = mask.shape
    limits = np.array([width - 1, height - 1] * 2)
    moved = np.clip(moved, 0, limits)
    if moved[2] - moved[0] < 1 or moved[3] - moved[1] < 1:
        return box
    return moved.astype(np.float32)


def first_point(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a first positive click: the centre of mass, the deepest pixel or any pixel of the object.

    Args:
        mask: object, not empty.
        rng: source of randomness.

    Returns:
        (2,) float32 inside the object.
    """
    choice = rng.random()
    if choice < 0.3:
        centre = np.argwhere(mask).mean(axis=0).astype(int)
        if mask[centre[0], centre[1]]:
            return centre[::-1].astype(np.float32)
    if choice < 0.6:
        return _deepest(mask)
    return _any_pixel(mask, rng)


def spread_points(
    mask: np.ndarray, positives: int, negatives: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw clicks all over an object and round it, without looking at a prediction.

    Args:
        mask: object, not empty.
        positives: clicks inside, drawn with replacement if the object has fewer pixels.
        negatives: clicks on the background of the box enlarged two times; fewer if there is no background.
        rng: source of randomness.

    Returns:
        (N, 2) float32 points and (N,) float32 labels, 1 inside and 0 outside.
    """
    inside = np.argwhere(mask)
    points = [inside[rng.integers(len(inside), size=positives)]]
    low, high = inside.min(axis=0), inside.max(axis=0) + 1
    margin = np.maximum((high - low) // 2, 1)
    y0, x0 = np.maximum(low - margin, 0)
    y1, x1 = high + margin
    outside = np.argwhere(~mask[y0:y1, x0:x1])
    if len(outside) > 0 and negatives > 0:
        points.append(outside[rng.integers(len(outside), size=negatives)] + (y0, x0))
    yx = np.concatenate(points)
    labels = np.zeros(len(yx), dtype=np.float32)
    labels[:positives] = 1
    return yx[:, ::-1].astype(np.float32), labels


def corrective_clicks(
    mask: np.ndarray, prediction: np.ndarray, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Click into the regions where a prediction is wrong, the deepest first.

    After each click the error within twice its depth counts as repaired, so that several clicks spread.

    Args:
        mask: object, not empty.
        prediction: of the same shape.
        count: number of clicks.
        rng: decides what is clicked when no error remains.

    Returns:
        (count, 2) float32 points and (count,) float32 labels: 1 on missed object, 0 on false object; positive
        clicks inside the object once no error is left.
    """
    missed, false = mask & ~prediction, prediction & ~mask
    points, labels = [], []
    for _ in range(count):
        depth_missed, depth_false = _depth(missed), _depth(false)
        largest = max(depth_missed.max(), depth_false.max())
        if largest <= 0:
            points.append(_any_pixel(mask, rng))
            labels.append(1.0)
            continue
        positive = depth_missed.max() > depth_false.max()
        depth = depth_missed if positive else depth_false
        y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
        points.append(np.array([x, y], dtype=np.float32))
        labels.append(1.0 if positive else 0.0)
        _repair(missed if positive else false, int(x), int(y), 2.0 * largest)
    return np.stack(points), np.array(labels, dtype=np.float32)


def _repair(error: np.ndarray, x: int, y: int, radius: float) -> None:
    rows, columns = np.ogrid[: error.shape[0], : error.shape[1]]
    error[(rows - y) ** 2 + (columns - x) ** 2 <= radius**2] = False


def _depth(mask: np.ndarray) -> np.ndarray:
    if not mask.any():
        return np.zeros(mask.shape, dtype=np.float32)
    return ndimage.distance_transform_cdt(np.pad(mask, 1), metric="chessboard")[1:-1, 1:-1]


def _deepest(mask: np.ndarray) -> np.ndarray:
    depth = _depth(mask)
    y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return np.array([x, y], dtype=np.float32)


def _any_pixel(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    pixels = np.flatnonzero(mask)
    y, x = np.unravel_index(int(pixels[rng.integers(len(pixels))]), mask.shape)
    return np.array([x, y], dtype=np.float32)

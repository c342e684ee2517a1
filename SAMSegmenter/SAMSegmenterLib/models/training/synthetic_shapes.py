"""Label maps of random shapes: separate and touching objects, tissues, head-like and nested structures."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.models.training.smooth_noise import rough_field


def add_star_shape(
    labels: np.ndarray, value: int, centre: np.ndarray, radius: float, rng: np.random.Generator, lobes: float = 0.35
) -> np.ndarray:
    """Draw a region whose radius varies smoothly with the angle, stretched along a random direction.

    Args:
        labels: (S, S) int32, changed in place.
        value: written into the region.
        centre: (y, x) in pixels.
        radius: along the longer direction, in pixels.
        rng: source of randomness.
        lobes: how far the outline may depart from an ellipse; 0 draws ellipses.

    Returns:
        (S, S) bool, the region.
    """
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(0.35, 1.0)
    roughness = rng.uniform(0.0, lobes) if lobes > 0 else 0.0
    waves = [(order, roughness / order * rng.normal(), rng.uniform(0, 2 * np.pi)) for order in range(2, 8)]
    reach = radius * (1.0 + sum(abs(height) for _, height, _ in waves)) + 1
    low = np.clip(np.floor(centre - reach), 0, len(labels)).astype(int)
    high = np.clip(np.ceil(centre + reach) + 1, 0, len(labels)).astype(int)
    y, x = (np.arange(low[axis], high[axis], dtype=np.float32) - np.float32(centre[axis]) for axis in (0, 1))
    place = np.complex64(np.exp(-1j * turn)) * (x + 1j * y[:, None])
    place.imag /= stretch
    region = np.zeros(labels.shape, dtype=bool)
    window = slice(low[0], high[0]), slice(low[1], high[1])
    region[window] = _within(place, radius, waves if roughness else [])
    labels[window][region[window]] = value
    return region


def _within(place: np.ndarray, radius: float, waves: list[tuple[int, float, float]]) -> np.ndarray:
    """Tell where the distance from the origin is below the radius times one plus waves along the angle.

    Args:
        place: complex places, (H, W) complex64.
        radius: of the undisturbed outline.
        waves: order, height and phase; the sum of waves is a polynomial of the direction, a complex number of length 1.
    """
    distance = np.abs(place)
    if not waves:
        return distance < radius
    direction = place / np.maximum(distance, 1e-6)
    total = np.zeros_like(direction)
    for order in range(max(order for order, _, _ in waves), -1, -1):
        total *= direction
        total += sum(height * np.exp(1j * phase) for own, height, phase in waves if own == order)
    return distance < radius * np.maximum(1.0 + total.real, 0.2)


def scatter(
    size: int, count: int, radii: tuple[float, float], rng: np.random.Generator, lobes: float = 0.35
) -> np.ndarray:
    """Place shapes at random, later ones over earlier ones.

    Args:
        size: side of the label map in pixels.
        count: number of shapes, labelled from 1.
        radii: smallest and largest radius as parts of the side, drawn log-uniformly.
        rng: source of randomness.
        lobes: as for `add_star_shape`.

    Returns:
        (S, S) int32.
    """
    labels = np.zeros((size, size), dtype=np.int32)
    for value in range(1, count + 1):
        radius = size * np.exp(rng.uniform(np.log(radii[0]), np.log(radii[1])))
        add_star_shape(labels, value, rng.uniform(0.05, 0.95, 2) * size, radius, rng, lobes)
    return labels


def blobs(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw one to eight objects of any size."""
    return scatter(size, int(rng.integers(1, 9)), (0.015, 0.35), rng)


def ellipses(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw ellipses of any size, the shape that most compact structures resemble."""
    return scatter(size, int(rng.integers(2, 12)), (0.012, 0.4), rng, lobes=0.0)


def cells(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw many objects of similar size that may touch."""
    largest = rng.uniform(0.02, 0.12)
    return scatter(size, int(rng.integers(4, 26)), (0.6 * largest, largest), rng, lobes=0.2)


def tissues(size: int, rng: np.random.Generator) -> np.ndarray:
    """Divide the image into intertwined regions."""
    noise = rough_field(size, int(rng.integers(3, 8)), rng)
    return steps(noise, np.quantile(noise[::2, ::2], rng.uniform(0.1, 0.95, int(rng.integers(1, 5)))))


def steps(values: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Count for every value the cuts it reaches; for a few cuts this is faster than a search.

    Args:
        values: (S, S).
        cuts: (N,) in any order.

    Returns:
        (S, S) int32 in 0..N.
    """
    total = np.zeros(values.shape, dtype=np.int32)
    for cut in cuts:
        total += values >= cut
    return total


def head(size: int, rng: np.random.Generator) -> np.ndarray:
    """Nest an outer shell, a folded inner tissue and a few central cavities, as in an axial head slice."""
    centre = rng.uniform(0.42, 0.58, 2) * size
    labels = np.zeros((size, size), dtype=np.int32)
    outer = add_star_shape(labels, 1, centre, size * rng.uniform(0.3, 0.47), rng)
    depth = ndimage.distance_transform_edt(outer) / size
    brain = depth > rng.uniform(0.0, 0.06)
    labels[brain] = 2
    folds = rough_field(size, int(rng.integers(5, 12)), rng)
    labels[brain & (depth + rng.uniform(0.01, 0.04) * folds > rng.uniform(0.05, 0.12))] = 3
    for value in range(4, 4 + int(rng.integers(1, 5))):
        cavity = np.zeros_like(labels)
        place = centre + rng.normal(0, 0.07, 2) * size
        region = add_star_shape(cavity, 1, place, size * rng.uniform(0.02, 0.1), rng)
        labels[region & brain] = value if rng.random() < 0.5 else 4
    return labels


def nested(size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw objects with a core of another label."""
    labels = scatter(size, int(rng.integers(1, 4)), (0.12, 0.35), rng)
    depth = ndimage.distance_transform_edt(labels > 0)
    for value in range(1, int(labels.max()) + 1):
        inside = labels == value
        deepest = depth[inside].max(initial=0.0)  # later objects may have covered it wholly
        labels[inside & (depth > rng.uniform(0.25, 0.75) * deepest)] = 10 + value
    return labels

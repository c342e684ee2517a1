"""Closed outlines as elliptic Fourier series, and how many harmonics an outline needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.core.outlines import largest_outline
from SAMSegmenterLib.core.arrays import Mask, as_mask
from SAMSegmenterLib.core.polygons import polygon_mask

SAMPLES = 1000
MOST_HARMONICS = 60
GOOD_DICE = 0.970
SMALL_CHANGE = 0.001
"""The search ends above the one, or when another harmonic changes DICE by less than the other."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FourierOrder:
    """How intricate an outline is.

    Args:
        order: number of harmonics at which the search ended; NaN for an empty mask.
        final: the order plus two for each percent of DICE that is still missing.
    """

    order: float
    final: float


def fourier_order(mask: Mask, patience: int = 1) -> FourierOrder:
    """Harmonics that the outline of a mask's largest part needs, holes ignored.

    With N = 1, 2, ... harmonics the outline is decoded, filled, and compared with the filled outline itself. The
    search ends at N when DICE is above 0.970, or when it changed by less than 0.001 from N - 1 harmonics. Shapes with
    two-fold symmetry have no even harmonics, so that the second rule ends the search at 2 for many of them.

    Args:
        mask: (H, W) boolean.
        patience: how many small changes in a row end the search; 1 as in the paper.

    Returns:
        NaN twice when the mask is empty; at most `MOST_HARMONICS` harmonics.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, object attributes; Kuhl and Giardina 1982,
        doi:10.1016/0146-664X(82)90034-X.
    """
    found, before, small = FourierOrder(math.nan, math.nan), math.nan, 0
    for order, overlap in enumerate(dice_by_harmonics(mask), start=1):
        found = FourierOrder(float(order), order + 200 * (1 - overlap))
        small = small + 1 if abs(overlap - before) < SMALL_CHANGE else 0
        if overlap > GOOD_DICE or small >= patience:
            break
        before = overlap
    return found


def dice_by_harmonics(mask: Mask) -> Iterator[float]:
    """Dice of the outline decoded with 1, 2, ... `MOST_HARMONICS` harmonics and filled, against the filled outline.

    Args:
        mask: (H, W) boolean.

    Yields:
        0 to 1; nothing when the mask is empty.
    """
    chain = largest_outline(as_mask(mask))
    if not len(chain):
        return
    low, extent = chain.min(axis=0), np.ptp(chain, axis=0) + 1
    margin = int(extent.max()) // 2 + 2  # few harmonics overshoot
    shape = (int(extent[1]) + 2 * margin, int(extent[0]) + 2 * margin)
    polygon = (chain - low + margin).astype(np.float64)
    region = polygon_mask(polygon, shape)
    points = np.tile(centre(polygon), (SAMPLES, 1))
    for order, of in enumerate(coefficients(polygon), start=1):
        points = points + harmonic(of, order)
        yield dice(polygon_mask(points, shape), region)


def coefficients(polygon: Floats, count: int = MOST_HARMONICS) -> Floats:
    """Elliptic Fourier coefficients of a closed polygon.

    Args:
        polygon: (N, 2) corners (x, y), closed without repeating the first; equal neighbours count once.
        count: number of harmonics.

    Returns:
        (count, 4): a, b (cosine and sine of x), c, d (of y); all 0 for a polygon without length.

    Source: Kuhl and Giardina 1982, doi:10.1016/0146-664X(82)90034-X, equations 4 and 5.
    """
    sides = np.roll(polygon, -1, axis=0) - polygon
    lengths = np.hypot(*sides.T)
    sides, lengths = sides[lengths > 0], lengths[lengths > 0]
    if not len(lengths):
        return np.zeros((count, 4))
    total = lengths.sum()
    n = np.arange(1, count + 1)[:, None]
    angles = 2 * np.pi * n * (np.concatenate([[0.0], np.cumsum(lengths)]) / total)
    slopes = sides / lengths[:, None]
    cosines, sines = np.diff(np.cos(angles), axis=1), np.diff(np.sin(angles), axis=1)
    a_c, b_d = cosines @ slopes, sines @ slopes
    return total / (2 * np.pi**2 * n**2) * np.column_stack([a_c[:, 0], b_d[:, 0], a_c[:, 1], b_d[:, 1]])


def centre(polygon: Floats) -> Floats:
    """(2,) mean position along a closed polygon, the constant term of its series."""
    sides = np.roll(polygon, -1, axis=0) - polygon
    lengths = np.hypot(*sides.T)
    total = lengths.sum()
    return ((polygon + sides / 2) * lengths[:, None]).sum(axis=0) / total if total else polygon.mean(axis=0)


def harmonic(of: Floats, order: int, samples: int = SAMPLES) -> Floats:
    """(samples, 2) what one harmonic, (4,) as in `coefficients`, adds to points evenly spread along the series."""
    angles = 2 * np.pi * order * np.arange(samples) / samples
    a, b, c, d = of
    return np.column_stack([a * np.cos(angles) + b * np.sin(angles), c * np.cos(angles) + d * np.sin(angles)])

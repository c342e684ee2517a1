"""Which grey values belong to the structure and which to what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.propagation.shape import radius, region_around, signed_distance

_BINS, _LIMIT = 32, 3.0


def grey_of(rgb8: Rgb8) -> np.ndarray:
    """(H, W) uint8 brightness of the image that the model is shown."""
    if np.array_equal(rgb8[..., 0], rgb8[..., 1]) and np.array_equal(rgb8[..., 0], rgb8[..., 2]):
        return np.ascontiguousarray(rgb8[..., 0])  # does not keep the colours in memory
    return rgb8.mean(axis=2).astype(np.uint8)


def reach_of(radius_px: float) -> float:
    """How far from the outline "beside the structure" goes, pixels."""
    return max(3.0, 0.6 * radius_px) + 1


@dataclass(frozen=True, eq=False)
class Appearance:
    """Smoothed histograms of grey values, each with sum 1.

    Args:
        inside: (32,) of the structure.
        beside: (32,) of a ring around it.
    """

    inside: np.ndarray
    beside: np.ndarray

    @classmethod
    def of(cls, grey: np.ndarray, mask: Mask) -> Appearance:
        """As seen on a slice.

        Args:
            grey: (H, W) uint8.
            mask: (H, W) bool, not empty.
        """
        part = region_around(mask, int(reach_of(radius(mask))) + 1)
        return cls.around(grey[part], signed_distance(mask[part]))

    @classmethod
    def around(cls, grey: np.ndarray, distance: np.ndarray) -> Appearance:
        """As `of`, where the distance from the outline is known.

        Args:
            grey: (h, w) uint8, at least as far as `reach_of` around the structure.
            distance: (h, w) its `signed_distance`, positive somewhere.
        """
        inside = distance > 0
        beside = (distance < -0.5) & (distance >= 0.5 - reach_of(radius(inside)))
        return cls(_histogram(grey[inside]), _histogram(grey[beside]))

    def mixed(self, newer: Appearance, share: float) -> Appearance:
        """Both, the newer one with this share (0 to 1)."""
        return Appearance(
            (1 - share) * self.inside + share * newer.inside, (1 - share) * self.beside + share * newer.beside
        )

    def likelihood(self, grey: np.ndarray) -> np.ndarray:
        """Logarithm of how much more likely each pixel is inside than beside: (H, W) float32 from -3 to 3, smoothed."""
        from scipy import ndimage  # slow to import: windows open at once without it

        table = np.clip(np.log(self.inside / self.beside), -_LIMIT, _LIMIT).astype(np.float32)
        return ndimage.gaussian_filter(table[grey >> 3], 0.7)


def _histogram(values: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    counts = np.bincount(values >> 3, minlength=_BINS).astype(float)
    smooth = ndimage.gaussian_filter1d(counts, 1, mode="nearest") + 0.3
    return smooth / smooth.sum()

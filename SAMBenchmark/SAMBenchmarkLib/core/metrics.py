"""Overlap and surface distances between a predicted and a reference mask; fractions are 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from SAMBenchmarkLib.core.regions import as_boolean, bounding_region
from SAMSegmenterLib.core.arrays import Mask, same_shape
from SAMSegmenterLib.core.errors import InputError

NAMES = "prediction and reference"


def dice(prediction: Mask, reference: Mask) -> float:
    """Dice similarity coefficient, 2I / (A + B).

    Args:
        prediction: boolean array of any dimension.
        reference: boolean array of the same shape.

    Returns:
        0 to 1; 0 when one mask is empty, NaN when both are.

    Raises:
        InputError: the shapes differ.

    Source: Dice 1945, doi:10.2307/1932409.
    """
    intersection, total = _overlap(prediction, reference)
    return 2.0 * intersection / total if total else math.nan


def jaccard(prediction: Mask, reference: Mask) -> float:
    """Jaccard index (intersection over union), I / U.

    Args:
        prediction: boolean array of any dimension.
        reference: boolean array of the same shape.

    Returns:
        0 to 1; 0 when one mask is empty, NaN when both are.

    Raises:
        InputError: the shapes differ.

    Source: Jaccard 1912, doi:10.1111/j.1469-8137.1912.tb05611.x.
    """
    intersection, total = _overlap(prediction, reference)
    return intersection / (total - intersection) if total else math.nan


def con(dice_value: float) -> float:
    """Conformity coefficient (CON), (3D - 2) / D.

    Args:
        dice_value: Dice as a fraction, 0 to 1.

    Returns:
        At most 1, without a lower bound; 0 when Dice is 0 (by agreement), NaN when Dice is NaN.

    Source: Chang et al. 2009, doi:10.1016/j.neuroimage.2009.03.068.
    """
    return (3.0 * dice_value - 2.0) / dice_value if dice_value else 0.0


def _overlap(prediction: Mask, reference: Mask) -> tuple[int, int]:
    prediction, reference = as_boolean(prediction), as_boolean(reference)
    same_shape(prediction, reference, NAMES)
    intersection = int(np.count_nonzero(prediction & reference))
    return intersection, int(np.count_nonzero(prediction)) + int(np.count_nonzero(reference))


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """From every border pixel of one mask to the nearest border pixel of the other, both ways.

    Args:
        prediction_to_reference: (P,) float64, in the unit of the spacing; empty when either mask is empty.
        reference_to_prediction: (R,) float64, likewise.
        empty_masks: how many of the two masks are empty, 0 to 2.
    """

    prediction_to_reference: npt.NDArray[np.float64]
    reference_to_prediction: npt.NDArray[np.float64]
    empty_masks: int = 0

    @property
    def pooled(self) -> npt.NDArray[np.float64]:
        """Both directions in one array, (P + R,)."""
        return np.concatenate([self.prediction_to_reference, self.reference_to_prediction])

    def hausdorff(self) -> float:
        """Largest distance of either direction; NaN when a mask is empty."""
        return math.nan if self.empty_masks else float(self.pooled.max())

    def hausdorff95(self) -> float:
        """95th percentile of the pooled distances, interpolated linearly; NaN when a mask is empty.

        Some tools report the larger of the two directed percentiles instead, which can differ widely.
        """
        return math.nan if self.empty_masks else float(np.percentile(self.pooled, 95))

    def asd(self) -> float:
        """Average distance from the prediction's border to the reference's; NaN when a mask is empty."""
        return math.nan if self.empty_masks else float(self.prediction_to_reference.mean())

    def assd(self) -> float:
        """Average of the pooled distances, so that the longer border weighs more; NaN when a mask is empty."""
        return math.nan if self.empty_masks else float(self.pooled.mean())

    def surface_dice(self, tolerance: float) -> float:
        """Share of both borders that lies within a tolerance of the other one.

        Every border pixel counts once, whatever its size.

        Args:
            tolerance: largest distance that counts as touching, in the unit of the spacing; 0 or more.

        Returns:
            0 to 1; 0 when one mask is empty, NaN when both are.

        Raises:
            InputError: the tolerance is negative or not a number.

        Source: Nikolov et al. 2018, arXiv:1809.04430 (there with surface areas in place of border pixels).
        """
        if not tolerance >= 0:
            raise InputError(f"The tolerance of surface Dice is a length of 0 or more, got {tolerance}.")
        if self.empty_masks:
            return math.nan if self.empty_masks == 2 else 0.0
        # 3 pixels of 0.1 mm are 0.30000000000000004 mm: rounding must not decide what lies within 0.3 mm
        return float(np.mean(self.pooled <= tolerance * (1 + 1e-9)))

    def scaled(self, factor: float) -> SurfaceDistances:
        """The same distances in another unit: right for a spacing that is equal along all axes, and only then."""
        return SurfaceDistances(
            self.prediction_to_reference * factor, self.reference_to_prediction * factor, self.empty_masks
        )


@dataclass(frozen=True, eq=False)
class BorderPair:
    """The border pixels of two masks, found once and measured with any spacing.

    Args:
        prediction: (P, D) indices in array order; no rows when the mask is empty.
        reference: (R, D) indices, likewise.
    """

    prediction: npt.NDArray[np.intp]
    reference: npt.NDArray[np.intp]

    @classmethod
    def of(cls, prediction: Mask, reference: Mask) -> BorderPair:
        """Borders of two masks of one shape.

        Raises:
            InputError: the shapes differ.
        """
        prediction, reference = as_boolean(prediction), as_boolean(reference)
        same_shape(prediction, reference, NAMES)
        return cls(border_points(prediction), border_points(reference))

    def distances(self, spacing: Sequence[float]) -> SurfaceDistances:
        """Nearest-neighbour distances both ways.

        Args:
            spacing: size of a pixel along each axis, in array order.

        Raises:
            InputError: the spacing does not have one positive length per axis.
        """
        scale = checked_spacing(spacing, self.prediction.shape[1])
        empty_masks = int(not len(self.prediction)) + int(not len(self.reference))
        if empty_masks:
            return SurfaceDistances(np.empty(0), np.empty(0), empty_masks)
        prediction, reference = self.prediction * scale, self.reference * scale
        return SurfaceDistances(cKDTree(reference).query(prediction)[0], cKDTree(prediction).query(reference)[0])


def border_points(mask: Mask) -> npt.NDArray[np.intp]:
    """Pixels of a mask that touch the outside along an axis; beyond the array counts as outside.

    Args:
        mask: boolean array of any dimension.

    Returns:
        (N, D) indices in array order, row by row.
    """
    region = bounding_region(mask)
    if region is None:
        return np.empty((0, mask.ndim), np.intp)
    block = mask[region]
    padded = np.pad(block, 1)
    interior = block.copy()
    for axis in range(mask.ndim):
        for neighbour in (slice(None, -2), slice(2, None)):
            interior &= padded[tuple(neighbour if a == axis else slice(1, -1) for a in range(mask.ndim))]
    return np.argwhere(block & ~interior) + [part.start for part in region]


def surface_distances(prediction: Mask, reference: Mask, spacing: Sequence[float] | None = None) -> SurfaceDistances:
    """Distances between the borders of two masks.

    The border is the mask without its erosion by the cross of face neighbours (4 in 2D, 6 in 3D).

    Args:
        prediction: boolean array of any dimension.
        reference: boolean array of the same shape.
        spacing: size of a pixel along each axis, in array order; None measures in pixels.

    Returns:
        Distances in the unit of the spacing; their summaries are NaN when a mask is empty.

    Raises:
        InputError: the shapes differ, or the spacing does not fit them.
    """
    borders = BorderPair.of(prediction, reference)
    return borders.distances((1.0,) * borders.prediction.shape[1] if spacing is None else spacing)


def checked_spacing(spacing: Sequence[float], dimensions: int) -> npt.NDArray[np.float64]:
    """The spacing as an array, if it has one positive length per axis.

    Raises:
        InputError: it has not.
    """
    scale = np.asarray(spacing, np.float64).reshape(-1)
    if scale.shape != (dimensions,) or not (np.isfinite(scale).all() and (scale > 0).all()):
        raise InputError(f"The spacing of a {dimensions}D mask is {dimensions} positive lengths, got {scale.tolist()}.")
    return scale

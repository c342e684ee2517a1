"""Every figure of one object's row: overlap, border distances in pixels and millimetres, and why any is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMBenchmarkLib.core.metrics import BorderPair, SurfaceDistances, checked_spacing, con, dice, jaccard
from SAMBenchmarkLib.core.regions import as_boolean
from SAMBenchmarkLib.core.undefined import HdEmpty, undefined_distance, undefined_reason
from SAMSegmenterLib.core.arrays import Mask


@dataclass(frozen=True)
class ObjectMetrics:
    """Figures of one prediction against one reference, unrounded.

    Args:
        dice, jac: overlap, 0 to 1.
        con: conformity, at most 1, may be far below 0.
        hd_px, hd95_px, asd_px, assd_px: border distances in pixels.
        hd_mm, hd95_mm, asd_mm, assd_mm: the same in millimetres; NaN without spacing.
        surface_dice: 0 to 1 at the tolerance asked for, in millimetres; NaN without spacing.
        n_gt, n_pred: pixels of the reference and of the prediction.
        undefined_reason: why distances are undefined; empty when they are defined.
    """

    dice: float
    jac: float
    con: float
    hd_px: float
    hd_mm: float
    hd95_px: float
    hd95_mm: float
    asd_px: float
    asd_mm: float
    assd_px: float
    assd_mm: float
    surface_dice: float
    n_gt: int
    n_pred: int
    undefined_reason: str


def measure(
    prediction: Mask | None,
    reference: Mask,
    spacing_mm: Sequence[float] | None = None,
    hd_empty: HdEmpty = "nan",
    tolerance_mm: float = 1.0,
) -> ObjectMetrics:
    """Measure one prediction against one reference.

    Args:
        prediction: boolean array of any dimension; None when the model offered no mask (scored as an empty one).
        reference: boolean array of the same shape.
        spacing_mm: size of a pixel along each axis, in array order, mm; None when the image has none.
        hd_empty: value of the distances when exactly one mask is empty; they are NaN when both are.
        tolerance_mm: largest distance that surface Dice counts as touching, mm.

    Raises:
        InputError: the shapes differ, the spacing does not fit them, or an option is unknown.
    """
    reference = as_boolean(reference)
    found = np.zeros_like(reference) if prediction is None else as_boolean(prediction)
    borders = BorderPair.of(found, reference)
    n_gt, n_pred = int(np.count_nonzero(reference)), int(np.count_nonzero(found))
    pixels, millimetres = _both_units(borders, reference.ndim, spacing_mm)
    overlap = dice(found, reference)
    return ObjectMetrics(
        dice=overlap,
        jac=jaccard(found, reference),
        con=con(overlap),
        **_columns("px", pixels, undefined_distance(hd_empty, reference.shape, (1.0,) * reference.ndim)),
        **_columns("mm", millimetres, undefined_distance(hd_empty, reference.shape, spacing_mm)),
        surface_dice=millimetres.surface_dice(tolerance_mm) if millimetres else math.nan,
        n_gt=n_gt,
        n_pred=n_pred,
        undefined_reason=undefined_reason(n_gt, None if prediction is None else n_pred),
    )


def _both_units(
    borders: BorderPair, dimensions: int, spacing_mm: Sequence[float] | None
) -> tuple[SurfaceDistances, SurfaceDistances | None]:
    """Distances in pixels and in millimetres; the nearest pixel is sought anew only where pixels are not square."""
    pixels = borders.distances((1.0,) * dimensions)
    if spacing_mm is None:
        return pixels, None
    spacing = checked_spacing(spacing_mm, dimensions)
    if np.all(spacing == spacing[0]):
        return pixels, pixels.scaled(float(spacing[0]))
    return pixels, borders.distances(spacing)


def _columns(unit: str, distances: SurfaceDistances | None, when_one_empty: float) -> dict[str, float]:
    names = [f"{name}_{unit}" for name in ("hd", "hd95", "asd", "assd")]
    if distances is None:
        return dict.fromkeys(names, math.nan)
    if distances.empty_masks == 1:
        return dict.fromkeys(names, when_one_empty)
    values = (distances.hausdorff(), distances.hausdorff95(), distances.asd(), distances.assd())
    return dict(zip(names, values, strict=True))

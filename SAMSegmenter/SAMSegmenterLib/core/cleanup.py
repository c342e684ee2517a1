"""Clean-up of a mask before it is shown: smooth, keep the clicked part, drop specks, fill holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask

KEEP = ("all", "clicked", "largest")


@dataclass(frozen=True)
class CleanUp:
    """What is done to every mask; nothing by default.

    Args:
        keep: "all" parts, those "clicked" on, or the "largest".
        fill_holes: fill what a part encloses.
        minimum_px: parts of fewer pixels are dropped.
        minimum_mm2: parts of a smaller area are dropped; needs pixels of known size.
        smooth_px: radius over which the outline is evened, 0 leaves it.
    """

    keep: str = "all"
    fill_holes: bool = False
    minimum_px: int = 0
    minimum_mm2: float = 0.0
    smooth_px: float = 0.0


def clean(mask: Mask, points: np.ndarray, cleanup: CleanUp, spacing_yx: tuple[float, float] | None = None) -> Mask:
    """A cleaned copy of a mask: smoothed, then parts chosen, then holes filled.

    Args:
        mask: (H, W) bool.
        points: (N, 2) positive clicks (x, y); may be empty.
        cleanup: what to do.
        spacing_yx: pixel size in mm, None when unknown.

    Returns:
        (H, W) bool; empty when the mask is, or when every part is too small.
    """
    raise NotImplementedError

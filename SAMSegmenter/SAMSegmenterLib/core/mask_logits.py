"""A mask as the logits that the model takes for an earlier answer."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Mask

PRIOR_LOGIT = 8.0
"""Logit deep inside; its negative far outside. The model's own answers reach about as far."""


def mask_logits(mask: Mask, edge_px: float) -> np.ndarray:
    """Logits that fall across the outline as the signed distance does.

    Args:
        mask: (H, W) bool.
        edge_px: distance from the outline at which the logit is full, pixels, above 0.

    Returns:
        (H, W) float32 from -`PRIOR_LOGIT` to `PRIOR_LOGIT`, positive exactly inside; the slice's border is no outline.
    """
    logits = np.full(mask.shape, -PRIOR_LOGIT, np.float32)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return logits
    reach = int(np.ceil(edge_px)) + 1  # nothing changes beyond
    part = (
        slice(max(0, rows[0] - reach), rows[-1] + reach + 1),
        slice(max(0, columns[0] - reach), columns[-1] + reach + 1),
    )
    inside = mask[part]
    if inside.all():
        logits[part] = PRIOR_LOGIT
        return logits
    from scipy import ndimage  # slow to import: windows open at once without it

    depth = ndimage.distance_transform_edt(inside) - ndimage.distance_transform_edt(~inside)
    distance = depth - np.sign(depth) / 2  # from the border between pixels, not from the pixel beyond it
    logits[part] = PRIOR_LOGIT * np.clip(distance / edge_px, -1, 1)
    return logits

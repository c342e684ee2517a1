"""Masks of very large images, enlarged only as far as they reach."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch.nn import functional

_SPARE = 3
"""Rows and columns of the smaller image that are computed beyond those needed, whatever rounding does."""


def large_mask(
    logits: torch.Tensor, image_size: int, input_size: tuple[int, int], original_size: tuple[int, int], threshold: float
) -> np.ndarray:
    """What `Sam.postprocess_masks` makes of one mask's logits, above the threshold, bit for bit.

    Bilinear numbers lie between those around them. So only what reaches from the image's origin to the last logit above
    the threshold is computed; it must begin there, where the numbers begin that the interpolation counts.

    Args:
        logits: (1, 1, h, w) on the CPU.
        image_size: longest side that the model reads.
        input_size: (h, w) of the image as the model reads it, without padding.
        original_size: (H, W) of the image.

    Returns:
        (1, H, W) bool.
    """
    inside = functional.interpolate(logits, (image_size, image_size), mode="bilinear", align_corners=False)
    inside = inside[..., : input_size[0], : input_size[1]]
    mask = np.zeros((1, *original_size), np.bool_)
    above = inside[0, 0] > threshold - 1e-3 * abs(threshold)
    ends = []
    for axis in (0, 1):
        used = torch.nonzero(above.any(dim=1 - axis))
        if not len(used):
            return mask
        last = int(used[-1]) + 1 + _SPARE
        ends.append(min(original_size[axis], math.ceil(last * original_size[axis] / input_size[axis])))
    scales = [large / small for large, small in zip(original_size, input_size, strict=True)]
    part = torch.ops.aten.upsample_bilinear2d(inside, ends, False, *scales)
    mask[:, : ends[0], : ends[1]] = (part[0] > threshold).numpy()
    return mask

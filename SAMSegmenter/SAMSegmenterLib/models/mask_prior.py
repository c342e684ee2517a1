"""A mask prior on the slice's grid in the form that SAM's prompt encoder reads."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from SAMSegmenterLib.core.errors import InputError


def low_resolution_prior(
    prior: np.ndarray,
    original_size: tuple[int, int],
    input_size: tuple[int, int],
    image_size: int,
    mask_size: int,
) -> torch.Tensor:
    """Resize logits the way the image was resized, pad them, and reduce them to the mask input's size.

    Args:
        prior: (H, W) float32 logits, positive inside.
        original_size: (H, W) of the slice.
        input_size: (h, w) of the slice after resizing, before padding.
        image_size: side of the padded image, pixels.
        mask_size: side of the mask input, pixels.

    Returns:
        (1, 1, mask_size, mask_size) float32; the padding is as surely outside as the prior's lowest logit.

    Raises:
        InputError: another shape, or values that are not finite.
    """
    if prior.shape != tuple(original_size) or not np.isfinite(prior).all():
        raise InputError(f"A mask prior is finite logits of the slice's shape {original_size}; got {prior.shape}.")
    outside = min(0.0, float(prior.min()))
    logits = torch.as_tensor(np.ascontiguousarray(prior, np.float32))[None, None]
    logits = functional.interpolate(logits, input_size, mode="bilinear", align_corners=False, antialias=True)
    padding = (0, image_size - input_size[1], 0, image_size - input_size[0])
    logits = functional.pad(logits, padding, value=outside)
    return functional.interpolate(logits, (mask_size, mask_size), mode="bilinear", align_corners=False, antialias=True)

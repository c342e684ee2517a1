"""What the refining network minimises."""

from __future__ import annotations

import torch
from torch.nn import functional


def refining_losses(logits: torch.Tensor, truth: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """Compute binary cross entropy plus soft Dice loss of windows, on the picture alone.

    Args:
        logits: (B, S, S).
        truth: (B, S, S) in [0, 1], 0 beyond the picture.
        valid: (B, S, S) 1 on the picture, 0 beyond its edge.

    Returns:
        (B,) losses, at least 0.

    Source:
        Milletari et al. 2016 (V-Net), eq. 3, without the squares, which suits fractional targets.
    """
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none") * valid
    probability = logits.sigmoid() * valid
    shared, sizes = (probability * truth).sum((1, 2)), probability.sum((1, 2)) + truth.sum((1, 2))
    return entropy.sum((1, 2)) / valid.sum((1, 2)).clamp(min=1) + 1 - (2 * shared + 1) / (sizes + 1)

"""The losses of promptable segmentation: cross entropy and Dice per candidate, best of three, IoU regression."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from SAMSegmenterLib.models.training.grouping import neighbourhoods

FAR_WEIGHT = 0.1
IOU_WEIGHT = 5.0
"""Squared errors of IoU are small beside mask losses; with less weight the best candidate is often not chosen."""


@dataclass(frozen=True)
class LossParts:
    """Means over the prompts of a batch; `total` is what is minimised."""

    total: torch.Tensor
    mask: float
    iou: float


def mask_losses(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Compute binary cross entropy plus soft Dice loss of every candidate.

    Pixels far from the object, which are many and easy, have a small weight in the cross entropy.

    Args:
        logits: (P, C, H, W).
        targets: (P, H, W) in [0, 1]; fractions are pixels the object covers in part.

    Returns:
        (P, C) losses, at least 0.

    Source:
        Milletari et al. 2016 (V-Net), eq. 3, without the squares, which suits fractional targets.
    """
    weights = torch.where(neighbourhoods(targets), 1.0, FAR_WEIGHT)[:, None]
    targets = targets[:, None].expand_as(logits)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    entropy = (entropy * weights).sum(dim=(2, 3)) / weights.sum(dim=(2, 3))
    probability = logits.sigmoid()
    shared = (probability * targets).sum(dim=(2, 3))
    sizes = probability.sum(dim=(2, 3)) + targets.sum(dim=(2, 3))
    return entropy + 1.0 - (2.0 * shared + 1.0) / (sizes + 1.0)


@torch.no_grad()
def true_iou(logits: torch.Tensor, targets: torch.Tensor, threshold: float = 0.0) -> torch.Tensor:
    """Compute the intersection over union of thresholded candidates with their target.

    Args:
        logits: (P, C, H, W).
        targets: (P, H, W) in [0, 1], object where at least 0.5.
        threshold: logit above which a pixel belongs to the candidate.

    Returns:
        (P, C) in [0, 1]; 1 where both are empty.
    """
    predicted = logits > threshold
    wanted = (targets >= 0.5)[:, None]
    shared = (predicted & wanted).sum(dim=(2, 3)).float()
    union = (predicted | wanted).sum(dim=(2, 3)).float()
    return torch.where(union > 0, shared / union.clamp(min=1), torch.ones_like(union))


def prompt_loss(
    logits: torch.Tensor, predicted_iou: torch.Tensor, targets: torch.Tensor, spread_weight: float
) -> LossParts:
    """Combine the losses of the single mask and the three candidates for prompts of one kind.

    Of the three candidates only the best is trained (Kirillov et al. 2023, appendix A), and a small part of the
    mean keeps the others useful where the prompt leaves no doubt.

    Args:
        logits: (P, 4, H, W): the single mask, then three candidates.
        predicted_iou: (P, 4).
        targets: (P, H, W) in [0, 1].
        spread_weight: weight of the candidates' mean loss, 0 for ambiguous prompts.

    Returns:
        The loss parts.
    """
    losses = mask_losses(logits, targets)
    best = losses[:, 1:].min(dim=1).values
    mask = (losses[:, 0] + best + spread_weight * losses[:, 1:].mean(dim=1)).mean()
    iou = functional.mse_loss(predicted_iou, true_iou(logits, targets))
    return LossParts(mask + IOU_WEIGHT * iou, float(mask.detach()), float(iou.detach()))

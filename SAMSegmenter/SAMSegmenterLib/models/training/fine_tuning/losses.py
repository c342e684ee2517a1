"""The loss of fine-tuning: cross entropy and Dice of each object, weighted alike."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from SAMSegmenterLib.models.training.losses import true_iou

SPREAD_WEIGHT = 0.1
"""Of the three candidates' mean loss beside that of the best: keeps the others useful."""


@dataclass(frozen=True)
class LossParts:
    """Sums over the objects; `total` is what is minimised, divided by the number of objects.

    Args:
        total: mask and IoU losses together.
        mask: loss of the single mask.
        iou: squared error of the predicted IoU.
    """

    total: torch.Tensor
    mask: float
    iou: float


def object_losses(logits: torch.Tensor, targets: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
    """Mean binary cross entropy plus soft Dice loss of every mask, weighted 1 to 1.

    Args:
        logits: (P, C, H, W), the decision boundary at 0.
        targets: (P, H, W) in [0, 1]; fractions are pixels that the object covers in part.
        content: (P, H, W), 1 on the image and 0 on its padding, which does not count.

    Returns:
        (P, C), at least 0.

    Source:
        Huang et al. 2024, doi:10.1016/j.media.2023.103061 (Dice and cross entropy); Milletari et al. 2016 (V-Net),
        eq. 3, without the squares, which suits fractional targets.
    """
    content = content[:, None]
    targets = targets[:, None].expand_as(logits)
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    entropy = (entropy * content).sum(dim=(2, 3)) / content.sum(dim=(2, 3))
    probability = logits.sigmoid() * content
    shared = (probability * targets).sum(dim=(2, 3))
    sizes = probability.sum(dim=(2, 3)) + (targets * content).sum(dim=(2, 3))
    return entropy + 1.0 - (2.0 * shared + 1.0) / (sizes + 1.0)


def fine_tuning_loss(
    logits: torch.Tensor,
    predicted_iou: torch.Tensor,
    targets: torch.Tensor,
    content: torch.Tensor,
    with_candidates: bool,
) -> LossParts:
    """Losses of all objects of a slice, added up.

    Args:
        logits: (P, 4, H, W): the single mask, then three candidates; the decision boundary at 0.
        predicted_iou: (P, 4).
        targets, content: see `object_losses`.
        with_candidates: also train the candidates, of which the best counts, as SAM was trained (Kirillov et al. 2023,
            appendix A); a model without prompts has no use for them.
    """
    count = 4 if with_candidates else 1
    logits, predicted_iou = logits[:, :count], predicted_iou[:, :count]
    losses = object_losses(logits, targets, content)
    errors = (predicted_iou - true_iou(logits * content[:, None], targets * content)).square().mean(dim=1)
    total = losses[:, 0] + errors
    if with_candidates:
        total = total + losses[:, 1:].min(dim=1).values + SPREAD_WEIGHT * losses[:, 1:].mean(dim=1)
    return LossParts(total.sum(), float(losses[:, 0].detach().sum()), float(errors.detach().sum()))

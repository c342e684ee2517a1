"""One step's loss, and which optimiser each weight is given to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from SAMSegmenterLib.models.training.batches import Batch
from SAMSegmenterLib.models.training.decoding import PromptBatch, decode
from SAMSegmenterLib.models.training.grouping import grouping_loss, pixel_features
from SAMSegmenterLib.models.training.losses import prompt_loss
from SAMSegmenterLib.models.training.muon import Muon
from SAMSegmenterLib.models.training.options import TrainingOptions
from SAMSegmenterLib.models.training.rounds import box_round, point_round, several_clicks_round

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


def step_loss(
    sam: Sam, batch: Batch, crutch: float, rng: np.random.Generator, grouping_weight: float = 0.5, prompts: bool = True
) -> tuple[torch.Tensor, dict[str, float]]:
    """Compute the loss of one step: grouping, and three prompt rounds on embeddings computed once.

    Args:
        sam: the network, set to the batch's image size.
        batch: images and objects.
        crutch: chance that prompts are drawn into the mask prompt.
        rng: source of randomness.
        grouping_weight: weight of the grouping loss beside the prompt rounds.
        prompts: False minimises the grouping loss alone.

    Returns:
        The loss to minimise, and losses and IoU errors per round.
    """
    images = ((batch.images - sam.pixel_mean) / sam.pixel_std).contiguous(memory_format=torch.channels_last)
    embeddings = sam.image_encoder(images).contiguous()
    targets = functional.avg_pool2d(torch.from_numpy(batch.masks).float()[:, None], 2)[:, 0]
    grouping = grouping_loss(pixel_features(sam, embeddings), targets, batch.image_index)
    record: dict[str, float] = {"grouping": round(float(grouping.detach()), 4)}
    if not prompts:
        return grouping, record
    losses = [grouping_weight * grouping]

    def run_round(name: str, given: PromptBatch, spread_weight: float) -> torch.Tensor:
        logits, predicted = decode(sam, embeddings, given)
        parts = prompt_loss(logits, predicted, targets, spread_weight)
        losses.append(parts.total)
        record[f"{name}_mask"], record[f"{name}_iou"] = round(parts.mask, 4), round(parts.iou, 4)
        chosen = 1 + predicted[:, 1:].argmax(dim=1)
        return logits[torch.arange(len(logits)), chosen].detach()

    boxes = box_round(batch.masks, batch.image_index, crutch, rng)
    points = point_round(batch.masks, batch.image_index, crutch, rng)
    after_box = run_round("box", boxes, 0.3)
    after_point = run_round("point", points, 0.0)
    earlier, seen = (boxes, after_box) if rng.random() < 0.3 else (points, after_point)
    run_round("clicks", several_clicks_round(batch.masks, earlier, seen, crutch, rng), 0.3)
    return torch.stack(losses).sum(), record


def make_optimizers(sam: Sam, options: TrainingOptions) -> tuple[torch.optim.Optimizer, ...]:
    """Give matrices and kernels to Muon, and all other weights to AdamW, without decay.

    Args:
        sam: the network.
        options: learning rate and weight decay.

    Returns:
        Muon and AdamW.
    """
    trained = [parameter for parameter in sam.parameters() if parameter.requires_grad]
    matrices = [p for p in trained if p.ndim >= 2 and len(p) > 1 and p[0].numel() > 1]
    taken = {id(p) for p in matrices}
    others = [p for p in trained if id(p) not in taken]
    return (
        Muon(matrices, lr=options.learning_rate, weight_decay=options.weight_decay),
        torch.optim.AdamW(others, lr=options.learning_rate, weight_decay=0.0),
    )

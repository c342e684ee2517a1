"""Run SAM's prompt encoder and mask decoder on prompts of several images at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from SAMSegmenterLib.models.small_encoder import STRIDE

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


@dataclass(frozen=True)
class PromptBatch:
    """Prompts of one kind: all have a box or none has, and all have the same number of points.

    `image_index` (P,) says which image each prompt belongs to; `points` (P, N, 2), `labels` (P, N); `boxes` (P, 4);
    `masks` (P, 1, S/2, S/2) logits, used where `has_mask` (P,) is set. Coordinates are those of the model's input.
    """

    image_index: torch.Tensor
    points: torch.Tensor | None = None
    labels: torch.Tensor | None = None
    boxes: torch.Tensor | None = None
    masks: torch.Tensor | None = None
    has_mask: torch.Tensor | None = None


def set_input_size(sam: Sam, size: int) -> None:
    """Make a network of the small architecture work at another input size.

    Args:
        sam: network whose encoder has stride 8.
        size: side of the square input in pixels, a multiple of 32.
    """
    grid = size // STRIDE
    sam.image_encoder.img_size = size
    sam.prompt_encoder.input_image_size = (size, size)
    sam.prompt_encoder.image_embedding_size = (grid, grid)
    sam.prompt_encoder.mask_input_size = (4 * grid, 4 * grid)


def decode(sam: Sam, embeddings: torch.Tensor, prompts: PromptBatch) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute all candidates of all prompts.

    The arithmetic is that of `MaskDecoder.predict_masks`, which takes the prompts of one image only.

    Args:
        sam: the network.
        embeddings: (N, C, h, w) of the images.
        prompts: P prompts.

    Returns:
        (P, 4, 4h, 4w) logits, the single mask first, and (P, 4) predicted IoU.
    """
    points = None if prompts.points is None else (prompts.points, prompts.labels)
    sparse, dense = sam.prompt_encoder(points=points, boxes=prompts.boxes, masks=None)
    if prompts.masks is not None and bool(prompts.has_mask.any()):
        embedded = sam.prompt_encoder.mask_downscaling(prompts.masks)
        dense = torch.where(prompts.has_mask[:, None, None, None], embedded, dense)
    decoder = sam.mask_decoder
    source = embeddings[prompts.image_index] + dense
    count, channels, height, width = source.shape
    sparse = sparse.expand(count, -1, -1)  # without prompts there is one empty set for all
    fixed = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight]).expand(count, -1, -1)
    position = sam.prompt_encoder.get_dense_pe().expand(count, -1, -1, -1)
    tokens, source = decoder.transformer(source, position, torch.cat([fixed, sparse], dim=1))
    source = source.transpose(1, 2).reshape(count, channels, height, width)
    upscaled = decoder.output_upscaling(source)
    weights = [mlp(tokens[:, 1 + index]) for index, mlp in enumerate(decoder.output_hypernetworks_mlps)]
    logits = torch.einsum("pmc,pchw->pmhw", torch.stack(weights, dim=1), upscaled)
    return logits, decoder.iou_prediction_head(tokens[:, 0])

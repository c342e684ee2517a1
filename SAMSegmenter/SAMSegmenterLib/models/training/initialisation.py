"""Initial weights that let the decoder tell places apart from the first step on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

MATCHING_GAIN = 2.0


@torch.no_grad()
def match_positions(sam: Sam) -> None:
    """Give queries and keys between tokens and image the same projection.

    The attention between a prompt and a pixel then starts as a function of their distance, because both carry the
    same position encoding; with independent projections this has to be learnt first, which takes thousands of steps.

    Args:
        sam: network with random weights, changed in place.
    """
    transformer = sam.mask_decoder.transformer
    attentions = [transformer.final_attn_token_to_image]
    for layer in transformer.layers:
        attentions += [layer.cross_attn_token_to_image, layer.cross_attn_image_to_token]
    for attention in attentions:
        attention.q_proj.weight.mul_(MATCHING_GAIN)
        attention.k_proj.weight.copy_(attention.q_proj.weight)

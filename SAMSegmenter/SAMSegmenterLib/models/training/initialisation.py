"""Initial weights that let the decoder tell places apart from the first step on.

With random projections, where a pixel lies relative to a prompt has to be learnt first, which takes thousands of
steps. Three choices make it known at the start; none changes SAM's arithmetic.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from segment_anything.modeling import Sam
    from segment_anything.modeling.transformer import Attention

LOWEST_FREQUENCY = 0.25
"""Cycles per half image: its sine rises all the way across the image, so it orders places."""

AXIS_FREQUENCIES = 16
HIGHEST_OBLIQUE_FREQUENCY = 5.0
MATCHING_GAIN = 2.0
SIDE_GAIN = 8.0
SIDES = ((0, 1.0), (AXIS_FREQUENCIES, 1.0), (0, -1.0), (AXIS_FREQUENCIES, -1.0))
"""Frequency that measures x or y, and the direction: right of, below, left of, above a prompt."""


def place_prompts(sam: Sam) -> None:
    """Set the position encoding and the attention between prompts and pixels.

    Args:
        sam: network of the small architecture with random weights, changed in place.
    """
    _spread_frequencies(sam)
    _match_positions(sam)
    _attend_by_side(sam)


@torch.no_grad()
def _spread_frequencies(sam: Sam) -> None:
    """Encode positions by harmonics along x and y and by oblique waves, coarse and fine, in place of normal noise."""
    matrix = sam.prompt_encoder.pe_layer.positional_encoding_gaussian_matrix
    harmonics = LOWEST_FREQUENCY * torch.arange(1, AXIS_FREQUENCIES + 1)
    oblique = matrix.shape[1] - 2 * AXIS_FREQUENCIES
    ratio = HIGHEST_OBLIQUE_FREQUENCY / (2 * LOWEST_FREQUENCY)
    magnitude = 2 * LOWEST_FREQUENCY * ratio ** torch.rand(oblique)
    angle = math.pi * torch.rand(oblique)
    matrix.zero_()
    matrix[0, :AXIS_FREQUENCIES] = harmonics
    matrix[1, AXIS_FREQUENCIES : 2 * AXIS_FREQUENCIES] = harmonics
    matrix[0, 2 * AXIS_FREQUENCIES :] = magnitude * angle.cos()
    matrix[1, 2 * AXIS_FREQUENCIES :] = magnitude * angle.sin()


@torch.no_grad()
def _match_positions(sam: Sam) -> None:
    """Give queries and keys the same projection: attention starts as a function of distance."""
    transformer = sam.mask_decoder.transformer
    attentions = [transformer.final_attn_token_to_image]
    for layer in transformer.layers:
        attentions += [layer.cross_attn_token_to_image, layer.cross_attn_image_to_token]
    for attention in attentions:
        attention.q_proj.weight.mul_(MATCHING_GAIN)
        attention.k_proj.weight.copy_(attention.q_proj.weight)


@torch.no_grad()
def _attend_by_side(sam: Sam) -> None:
    """Let four heads of every image-to-token attention ask on which side of a prompt a pixel lies.

    The product of the encodings of pixel x and prompt x0 at the lowest frequency is sin(pi / 2 (x - x0)). The
    channels that carry it are kept free of content at the start.
    """
    for layer in sam.mask_decoder.transformer.layers:
        _ask_for_sides(layer.cross_attn_image_to_token)
    half = sam.prompt_encoder.embed_dim // 2
    channels = [start + part for start in (0, AXIS_FREQUENCIES) for part in (0, half)]
    encoder, decoder = sam.prompt_encoder, sam.mask_decoder
    tables = [*encoder.point_embeddings, encoder.not_a_point_embed, encoder.no_mask_embed]
    for table in (*tables, decoder.mask_tokens, decoder.iou_token):
        table.weight[:, channels] = 0


def _ask_for_sides(attention: Attention) -> None:
    half = attention.embedding_dim // 2
    head = attention.internal_dim // attention.num_heads
    query, key = attention.q_proj, attention.k_proj
    for projection in (query, key):
        projection.weight[: len(SIDES) * head] = 0
        projection.bias[: len(SIDES) * head] = 0
    for number, (channel, direction) in enumerate(SIDES):
        row = number * head
        query.weight[row, channel] = query.weight[row + 1, half + channel] = SIDE_GAIN
        key.weight[row, half + channel] = direction * SIDE_GAIN
        key.weight[row + 1, channel] = -direction * SIDE_GAIN

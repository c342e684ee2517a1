"""SAM's mask decoder for prompts that share an image, computed faster from the same weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

_AT_ONCE = 1024
"""Image tokens that are upscaled together: their 16-fold number of pixels stays in the processor's cache."""


@dataclass(frozen=True, eq=False)
class SharedImage:
    """What all prompts of an image, and of one mask prompt or none, have in common.

    Args:
        tokens: (N, C) of the image, with the dense embedding added.
        positions: (N, C), their positional encoding.
        keys, values: (heads, d, N), what the first layer's prompts look at.
        queries: (heads, d, N), with which the image looks at the first layer's prompts.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    keys: torch.Tensor
    values: torch.Tensor
    queries: torch.Tensor


@dataclass(frozen=True, eq=False)
class Decoded:
    """Before masks are made.

    Args:
        scores: (4,) predicted IoU: of the single answer, then of the three.
        mask_tokens: (4, C), one for each of them.
        tokens: (N, C) of the image.
    """

    scores: torch.Tensor
    mask_tokens: torch.Tensor
    tokens: torch.Tensor


class FastMaskDecoder:
    """What `segment_anything`'s prompt encoder and mask decoder compute, from the weights that lie in them.

    Prompts are few and image tokens are many. So the projections of the image are made once where prompts share them,
    and elsewhere folded into the prompts' side, which is the same product in another order. Prompts are worked on one
    at a time: larger batches cost as much for each, and answers would depend on what is asked together.

    Args:
        sam: the network; it keeps its weights, which must not change afterwards.
    """

    def __init__(self, sam: Any) -> None:
        self._prompts, self._decoder = sam.prompt_encoder, sam.mask_decoder
        self._size = tuple(sam.prompt_encoder.image_embedding_size)
        with torch.inference_mode():
            positions = sam.prompt_encoder.get_dense_pe()[0].flatten(1)
            self._positions = positions.t().contiguous()
            self._own_tokens = torch.cat([self._decoder.iou_token.weight, self._decoder.mask_tokens.weight])
            first, norm, _, second, _ = self._decoder.output_upscaling
            self._upscaling = _as_product(first), (norm.weight, norm.bias, norm.eps), _as_product(second)
            self._order = _rows_of_pixels(*self._size).to(positions.device)

    def share(self, features: torch.Tensor, mask: torch.Tensor | None = None) -> SharedImage:
        """Project an image for all its prompts.

        Args:
            features: (1, C, h, w), the embedding.
            mask: (1, 1, H', W') logits of a mask prompt, or None.
        """
        if mask is None:
            dense = self._prompts.no_mask_embed.weight.view(-1, 1)
        else:
            dense = self._prompts.mask_downscaling(mask)[0].flatten(1)
        tokens = (features[0].flatten(1) + dense).t().contiguous()
        layer = self._decoder.transformer.layers[0]
        with_positions = tokens + self._positions
        asked, asking = layer.cross_attn_token_to_image, layer.cross_attn_image_to_token
        return SharedImage(
            tokens,
            self._positions,
            _project(asked.k_proj, with_positions, asked.num_heads),
            _project(asked.v_proj, tokens, asked.num_heads),
            _project(asking.q_proj, with_positions, asking.num_heads),
        )

    def embed(self, points: Any, boxes: torch.Tensor | None) -> torch.Tensor:
        """(B, T, C) of points ((B, n, 2), (B, n)) or None, and boxes (B, 4) or None, of the model's input size.

        Without either: (1, 0, C).
        """
        sparse, _ = self._prompts(points=points, boxes=boxes, masks=None)
        return sparse

    def decode(self, image: SharedImage, prompt: torch.Tensor) -> Decoded:
        """Answer one prompt (T, C).

        Source: Kirillov et al. 2023, arXiv:2304.02643, appendix A.
        """
        transformer = self._decoder.transformer
        own = torch.cat([self._own_tokens, prompt])
        asking, tokens, with_positions = own, image.tokens, None
        for number, layer in enumerate(transformer.layers):
            asking = layer.norm1(_among_themselves(layer, asking, own))
            asked = layer.cross_attn_token_to_image
            shared = (image.keys, image.values) if number == 0 else None
            asking = layer.norm2(asking + _look_at_image(asked, asking + own, tokens, with_positions, shared))
            asking = layer.norm3(asking + layer.mlp(asking))
            answering, queries = layer.cross_attn_image_to_token, image.queries if number == 0 else None
            tokens = _look_at_prompts(answering, tokens, with_positions, asking + own, asking, queries)
            tokens = layer.norm4(tokens)
            with_positions = tokens + image.positions
        final = transformer.final_attn_token_to_image
        asking = asking + _look_at_image(final, asking + own, tokens, with_positions, None)
        asking = transformer.norm_final_attn(asking)
        scores = self._decoder.iou_prediction_head(asking[0])
        return Decoded(scores, asking[1 : 1 + self._decoder.num_mask_tokens], tokens)

    def logits(self, decoded: Decoded, which: list[int]) -> torch.Tensor:
        """(len(which), 4 h, 4 w) of some of the four answers."""
        towers = self._decoder.output_hypernetworks_mlps
        chosen = torch.stack([towers[index](decoded.mask_tokens[index]) for index in which])
        (first, first_bias), (weight, bias, eps), (second, second_bias) = self._upscaling
        count, parts = len(decoded.tokens), []
        for start in range(0, count, _AT_ONCE):
            fine = torch.addmm(first_bias, decoded.tokens[start : start + _AT_ONCE], first).view(-1, len(weight))
            fine = functional.gelu(functional.layer_norm(fine, weight.shape, weight, bias, eps))
            finest = functional.gelu(torch.addmm(second_bias, fine, second).view(-1, chosen.shape[1]))
            parts.append(chosen @ finest.t())
        return torch.cat(parts, 1).index_select(1, self._order).view(len(which), *(4 * side for side in self._size))


def _among_themselves(layer: Any, asking: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """The prompt's tokens look at each other."""
    values = asking[None]
    if layer.skip_first_layer_pe:
        return layer.self_attn(q=values, k=values, v=values)[0]
    placed = (asking + own)[None]
    return asking + layer.self_attn(q=placed, k=placed, v=values)[0]


def _look_at_image(
    layer: Any,
    asking: torch.Tensor,
    tokens: torch.Tensor,
    with_positions: torch.Tensor | None,
    shared: tuple[torch.Tensor, torch.Tensor] | None,
) -> torch.Tensor:
    """(T, C): the prompt's tokens (T, C) look at the image's (N, C); shared keys and values, or None."""
    heads, inner = layer.num_heads, layer.internal_dim
    queries = layer.q_proj(asking).view(-1, heads, inner // heads).transpose(0, 1)
    queries = queries / math.sqrt(inner // heads)
    if shared is None and not _folds(layer, asking):
        shared = _project(layer.k_proj, with_positions, heads), _project(layer.v_proj, tokens, heads)
    if shared is not None:
        keys, values = shared
        seen = torch.bmm(torch.bmm(queries, keys).softmax(-1), values.transpose(1, 2))
    else:  # the bias of the keys moves all scores of a query alike, which softmax does not see
        folded = torch.bmm(queries, layer.k_proj.weight.view(heads, -1, asking.shape[1])).flatten(0, 1)
        looked = torch.mm(torch.mm(folded, with_positions.t()).softmax(-1), tokens).view(heads, len(asking), -1)
        seen = torch.bmm(looked, layer.v_proj.weight.view(heads, -1, asking.shape[1]).transpose(1, 2))
        seen = seen + layer.v_proj.bias.view(heads, 1, -1)
    return layer.out_proj(seen.transpose(0, 1).reshape(len(asking), -1))


def _look_at_prompts(
    layer: Any,
    tokens: torch.Tensor,
    with_positions: torch.Tensor | None,
    asked: torch.Tensor,
    values: torch.Tensor,
    queries: torch.Tensor | None,
) -> torch.Tensor:
    """(N, C): the image's tokens (N, C) plus what they see of the prompt's (T, C); shared queries, or None."""
    heads, inner = layer.num_heads, layer.internal_dim
    keys = layer.k_proj(asked).view(-1, heads, inner // heads).transpose(0, 1) / math.sqrt(inner // heads)
    if queries is None and not _folds(layer, asked):
        queries = _project(layer.q_proj, with_positions, heads)
    if queries is not None:
        scores = torch.bmm(keys, queries)
    else:
        folded = torch.bmm(keys, layer.q_proj.weight.view(heads, -1, asked.shape[1])).flatten(0, 1)
        bias = torch.bmm(keys, layer.q_proj.bias.view(heads, -1, 1)).view(-1, 1)
        scores = torch.addmm(bias, folded, with_positions.t()).view(heads, len(asked), -1)
    attention = scores.softmax(1)
    found = layer.v_proj(values).view(-1, heads, inner // heads).transpose(0, 1)
    if not _folds(layer, asked):
        seen = torch.bmm(found.transpose(1, 2), attention).flatten(0, 1)
        return tokens + torch.addmm(layer.out_proj.bias, seen.t(), layer.out_proj.weight.t())
    outward = layer.out_proj.weight.t().view(heads, -1, tokens.shape[1])
    added = torch.bmm(found, outward) + layer.out_proj.bias / heads  # weights of a head add up to 1
    return torch.addmm(tokens, attention.flatten(0, 1).t(), added.flatten(0, 1))


def _folds(layer: Any, prompt: torch.Tensor) -> bool:
    """Whether the image's projection costs more than one for each head and token of the prompt."""
    return layer.num_heads * len(prompt) < layer.internal_dim


def _project(linear: Any, tokens: torch.Tensor, heads: int) -> torch.Tensor:
    """(heads, d, N) of tokens (N, C)."""
    return torch.addmm(linear.bias[:, None], linear.weight, tokens.t()).view(heads, -1, len(tokens))


def _as_product(convolution: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """A transposed convolution that doubles the size as a product: (in, 4 * out) weights and their bias."""
    weight = convolution.weight.permute(0, 2, 3, 1)
    return weight.reshape(len(weight), -1).contiguous(), convolution.bias.repeat(4)


def _rows_of_pixels(height: int, width: int) -> torch.Tensor:
    """(16 * height * width,): for the pixels of an image, row by row, where they lie after two products for each token.

    An index is several times faster than moving axes of two elements each.
    """
    made = torch.arange(16 * height * width).view(height, width, 2, 2, 2, 2)
    return made.permute(0, 2, 4, 1, 3, 5).flatten()

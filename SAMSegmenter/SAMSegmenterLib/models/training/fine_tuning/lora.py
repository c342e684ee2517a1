"""Low-rank adapters on the attention of SAM's vision transformer, and their way back into plain weights.

Source: Hu et al. 2021, arXiv:2106.09685 (LoRA); Zhang and Liu 2023, arXiv:2304.13785 (SAMed: queries and values of the
image encoder's attention, no scaling).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from SAMSegmenterLib.core.errors import InputError

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


class LoraQkv(nn.Module):
    """The projection to queries, keys and values, with low-rank additions to queries and values.

    Args:
        plain: the projection (3 C outputs from C inputs); stays as it is.
        rank: of the additions.
        generator: draws the initial values; the additions start at zero.
    """

    def __init__(self, plain: nn.Linear, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.plain = plain
        width = plain.in_features
        bound = 1.0 / math.sqrt(width)  # uniform as in the Kaiming initialisation of linear layers
        draw = lambda: torch.rand(rank, width, generator=generator) * (2 * bound) - bound  # noqa: E731 - used twice
        self.query_down, self.value_down = nn.Parameter(draw()), nn.Parameter(draw())
        self.query_up, self.value_up = nn.Parameter(torch.zeros(width, rank)), nn.Parameter(torch.zeros(width, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        query = functional.linear(functional.linear(x, self.query_down), self.query_up)
        value = functional.linear(functional.linear(x, self.value_down), self.value_up)
        return self.plain(x) + torch.cat([query, torch.zeros_like(query), value], dim=-1)

    @torch.no_grad()
    def merged_weight(self) -> torch.Tensor:
        """(3 C, C) weight of one plain projection that does the same."""
        query, value = self.query_up @ self.query_down, self.value_up @ self.value_down
        return self.plain.weight + torch.cat([query, torch.zeros_like(query), value])


def add_lora(sam: Sam, rank: int, seed: int) -> None:
    """Put adapters into every attention layer of the image encoder, in place; the network answers as before.

    Args:
        rank: 1 or more.
        seed: of their initial values.

    Raises:
        InputError: the image encoder is no vision transformer.
    """
    blocks = getattr(sam.image_encoder, "blocks", None)
    if not blocks or not all(isinstance(getattr(block.attn, "qkv", None), nn.Linear) for block in blocks):
        raise InputError(
            "LoRA adapts the attention of a vision transformer, which this model's image encoder is not.",
            "Leave out --lora, or choose a ViT checkpoint: vit_b, vit_l, vit_h or medsam.",
        )
    generator = torch.Generator().manual_seed(seed)
    for block in blocks:
        plain = block.attn.qkv
        block.attn.qkv = LoraQkv(plain, rank, generator).to(plain.weight.device)


def lora_parameters(sam: Sam) -> dict[str, nn.Parameter]:
    """The adapters' parameters by their name in the network; empty where there are none."""
    found = {}
    for path, module in sam.image_encoder.named_modules():
        if isinstance(module, LoraQkv):
            names = ("query_down", "query_up", "value_down", "value_up")
            found |= {f"image_encoder.{path}.{name}": getattr(module, name) for name in names}
    return found


def plain_state_dict(sam: Sam) -> dict[str, torch.Tensor]:
    """Weights under the names of an ordinary SAM network, with the adapters merged into the projections."""
    state: Mapping[str, torch.Tensor] = sam.state_dict()
    adapters = {f"image_encoder.{path}": m for path, m in sam.image_encoder.named_modules() if isinstance(m, LoraQkv)}
    plain = {name: value for name, value in state.items() if not any(name.startswith(f"{p}.") for p in adapters)}
    for path, module in adapters.items():
        plain[f"{path}.weight"] = module.merged_weight()
        if module.plain.bias is not None:
            plain[f"{path}.bias"] = module.plain.bias.detach()
    return plain


def encode_with_gradient(sam: Sam, pixels: torch.Tensor) -> torch.Tensor:
    """The image encoder's forward pass that keeps one block's activations at a time, and computes them again later.

    A ViT-B needs about 20 GB for one image of 1024 pixels otherwise.

    Args:
        pixels: (1, 3, S, S), normalised and padded.

    Returns:
        (1, C, h, w).
    """
    encoder = sam.image_encoder
    x = encoder.patch_embed(pixels)
    if encoder.pos_embed is not None:
        x = x + encoder.pos_embed
    for block in encoder.blocks:
        x = checkpoint(block, x, use_reentrant=False, preserve_rng_state=False)
    return encoder.neck(x.permute(0, 3, 1, 2))

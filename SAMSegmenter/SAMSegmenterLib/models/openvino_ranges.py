"""How large the inputs of a vision transformer's linear layers become, for 8 bit with scales that are fixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from SAMSegmenterLib.models.small_grid import made_up_picture, on_a_small_grid, own_code

Ranges = Mapping[Any, tuple[float, float]]
"""Least and largest input of each linear layer."""

_GRID = 28
"""Rows and columns of patches: four whole windows."""
_SEEDS = 1, 2


def input_ranges(encoder: Any) -> Ranges:
    """Ranges on made-up pictures, for the linear layers in all blocks of SAM's encoder; takes seconds.

    Other pictures have about the same: what the layers get is normalised, or an average or a function of that. What is
    beyond its range is cut off.
    """
    found: dict[Any, tuple[float, float]] = {}

    def look(layer: Any, given: tuple[torch.Tensor]) -> None:
        low, high = (float(value) for value in given[0].aminmax())
        before = found.get(layer, (low, high))
        found[layer] = min(low, before[0]), max(high, before[1])

    patch = encoder.patch_embed.proj.kernel_size[0]
    small = on_a_small_grid(encoder, min(_GRID, encoder.img_size // patch))
    blocks = [(block.attn.qkv, block.attn.proj, block.mlp.lin1, block.mlp.lin2) for block in encoder.blocks]
    hooks = [layer.register_forward_pre_hook(look) for layers in blocks for layer in layers]
    try:
        with torch.inference_mode():
            for seed in _SEEDS:
                own_code(small, made_up_picture(small.img_size, seed))
    finally:
        for hook in hooks:
            hook.remove()
    return found

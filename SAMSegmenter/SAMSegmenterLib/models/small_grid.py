"""SAM's vision transformers on a corner of an image, where all layers take a second, and a picture to try them on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch


def made_up_picture(side: int) -> torch.Tensor:
    """Normalised pixels (1, 3, side, side): discs of several sizes and shades, and noise."""
    rng, rows = np.random.default_rng(17), np.arange(side)[:, None]
    picture = rng.normal(0, 0.1, (3, side, side))
    for _ in range(24):
        (row, column), radius = rng.uniform(0, side, 2), side * rng.uniform(0.02, 0.15)
        inside = (rows - row) ** 2 + (rows.T - column) ** 2 < radius**2
        picture += inside * rng.uniform(-1.2, 1.2, (3, 1, 1))
    return torch.from_numpy(picture.clip(-2.2, 2.6).astype(np.float32))[None]


def on_a_small_grid(encoder: Any, side: int) -> Any:
    """A vision transformer's layers, for images of side x side patches: relative positions fit themselves to it."""
    positions = encoder.pos_embed[:, :side, :side] if encoder.pos_embed is not None else None
    return SimpleNamespace(
        img_size=side * encoder.patch_embed.proj.kernel_size[0],
        patch_embed=encoder.patch_embed,
        pos_embed=positions,
        blocks=encoder.blocks,
        neck=encoder.neck,
    )


def own_code(encoder: Any, image: torch.Tensor) -> torch.Tensor:
    """Embedding of an image of the small grid's size, by the layers' own code."""
    x = encoder.patch_embed(image)
    x = x if encoder.pos_embed is None else x + encoder.pos_embed
    for block in encoder.blocks:
        x = block(x)
    return encoder.neck(x.permute(0, 3, 1, 2))

"""A network of SAM's own size with made-up weights whose masks lie around the point that was asked for.

Random weights answer with noise over the whole image, from which everything mode keeps nothing or all. Here the last
attention of the image to the prompt finds the pixels near the point, its values say so, and the mask's weights read it;
all three are fitted to a few random points by ridge regression. The rest stays random.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from SAMSegmenterLib.models.fast_decoder import Decoded, FastMaskDecoder
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from support.random_networks import with_sams_decoder

SIDE, CELLS = 1024, 64
_POINTS, _READ_AT = 100, 12
_RADIUS, _EDGE, _STEEPNESS, _SHARPNESS = 130.0, 10.0, 120.0, 1.5
_POINT_TOKEN, _TOKENS = 5, 7
_CUTS = (0.5, 0.4, 0.45, 0.5)
"""Where each of the four answers ends, a share of the way down its edge."""


def with_local_masks(seed: int = 0) -> tuple[Any, np.ndarray]:
    """A network, and an embedding (256, 64, 64) float16 for it."""
    network, random = with_sams_decoder(seed), torch.Generator().manual_seed(seed)
    features = (0.3 * np.random.default_rng(seed).normal(0, 1, (256, CELLS, CELLS))).astype(np.float16)
    with torch.no_grad():
        probe = _Probe(network, features, random)
        _look_near_the_point(probe, random)
        _read_what_was_seen(probe)
    return network, features


class _Probe:
    """The decoder at random points, and what its last attention gets."""

    def __init__(self, network: Any, features: np.ndarray, random: torch.Generator) -> None:
        self.network, self.decoder = network, network.mask_decoder
        self.attention = self.decoder.transformer.layers[-1].cross_attn_image_to_token
        self.features = torch.as_tensor(features.astype(np.float32))[None]
        self.points = SIDE * torch.rand(_POINTS, 1, 2, generator=random)
        self.labels = torch.ones(_POINTS, 1, dtype=torch.int)

    def given(self, names: str, count: int, fast: bool = True) -> list[torch.Tensor]:
        """What some of the last attention's projections are given for some of the points, one after the other."""
        seen: dict[str, list[torch.Tensor]] = {name: [] for name in names}
        hooks = [
            getattr(self.attention, f"{name}_proj").register_forward_hook(
                lambda _module, given, _found, name=name: seen[name].append(given[0].reshape(-1, given[0].shape[-1]))
            )
            for name in names
        ]
        if fast:
            list(self.decoded(count))
        else:
            encoder = self.network.prompt_encoder
            sparse, dense = encoder((self.points[:count], self.labels[:count]), None, None)
            self.decoder(self.features, encoder.get_dense_pe(), sparse, dense, True)
        for hook in hooks:
            hook.remove()
        return [torch.cat(values) for values in seen.values()]

    def decoded(self, count: int) -> Iterator[Decoded]:
        """Answers before masks are made."""
        decoder = FastMaskDecoder(self.network)
        image = decoder.share(self.features)
        for prompt in decoder.embed((self.points[:count], self.labels[:count]), None):
            yield decoder.decode(image, prompt)


def _look_near_the_point(probe: _Probe, random: torch.Generator) -> None:
    """Queries and keys become positional encodings, and values tell the point's token from the others."""
    attention, encoder = probe.attention, probe.network.prompt_encoder
    asking, asked, said = *probe.given("q", 2, fast=False), *probe.given("kv", _POINTS)
    placed = encoder.pe_layer.forward_with_coords(probe.points, (SIDE, SIDE))[:, 0]
    wanted_keys = torch.zeros(_POINTS, _TOKENS, placed.shape[1])
    wanted_keys[:, _POINT_TOKEN] = placed
    wanted_values = torch.zeros(_POINTS, _TOKENS, 1)
    wanted_values[:, _POINT_TOKEN] = 1
    everywhere = encoder.get_dense_pe()[0].flatten(1).t()
    width = attention.internal_dim
    shared = _SHARPNESS * torch.linalg.qr(torch.randn(everywhere.shape[1], width, generator=random))[0].t()
    attention.q_proj.weight.copy_(shared @ _ridge(asking, everywhere.repeat(2, 1)))
    attention.k_proj.weight.copy_(shared @ _ridge(asked, wanted_keys.flatten(0, 1)))
    tells = _ridge(said, wanted_values.flatten(0, 1))
    attention.v_proj.weight.copy_(torch.randn(width, 1, generator=random) * tells)
    for part in (attention.q_proj, attention.k_proj, attention.v_proj):
        part.bias.zero_()
    attention.out_proj.weight.mul_(6)


def _read_what_was_seen(probe: _Probe) -> None:
    """The four answers become discs around the point, with rough edges, of slightly different sizes."""
    upscaling = probe.decoder.output_upscaling
    for convolution in (upscaling[0], upscaling[3]):  # the same for all pixels of a cell
        convolution.weight.copy_(convolution.weight[:, :, :1, :1].expand_as(convolution.weight))
    centres = (torch.arange(CELLS) + 0.5) * SIDE / CELLS
    seen, wanted = [], []
    for decoded, (x, y) in zip(probe.decoded(_READ_AT), probe.points[:, 0], strict=False):
        tokens = decoded.tokens.t().reshape(1, -1, CELLS, CELLS)
        seen.append(upscaling(tokens)[0][:, ::4, ::4].flatten(1).t())
        distance = torch.hypot(centres[None] - x, centres[:, None] - y).flatten()
        wanted.append(torch.sigmoid((_RADIUS - distance) / _EDGE))
    for cut, tower in zip(_CUTS, probe.decoder.output_hypernetworks_mlps, strict=True):
        last = tower.layers[-1]
        last.weight.zero_()
        last.bias.copy_(_STEEPNESS * _ridge(torch.cat(seen), (torch.cat(wanted) - cut)[:, None], 1e-3)[0])


def _ridge(inputs: torch.Tensor, targets: torch.Tensor, much: float = 1.0) -> torch.Tensor:
    """(outputs, inputs) weights that make targets of inputs, least squares."""
    inputs, targets = inputs.double(), targets.double()
    square = inputs.t() @ inputs + much * torch.eye(inputs.shape[1])
    return torch.linalg.solve(square, inputs.t() @ targets).t().float()


def vit_b_with_local_masks(seed: int = 0) -> Any:
    """As above with ViT-B's image encoder of its real size, whose embeddings are as strong as the one fitted to."""
    network, _ = with_local_masks(seed)
    torch.manual_seed(seed)
    encoder = load_segment_anything().modeling.ImageEncoderViT(
        SIDE, use_rel_pos=True, window_size=14, global_attn_indexes=(2, 5, 8, 11)
    )
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            if "pos_embed" in name or "rel_pos" in name:
                parameter.normal_(0, 0.02)
        encoder.neck[-1].weight.fill_(0.3)
    network.image_encoder = encoder.eval()
    return network

"""Ranges are those of the layers' inputs on the made-up pictures, and finding them leaves no trace."""

import pytest
import torch
from models.test_fast_encoder import an_encoder

from SAMSegmenterLib.models import openvino_ranges
from SAMSegmenterLib.models.openvino_ranges import input_ranges
from SAMSegmenterLib.models.small_grid import made_up_picture


def linear_layers(encoder):
    return [layer for layer in encoder.blocks.modules() if isinstance(layer, torch.nn.Linear)]


def test_ranges_of_the_first_layer_are_those_of_the_normalised_patches():
    encoder = an_encoder(64, 4, 128)
    with torch.inference_mode():
        pictures = torch.cat([made_up_picture(128, seed) for seed in openvino_ranges._SEEDS])
        low, high = encoder.blocks[0].norm1(encoder.patch_embed(pictures) + encoder.pos_embed).aminmax()
    found = input_ranges(encoder)
    assert found[encoder.blocks[0].attn.qkv] == pytest.approx((float(low), float(high)), abs=1e-6)


def test_every_linear_layer_of_the_blocks_has_a_range_and_a_gelu_ends_where_it_ends():
    encoder = an_encoder(64, 4, 128)
    found = input_ranges(encoder)
    assert set(found) == set(linear_layers(encoder)) and len(found) == 8
    for block in encoder.blocks:
        low, high = found[block.mlp.lin2]
        assert -0.17 < low < 0 < high


def test_nothing_stays_at_the_layers_even_when_a_picture_fails(monkeypatch):
    encoder = an_encoder(64, 4, 128)
    input_ranges(encoder)
    monkeypatch.setattr(encoder.neck[0], "forward", lambda x: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        input_ranges(encoder)
    assert not any(layer._forward_pre_hooks for layer in linear_layers(encoder))

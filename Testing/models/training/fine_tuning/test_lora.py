"""Adapters begin without effect, learn, and merge into the weights of an ordinary SAM network."""

import pytest
import torch

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.lora import (
    add_lora,
    encode_with_gradient,
    lora_parameters,
    plain_state_dict,
)
from support.fine_tuning import tiny_sam

PIXELS = torch.linspace(-1, 1, 3 * 64 * 64).view(1, 3, 64, 64)


def adapted(rank=2, seed=1, trained=True):
    """The tiny network with adapters that have an effect."""
    sam = tiny_sam()
    add_lora(sam, rank, seed)
    if trained:
        generator = torch.Generator().manual_seed(5)
        with torch.no_grad():
            for name, parameter in lora_parameters(sam).items():
                if name.endswith("_up"):
                    parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
    return sam


def test_new_adapters_change_nothing():
    with torch.no_grad():
        before = tiny_sam().image_encoder(PIXELS)
        assert torch.equal(adapted(trained=False).image_encoder(PIXELS), before)


def test_merged_weights_do_in_an_ordinary_network_what_the_adapters_do():
    sam = adapted()
    ordinary = tiny_sam(seed=3)
    ordinary.load_state_dict(plain_state_dict(sam), strict=True)
    with torch.no_grad():
        wanted = sam.image_encoder(PIXELS)
        assert torch.allclose(ordinary.image_encoder(PIXELS), wanted, atol=1e-5)
        assert not torch.allclose(tiny_sam().image_encoder(PIXELS), wanted, atol=1e-2)


def test_merging_changes_queries_and_values_only():
    plain, merged = tiny_sam().state_dict(), plain_state_dict(adapted())
    changed = {name for name in plain if not torch.equal(plain[name], merged[name])}
    assert changed == {f"image_encoder.blocks.{n}.attn.qkv.weight" for n in (0, 1)}
    difference = (
        merged["image_encoder.blocks.0.attn.qkv.weight"] != plain["image_encoder.blocks.0.attn.qkv.weight"]
    ).any(1)
    assert difference.tolist() == [True] * 48 + [False] * 48 + [True] * 48


def test_names_and_shapes_are_those_of_the_network_without_adapters():
    shapes = {name: value.shape for name, value in tiny_sam().state_dict().items()}
    assert {name: value.shape for name, value in plain_state_dict(adapted()).items()} == shapes
    assert {name: value.shape for name, value in plain_state_dict(tiny_sam()).items()} == shapes


def test_the_seed_decides_the_initial_values_and_the_rank_their_number():
    first, second, other = (lora_parameters(adapted(3, seed, False)) for seed in (1, 1, 2))
    assert len(first) == 2 * 4
    for name, value in first.items():
        assert torch.equal(value, second[name])
        assert tuple(value.shape) == ((3, 48) if name.endswith("_down") else (48, 3))
        assert name.endswith("_up") == (not value.any())
    name = "image_encoder.blocks.0.attn.qkv.query_down"
    assert not torch.equal(first[name], other[name])


def test_recomputed_activations_give_the_same_result_and_gradients():
    sam = adapted()
    parameters = lora_parameters(sam)
    gradients = []
    for encode in (sam.image_encoder, lambda pixels: encode_with_gradient(sam, pixels)):
        sam.zero_grad()
        result = encode(PIXELS)
        result.square().sum().backward()
        gradients.append({name: value.grad.clone() for name, value in parameters.items()})
        if len(gradients) == 1:
            wanted = result.detach()
    assert torch.equal(result.detach(), wanted)
    assert all(torch.allclose(gradients[0][name], gradients[1][name], atol=1e-5) for name in parameters)
    assert all(gradients[1][name].abs().sum() > 0 for name in parameters)


def test_an_encoder_without_such_attention_is_refused(a_small_network):
    with pytest.raises(InputError, match="vision transformer") as error:
        add_lora(a_small_network, 4, 1)
    assert "--lora" in error.value.hint

"""The decoder starts out knowing where a pixel lies relative to a prompt."""

import pytest
import torch

from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.training.initialisation import SIDES, place_prompts


@pytest.fixture
def sam():
    torch.manual_seed(0)
    network = build("small")
    place_prompts(network)
    return network


@torch.inference_mode()
def own_place_ranks_first(sam) -> float:
    attention = sam.mask_decoder.transformer.layers[0].cross_attn_token_to_image
    position = sam.prompt_encoder.get_dense_pe()[0].flatten(1).T  # (1024, 128)
    scores = attention.q_proj(position) @ attention.k_proj(position).T
    return float((scores.argmax(dim=1) == torch.arange(len(position))).float().mean())


def test_attention_between_places_peaks_where_they_are_the_same(sam):
    assert own_place_ranks_first(sam) > 0.5 > 0.05 > own_place_ranks_first(build("small"))


@torch.inference_mode()
def test_four_heads_tell_on_which_side_of_a_prompt_a_pixel_lies(sam):
    attention = sam.mask_decoder.transformer.layers[1].cross_attn_image_to_token
    head = attention.internal_dim // attention.num_heads
    layer = sam.prompt_encoder.pe_layer
    prompt = layer.forward_with_coords(torch.tensor([[[100.0, 60.0]]]), (256, 256))
    pixels = layer.forward_with_coords(torch.tensor([[[99.0, 200.0], [101.0, 10.0]]]), (256, 256))
    query, key = attention.q_proj(pixels)[0], attention.k_proj(prompt)[0]
    scores = [(query[:, n * head : (n + 1) * head] @ key[0, n * head : (n + 1) * head]).tolist() for n in range(4)]
    right, below, left, above = ((first > 0, second > 0) for first, second in scores)
    assert len(SIDES) == 4
    assert (right, left) == ((False, True), (True, False))
    assert (below, above) == ((True, False), (False, True))


def test_channels_that_measure_sides_are_free_of_content_at_the_start(sam):
    assert not sam.mask_decoder.mask_tokens.weight[:, [0, 16, 64, 80]].any()
    assert sam.mask_decoder.mask_tokens.weight.any()


def test_frequencies_survive_16_bit_along_the_axes(sam):
    matrix = sam.prompt_encoder.pe_layer.positional_encoding_gaussian_matrix
    assert torch.equal(matrix[:, :32].half().float(), matrix[:, :32])
    assert matrix.abs().max() <= 5

"""The fast image encoder equals SAM's own with the layouts of all three sizes of transformers."""

from functools import partial

import pytest
import torch

from SAMSegmenterLib.models.fast_encoder import FastImageEncoder
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything

HEADS = {"vit_b": (768, 12), "vit_l": (1024, 16), "vit_h": (1280, 16)}
TOLERANCE = 1e-4


def an_encoder(width, heads, image_size, **options):
    """Two blocks, the second a global one, with numbers wherever training starts at zero."""
    torch.manual_seed(4)
    given = {"window_size": 14, "global_attn_indexes": (1,), "depth": 2, "use_rel_pos": True, **options}
    norm = partial(torch.nn.LayerNorm, eps=1e-6)
    make = load_segment_anything().modeling.ImageEncoderViT
    encoder = make(image_size, embed_dim=width, num_heads=heads, norm_layer=norm, **given).eval()
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            if "pos" in name or not parameter.any():
                parameter.normal_(0, 0.05)
    return encoder


def assert_equal(encoder, batch, image_size):
    images = torch.randn(batch, 3, image_size, image_size, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = encoder(images)
        found = FastImageEncoder(encoder)(images)
    assert found.shape == expected.shape and expected.std() > 0.5
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", HEADS)
def test_widths_and_heads_of_all_sizes(name):
    assert_equal(an_encoder(*HEADS[name], 256), 1, 256)


@pytest.mark.parametrize("image_size", [64, 224, 240, 320])
def test_grids_smaller_than_a_window_of_whole_windows_and_with_padding(image_size):
    assert_equal(an_encoder(64, 4, image_size), 1, image_size)


def test_blocks_of_queries_that_do_not_divide_the_image(monkeypatch):
    monkeypatch.setattr("SAMSegmenterLib.models.fast_attention._QUERIES", 3 * 17)
    assert_equal(an_encoder(64, 4, 17 * 16), 1, 17 * 16)


def test_scores_whose_exponentials_are_too_large_for_32_bit():
    encoder = an_encoder(64, 4, 256)
    encoder.blocks[1].attn.qkv.weight.data[:128] *= 20
    assert_equal(encoder, 1, 256)


@pytest.mark.parametrize("options", [{"use_rel_pos": False}, {"qkv_bias": False}, {"use_abs_pos": False}])
def test_parts_that_a_transformer_may_lack(options):
    assert_equal(an_encoder(64, 4, 256, **options), 1, 256)


def test_batches_and_images_alone_are_the_same():
    encoder = an_encoder(64, 4, 256)
    assert_equal(encoder, 3, 256)
    images = torch.randn(2, 3, 256, 256)
    with torch.inference_mode():
        engine = FastImageEncoder(encoder)
        together, alone = engine(images), [engine(image[None]) for image in images]
    assert all(torch.equal(one, other[0]) for one, other in zip(together, alone, strict=True))


def test_activations_other_than_sams_are_computed_by_themselves():
    encoder = an_encoder(64, 4, 128, act_layer=partial(torch.nn.GELU, approximate="tanh"))
    assert_equal(encoder, 1, 128)


def test_each_block_is_announced_before_its_work():
    steps = []
    encoder = an_encoder(64, 4, 128)
    with torch.inference_mode():
        FastImageEncoder(encoder, lambda done, total: steps.append((done, total)))(torch.zeros(2, 3, 128, 128))
    assert steps == 2 * [(0, 2), (1, 2)]


def test_the_network_keeps_its_weights_and_their_names():
    encoder = an_encoder(64, 4, 128)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    with torch.inference_mode():
        FastImageEncoder(encoder)(torch.zeros(1, 3, 128, 128))
    after = encoder.state_dict()
    assert list(after) == list(before) and all(torch.equal(after[name], value) for name, value in before.items())

"""Only the decoder, and adapters where asked for, are trained; everything else stays bit for bit."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.models.training.fine_tuning.network import AdaptedNetwork
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from support.fine_tuning import ring_sample, tiny_sam

IMAGE = ring_sample("p", 0).image


def test_the_decoder_alone_is_trained(a_network):
    network = a_network()
    network.train()
    trained = {name for name, value in network.sam.named_parameters() if value.requires_grad}
    assert trained == set(network.parameters)
    assert {name.split(".")[0] for name in trained} == {"mask_decoder"}
    assert not network.sam.training


def test_with_adapters_they_are_trained_too(a_network):
    network = a_network(lora_rank=2)
    network.train()
    trained = {name for name, value in network.sam.named_parameters() if value.requires_grad}
    assert trained == set(network.parameters)
    assert sum(name.startswith("image_encoder.") for name in trained) == 2 * 4


def test_training_goes_on_after_the_network_was_measured(a_network):
    network = a_network()
    network.predictor().encode([IMAGE])
    network.train()
    assert all(parameter.requires_grad for parameter in network.parameters.values())


def test_features_are_the_cached_embedding_rounded_as_in_use(a_network):
    network = a_network()
    features = network.features(IMAGE)
    again = network.features(IMAGE)
    assert torch.equal(features, again) and not features.requires_grad
    assert torch.equal(features, features.half().float())
    assert network._predictor.hits == 1 and network._predictor.misses == 1


def test_with_adapters_features_carry_a_gradient_and_are_not_cached(a_network):
    network = a_network(lora_rank=2)
    network.train()
    features = network.features(IMAGE)
    features.sum().backward()
    ups = [value.grad for name, value in network.parameters.items() if name.endswith("_up")]
    assert all(gradient.abs().sum() > 0 for gradient in ups)
    plain = a_network().features(IMAGE)
    assert torch.allclose(features.detach(), plain, atol=2e-3)  # new adapters change nothing but the rounding


def test_a_promptless_recipe_is_measured_without_prompts(a_network):
    assert a_network("shi").predictor().spec.promptless
    assert not a_network("huang").predictor().spec.promptless


def test_weights_are_a_copy_and_can_be_set_again(a_network):
    network = a_network()
    before = network.weights()
    with torch.no_grad():
        for parameter in network.parameters.values():
            parameter.add_(1.0)
    after = network.weights()
    name = next(iter(before))
    assert torch.equal(after[name], before[name] + 1.0)
    network.load_weights(before)
    assert all(torch.equal(value, before[name]) for name, value in network.weights().items())


def test_weights_of_another_network_are_refused(a_network):
    with pytest.raises(ModelError, match="another network"):
        a_network().load_weights(a_network(lora_rank=2).weights())


def test_the_plain_state_keeps_names_and_precision_and_all_that_was_not_trained(a_network):
    base = {
        name: value.half() if value.is_floating_point() else value for name, value in tiny_sam().state_dict().items()
    }
    network = a_network()
    with torch.no_grad():
        network.parameters["mask_decoder.iou_token.weight"].add_(0.5)
    state = network.plain_state(base)
    changed = {name for name, value in state.items() if not torch.equal(value, base[name])}
    assert set(state) == set(base) and all(state[name].dtype == base[name].dtype for name in base)
    assert changed == {"mask_decoder.iou_token.weight"}


def test_with_adapters_the_plain_state_is_that_of_an_ordinary_network(a_network):
    network = a_network(lora_rank=2)
    with torch.no_grad():
        for parameter in network.parameters.values():
            parameter.add_(0.02)
    state = network.plain_state(tiny_sam().state_dict())
    ordinary = tiny_sam(seed=4)
    ordinary.load_state_dict(state, strict=True)
    pixels = torch.linspace(-1, 1, 3 * 64 * 64).view(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(ordinary.image_encoder(pixels), network.sam.image_encoder(pixels), atol=1e-5)


@pytest.mark.parametrize("value", [float("nan"), 1e6])
def test_values_that_do_not_fit_the_files_precision_are_refused(a_network, value):
    base = {name: tensor.half() for name, tensor in tiny_sam().state_dict().items()}
    network = a_network()
    with torch.no_grad():
        network.parameters["mask_decoder.iou_token.weight"].fill_(value)
    with pytest.raises(ModelError, match=r"mask_decoder\.iou_token"):
        network.plain_state(base)


def test_weights_read_from_a_file_are_not_written_through(a_tiny_spec):
    tensors = {name: value.clone() for name, value in tiny_sam().state_dict().items()}
    sam = tiny_sam()
    sam.load_state_dict(tensors, assign=True)
    network = AdaptedNetwork(sam, a_tiny_spec, FineTuningOptions.of("huang"), "cpu", EmbeddingCache())
    with torch.no_grad():
        for parameter in network.parameters.values():
            parameter.fill_(7.0)
    assert all(not (tensors[name] == 7.0).all() for name in network.parameters)


def test_adapters_for_an_encoder_without_attention_are_refused(a_small_network, a_tiny_spec):
    with pytest.raises(InputError, match="vision transformer"):
        AdaptedNetwork(
            a_small_network, a_tiny_spec, FineTuningOptions.of("huang", lora_rank=2), "cpu", EmbeddingCache()
        )


def test_a_grey_image_kept_in_one_channel_is_encoded_like_any_other(a_network):
    network = a_network(lora_rank=2)
    shared = np.broadcast_to(np.ascontiguousarray(IMAGE[..., :1]), IMAGE.shape)
    assert torch.equal(network.features(shared), network.features(IMAGE))

"""The refining network starts as one that changes nothing, and is the same network when it is made fast."""

import torch

from SAMSegmenterLib.models.refining.appearance import CHANNELS
from SAMSegmenterLib.models.refining.network import RefiningNetwork
from SAMSegmenterLib.models.refining.window import SIDE


def windows(count=2):
    torch.manual_seed(1)
    return torch.randn(count, CHANNELS, SIDE, SIDE), 4 * torch.randn(count, SIDE, SIDE)


def a_network(seed=0):
    torch.manual_seed(seed)
    network = RefiningNetwork()
    for one in network.modules():
        if isinstance(one, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(one.running_mean)
            torch.nn.init.uniform_(one.running_var, 0.5, 2.0)
    torch.nn.init.normal_(network.output.weight, std=0.1)
    return network.eval()


@torch.inference_mode()
def test_a_new_network_gives_back_the_logits_it_got():
    described, logits = windows()
    assert torch.equal(RefiningNetwork().eval()(described, logits), logits.clamp(-10, 10))


@torch.inference_mode()
def test_fused_it_answers_alike():
    described, logits = windows()
    expected = a_network()(described, logits)
    fused = a_network().fused()
    assert not any(isinstance(one, torch.nn.BatchNorm2d) for one in fused.modules())
    assert (expected - logits).abs().max() > 0.1
    assert torch.allclose(fused(described, logits), expected, atol=1e-4)


def test_it_is_small():
    assert sum(value.numel() for value in RefiningNetwork().parameters()) < 150_000

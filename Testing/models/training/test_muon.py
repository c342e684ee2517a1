"""Muon's update is nearly orthogonal, for kernels too, and resumes where it stopped."""

import copy

import pytest
import torch

from SAMSegmenterLib.models.training.muon import RMS_OF_ADAMW, Muon, orthogonalised


def random(*shape, seed=0, scale=1.0):
    return scale * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(32, 32), (16, 64), (64, 16), (8, 72), (2, 5)])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_singular_values_come_near_one_whatever_the_gradients_size(shape, scale):
    values = torch.linalg.svdvals(orthogonalised(random(*shape, scale=scale)))
    assert values.min() > 0.3 and values.max() < 1.3
    assert values.median() == pytest.approx(0.95, abs=0.25)


def test_singular_vectors_stay():
    matrix = random(12, 20, seed=3)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    inner = left.T @ orthogonalised(matrix) @ right.T
    assert inner.diagonal().min() > 0.3
    assert (inner - inner.diagonal().diag()).abs().max() < 1e-3


def test_a_zero_matrix_stays_zero():
    assert not orthogonalised(torch.zeros(4, 6)).any()


def step(weight, gradient, **options):
    parameter = torch.nn.Parameter(weight.clone(memory_format=torch.preserve_format))
    parameter.grad = gradient
    optimizer = Muon([parameter], **options)
    optimizer.step()
    return parameter.detach(), optimizer


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("outputs", [6, 80])
def test_a_kernel_is_updated_as_the_matrix_of_its_outputs(outputs, memory):
    kernel, gradient = random(outputs, 5, 3, 3), random(outputs, 5, 3, 3, seed=1)
    flat, _ = step(kernel.flatten(1), gradient.flatten(1), lr=0.1)
    result, _ = step(kernel.to(memory_format=memory), gradient.to(memory_format=memory), lr=0.1)
    assert torch.allclose(result.flatten(1), flat, atol=1e-5)
    assert result.is_contiguous(memory_format=memory)


def test_updates_have_the_size_of_those_of_adamw():
    weight = random(48, 96)
    result, _ = step(weight, random(48, 96, seed=1), lr=0.01)
    change = (result - weight).square().mean().sqrt()
    assert float(change) == pytest.approx(0.01 * RMS_OF_ADAMW, rel=0.2)


def test_without_a_gradient_nothing_happens_and_a_zero_gradient_only_decays():
    weight = random(4, 6)
    untouched, optimizer = step(weight, None, lr=0.1, weight_decay=0.5)
    assert torch.equal(untouched, weight) and not optimizer.state
    decayed, _ = step(weight, torch.zeros(4, 6), lr=0.1, weight_decay=0.5)
    assert torch.allclose(decayed, weight * (1 - 0.1 * 0.5))


def test_momentum_keeps_the_direction_when_the_gradient_turns_once():
    parameter = torch.nn.Parameter(torch.zeros(4, 4))
    optimizer = Muon([parameter], lr=0.1)
    for _ in range(10):
        parameter.grad = torch.eye(4)
        optimizer.step()
    before = parameter.detach().clone()
    parameter.grad = -0.2 * torch.eye(4)
    optimizer.step()
    assert (parameter - before).diagonal().max() < 0  # still against the older gradients


def test_a_saved_state_goes_on_to_the_same_weights():
    gradients = [random(6, 5, 3, 3, seed=seed) for seed in range(6)]

    def trained(parameter, optimizer, part):
        for gradient in part:
            parameter.grad = gradient
            optimizer.step()

    whole = torch.nn.Parameter(random(6, 5, 3, 3, seed=9))
    parts = torch.nn.Parameter(whole.detach().clone())
    trained(whole, Muon([whole], lr=0.05), gradients)
    first = Muon([parts], lr=0.05)
    trained(parts, first, gradients[:3])
    second = Muon([parts], lr=0.05)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    trained(parts, second, gradients[3:])
    assert torch.equal(whole, parts)


def test_it_descends_on_a_quadratic():
    target = random(8, 8, seed=2)
    parameter = torch.nn.Parameter(torch.zeros(8, 8))
    optimizer = Muon([parameter], lr=0.2)
    for number in range(200):
        optimizer.param_groups[0]["lr"] = 0.2 * (1 - number / 200)
        parameter.grad = parameter.detach() - target
        optimizer.step()
    assert float((parameter.detach() - target).norm() / target.norm()) < 0.05

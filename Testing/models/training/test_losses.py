"""The losses, worked by hand."""

import math

import pytest
import torch

from SAMSegmenterLib.models.training.losses import mask_losses, prompt_loss, true_iou

CERTAIN = 50.0


def logits_of(*masks: list[list[int]]) -> torch.Tensor:
    """One prompt whose candidates are certain: 1 inside, 0 outside."""
    return (2.0 * torch.tensor(masks, dtype=torch.float32)[None] - 1.0) * CERTAIN


TARGET = torch.tensor([[[1.0, 1.0], [0.0, 0.0]]])


def test_a_perfect_mask_costs_nothing():
    assert mask_losses(logits_of([[1, 1], [0, 0]]), TARGET).item() == pytest.approx(0.0, abs=1e-6)


def test_an_undecided_mask_costs_ln_2_and_its_dice_loss():
    # p = 0.5 everywhere: shared 1, sizes 2 + 2, Dice loss 1 - (2 + 1) / (4 + 1)
    loss = mask_losses(torch.zeros(1, 1, 2, 2), TARGET).item()
    assert loss == pytest.approx(math.log(2) + 1 - 3 / 5)


def test_a_wrong_certain_mask_costs_its_logit_and_nearly_the_whole_dice_loss():
    # all four pixels wrong: cross entropy 50, no shared pixel, sizes 2 + 2
    assert mask_losses(logits_of([[0, 0], [1, 1]]), TARGET).item() == pytest.approx(CERTAIN + 1 - 1 / 5, rel=1e-5)


def test_true_iou_counts_pixels_and_calls_two_empty_masks_equal():
    logits = logits_of([[1, 1], [0, 0]], [[1, 0], [1, 0]], [[0, 0], [0, 0]])
    assert true_iou(logits, TARGET).tolist() == [[1.0, pytest.approx(1 / 3), 0.0]]
    assert true_iou(logits_of([[0, 0], [0, 0]]), torch.zeros(1, 2, 2)).item() == 1.0


def test_only_the_best_of_three_candidates_is_trained():
    logits = logits_of([[1, 1], [0, 0]], [[1, 1], [0, 0]], [[0, 0], [1, 1]], [[0, 0], [0, 0]]).requires_grad_()
    parts = prompt_loss(logits, torch.tensor([[1.0, 1.0, 0.0, 0.0]]), TARGET, spread_weight=0.0)
    assert parts.mask == pytest.approx(0.0, abs=1e-5)
    assert parts.iou == pytest.approx(0.0)
    parts.total.backward()
    assert logits.grad[0, 2:].abs().max() == 0


def test_the_spread_weight_adds_the_mean_of_the_candidates():
    logits = torch.zeros(1, 4, 2, 2)
    one = mask_losses(logits, TARGET)[0, 0].item()
    parts = prompt_loss(logits, torch.zeros(1, 4), TARGET, spread_weight=0.5)
    assert parts.mask == pytest.approx(2.5 * one)


def test_predicted_iou_is_compared_with_true_iou():
    logits = logits_of(*[[[1, 1], [0, 0]]] * 4)
    parts = prompt_loss(logits, torch.tensor([[1.0, 0.5, 1.0, 0.5]]), TARGET, spread_weight=0.0)
    assert parts.iou == pytest.approx(2 * 0.25 / 4)

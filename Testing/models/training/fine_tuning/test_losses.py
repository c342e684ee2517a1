"""Cross entropy and Dice weigh the same, padding does not count, and the candidates are trained on request."""

import math

import pytest
import torch

from SAMSegmenterLib.models.training.fine_tuning.losses import fine_tuning_loss, object_losses

TARGETS = torch.zeros(1, 4, 4)
TARGETS[0, :2] = 1.0
ALL = torch.ones(1, 4, 4)


def logits(*strengths, sign=1.0):
    """Candidates that agree with the target (or not), as surely as they are strong."""
    return torch.stack([sign * s * (2 * TARGETS[0] - 1) for s in strengths])[None]


def test_an_undecided_mask_costs_ln_2_and_its_dice_loss():
    loss = object_losses(torch.zeros(1, 1, 4, 4), TARGETS, ALL)
    dice = 1 - (2 * 8 * 0.5 + 1) / (16 * 0.5 + 8 + 1)
    assert float(loss) == pytest.approx(math.log(2) + dice, abs=1e-6)


def test_a_sure_and_right_mask_costs_nothing_and_a_wrong_one_much():
    losses = object_losses(torch.cat([logits(30.0), logits(30.0, sign=-1.0)], dim=1), TARGETS, ALL)
    assert float(losses[0, 0]) == pytest.approx(0.0, abs=1e-6)
    assert float(losses[0, 1]) > 20


def test_padding_does_not_count():
    content = ALL.clone()
    content[0, :, 3] = 0
    wrong_in_padding = logits(30.0)
    wrong_in_padding[0, 0, :, 3] *= -1
    assert float(object_losses(wrong_in_padding, TARGETS, content)) == pytest.approx(0.0, abs=1e-6)
    iou = fine_tuning_loss(wrong_in_padding.expand(1, 4, 4, 4), torch.ones(1, 4), TARGETS, content, False).iou
    assert iou == 0.0


def test_without_candidates_only_the_single_mask_and_its_iou_are_trained():
    masks = logits(1.0, 2.0, 3.0, 4.0).requires_grad_()
    predicted = torch.full((1, 4), 0.5, requires_grad=True)
    parts = fine_tuning_loss(masks, predicted, TARGETS, ALL, with_candidates=False)
    parts.total.backward()
    assert masks.grad[0, 0].abs().sum() > 0 and masks.grad[0, 1:].abs().sum() == 0
    assert predicted.grad[0].tolist() == [-1.0, 0.0, 0.0, 0.0]
    assert parts.iou == 0.25


def test_with_candidates_the_best_is_trained_most():
    masks = logits(1.0, 0.5, 1.5, 1.0).requires_grad_()
    parts = fine_tuning_loss(masks, torch.ones(1, 4), TARGETS, ALL, with_candidates=True)
    parts.total.backward()
    strength = masks.grad.abs().sum(dim=(2, 3))[0]
    assert strength[2] > strength[1] and strength[2] > strength[3] and strength.min() > 0
    single = object_losses(masks.detach(), TARGETS, ALL)[0]
    expected = single[0] + single[2] + 0.1 * single[1:].mean()
    assert float(parts.total.detach()) == pytest.approx(float(expected), abs=1e-6)
    assert parts.mask == pytest.approx(float(single[0]), abs=1e-6)


def test_losses_of_several_objects_are_added_up():
    one = fine_tuning_loss(logits(1.0, 2.0, 3.0, 4.0), torch.zeros(1, 4), TARGETS, ALL, True)
    masks = logits(1.0, 2.0, 3.0, 4.0).expand(3, -1, -1, -1)
    three = fine_tuning_loss(masks, torch.zeros(3, 4), TARGETS.expand(3, -1, -1), ALL.expand(3, -1, -1), True)
    assert float(three.total) == pytest.approx(3 * float(one.total), rel=1e-6)
    assert three.mask == pytest.approx(3 * one.mask) and three.iou == pytest.approx(3 * one.iou)

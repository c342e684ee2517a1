"""The refiner's loss: small for the truth, blind beyond the picture."""

import math

import pytest
import torch

from SAMSegmenterLib.models.training.refining.losses import refining_losses


def test_the_truth_costs_nothing_and_its_opposite_much():
    truth = torch.zeros(1, 8, 8)
    truth[:, 2:6, 2:6] = 1
    valid = torch.ones(1, 8, 8)
    sure = 40 * truth - 20
    assert refining_losses(sure, truth, valid).item() == pytest.approx(0, abs=1e-3)
    assert refining_losses(-sure, truth, valid).item() > 20


def test_no_opinion_costs_what_the_formula_says():
    truth, valid = torch.zeros(1, 4, 4), torch.ones(1, 4, 4)
    truth[:, :2] = 1
    # cross entropy ln 2; Dice 1 - (2 * 4 + 1) / (8 + 8 + 1)
    assert refining_losses(torch.zeros(1, 4, 4), truth, valid).item() == pytest.approx(math.log(2) + 1 - 9 / 17)


def test_what_lies_beyond_the_picture_does_not_count():
    truth, valid, logits = torch.zeros(2, 4, 4), torch.ones(2, 4, 4), torch.zeros(2, 4, 4)
    truth[:, 0] = 1
    valid[:, 3] = 0
    logits[1, 3] = 50
    first, second = refining_losses(logits, truth, valid).tolist()
    assert first == pytest.approx(second)
    assert math.isfinite(refining_losses(logits, 0 * truth, 0 * valid).sum().item())

"""The grouping loss asks whether features tell an object from its neighbourhood."""

import math

import pytest
import torch

from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.training.decoding import set_input_size
from SAMSegmenterLib.models.training.grouping import grouping_loss, neighbourhoods, pixel_features


@pytest.fixture
def target():
    target = torch.zeros(1, 32, 32)
    target[0, 10:20, 12:16] = 1.0
    return target


def test_a_neighbourhood_is_the_box_and_a_margin(target):
    region = neighbourhoods(target)[0]
    rows, columns = torch.nonzero(region, as_tuple=True)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (8, 21, 10, 17)
    assert region.sum() == 14 * 8
    assert not neighbourhoods(torch.zeros(1, 8, 8)).any()


def test_features_that_say_nothing_cost_ln_2(target):
    loss = grouping_loss(torch.ones(1, 4, 32, 32), target, torch.tensor([0]))
    assert loss.item() == pytest.approx(math.log(2))


def test_features_that_are_the_mask_cost_little_and_the_less_the_larger(target):
    losses = [grouping_loss(scale * target[None], target, torch.tensor([0])).item() for scale in (1.0, 3.0, 6.0)]
    # inside 1, outside 0: plane at 1/2, logit +-scale^2 / 2
    assert losses == pytest.approx([math.log1p(math.exp(-(scale**2) / 2)) for scale in (1.0, 3.0, 6.0)], rel=1e-4)


def test_what_lies_far_away_does_not_matter(target):
    features = target[None].clone()
    near = grouping_loss(features, target, torch.tensor([0]))
    features[..., 28:, :] = 5.0
    assert torch.equal(near, grouping_loss(features, target, torch.tensor([0])))


def test_pixel_features_have_the_size_of_the_low_resolution_mask():
    sam = build("small")
    set_input_size(sam, 64)
    assert pixel_features(sam, torch.zeros(2, 128, 8, 8)).shape == (2, 16, 32, 32)

"""The prompt rounds of a step and the crutch that draws prompts into the mask prompt."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.training.rounds import (
    DRAWN_INSIDE,
    DRAWN_POINT,
    box_round,
    point_round,
    several_clicks_round,
)

SIZE = 64
INDEX = torch.tensor([0, 0, 1])


@pytest.fixture
def masks():
    masks = np.zeros((3, SIZE, SIZE), dtype=bool)
    masks[0, 10:30, 12:40] = True
    masks[1, 40:60, 5:20] = True
    masks[2, 2:62, 2:62] = True
    return masks


def test_without_the_crutch_no_prompt_has_a_mask(masks):
    rng = np.random.default_rng(0)
    assert not box_round(masks, INDEX, 0.0, rng).has_mask.any()
    assert not point_round(masks, INDEX, 0.0, rng).has_mask.any()


def test_the_crutch_draws_the_box(masks):
    prompts = box_round(masks, INDEX, 1.0, np.random.default_rng(0))
    assert prompts.has_mask.all() and prompts.masks.shape == (3, 1, SIZE // 2, SIZE // 2)
    x0, y0, x1, y1 = prompts.boxes[0].tolist()
    rows, columns = np.nonzero(prompts.masks[0, 0].numpy() == DRAWN_INSIDE)
    assert abs(2 * columns.min() - x0) <= 1.5 and abs(2 * columns.max() + 1 - x1) <= 1.5
    assert abs(2 * rows.min() - y0) <= 1.5 and abs(2 * rows.max() + 1 - y1) <= 1.5
    assert prompts.masks.min() == -DRAWN_INSIDE


def test_the_crutch_draws_the_point(masks):
    prompts = point_round(masks, INDEX, 1.0, np.random.default_rng(0))
    x, y = (prompts.points[1, 0] / 2).long().tolist()
    assert prompts.masks[1, 0, y, x] == DRAWN_POINT
    assert (prompts.masks[1] == 0).float().mean() > 0.9
    assert prompts.labels.tolist() == [[1.0]] * 3


def test_several_clicks_keep_the_earlier_prompts(masks):
    rng = np.random.default_rng(1)
    boxes, points = box_round(masks, INDEX, 0.0, rng), point_round(masks, INDEX, 0.0, rng)
    empty = torch.full((3, SIZE // 2, SIZE // 2), -5.0)
    kept = 0
    for seed in range(20):
        later = several_clicks_round(masks, points, empty, 0.0, np.random.default_rng(seed))
        assert later.points.shape[:2] == later.labels.shape and 2 <= later.points.shape[1] <= 11
        kept += torch.equal(later.points[:, :1], points.points)
        with_box = several_clicks_round(masks, boxes, empty, 0.0, np.random.default_rng(seed))
        assert torch.equal(with_box.boxes, boxes.boxes) and (with_box.labels == 1).all()
    assert 5 <= kept <= 19


def test_the_fed_back_mask_is_the_earlier_one(masks):
    points = point_round(masks, INDEX, 0.0, np.random.default_rng(0))
    earlier = torch.randn(3, SIZE // 2, SIZE // 2)
    seen = set()
    for seed in range(10):
        later = several_clicks_round(masks, points, earlier, 0.0, np.random.default_rng(seed))
        assert torch.equal(later.masks[later.has_mask][:, 0], earlier[later.has_mask])
        seen |= set(later.has_mask.tolist())
    assert seen == {True, False}

"""The thresholds of everything mode are chosen by what they keep."""

from pathlib import Path

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.training.everything_thresholds import SliceProposals, choose_thresholds, propose
from SAMSegmenterLib.models.training.sources import CatalogueCase, LabelledSlice


def far_apart(count):
    return np.array([[20.0 * k, 0, 20 * k + 10, 10] for k in range(count)])


def test_good_masks_are_kept_and_poor_ones_dropped():
    proposals = SliceProposals(
        boxes=far_apart(40),
        predicted_iou=np.array([0.75, *[0.55] * 39]),
        stability=np.array([0.92, *[0.92] * 39]),
        dice=np.array([[0.9], *[[0.1]] * 39]),
    )
    best = choose_thresholds([proposals], 16)[0]
    assert best.parameters.pred_iou_thresh in (0.6, 0.7) and best.parameters.points_per_side == 16
    assert best.best_dice == pytest.approx(0.9) and best.masks == 1


def test_overlapping_boxes_are_thinned_by_predicted_iou():
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 8]])  # they overlap by 0.8
    proposals = SliceProposals(boxes, np.array([0.9, 0.95]), np.array([1.0, 1.0]), np.array([[0.9], [0.5]]))
    assert all(result.masks == 1 and result.best_dice == 0.5 for result in choose_thresholds([proposals], 8))


def test_a_slice_without_proposals_counts_as_missed():
    empty = SliceProposals(np.zeros((0, 4)), np.zeros(0), np.zeros(0), np.zeros((0, 2)))
    assert choose_thresholds([empty], 8)[0].best_dice == 0.0


def test_proposals_carry_the_dice_with_each_object():
    torch.manual_seed(0)
    labels = np.zeros((48, 48), dtype=np.int32)
    labels[10:30, 10:30] = 1
    case = CatalogueCase("a/1", "a", "s", "MR", Path("i"), Path("l"), "CC0", False, False, 0)
    proposals = propose(build("small"), LabelledSlice(case, 0, labels.astype(np.float32), labels, (0.0, 1.0)), 3)
    assert proposals.dice.shape == (len(proposals.boxes), 1)
    assert len(proposals.boxes) == len(proposals.predicted_iou) == len(proposals.stability) > 0
    assert proposals.dice.min() >= 0 and proposals.dice.max() <= 1

"""Prompts made of a neighbour's mask, worked by hand."""

import numpy as np
import pytest

from SAMBenchmarkLib.propagation.projection_prompts import (
    MODES,
    extended_box,
    mask_logits,
    points,
    projected_prompts,
    uses_mask,
)
from support.masks import disk, rectangle

SQUARE = rectangle((60, 80), 20, 10, 39, 29)  # 20 x 20


def test_boxes_grow_by_a_part_of_their_sides_and_stay_within_the_slice():
    assert extended_box(SQUARE, 0) == (20, 10, 39, 29)
    assert extended_box(SQUARE, 0.05) == (19, 9, 40, 30)
    assert extended_box(SQUARE, 0.9) == (2, 0, 57, 47)


def test_the_single_point_is_the_deepest():
    prompts = projected_prompts(disk((41, 41), (20, 18), 9), "single_point", 0.05)
    assert prompts.points.tolist() == [[20, 18]] and prompts.labels.tolist() == [1] and prompts.box is None


def test_a_disk_gives_its_centre_and_the_corners_of_its_box():
    positives, negatives = points(disk((41, 41), (20, 20), 12), 0)
    assert positives == [(20, 20)]
    assert sorted(negatives) == [(8, 8), (8, 32), (32, 8), (32, 32)]


def test_two_blobs_give_a_positive_each_and_a_negative_between():
    positives, negatives = points(rectangle((40, 60), 5, 10, 15, 20) | rectangle((40, 60), 35, 10, 45, 20), 0)
    assert sorted(positives) == [(10, 15), (40, 15)]
    assert any(16 <= x <= 34 for x, _ in negatives)


@pytest.mark.parametrize("mode", MODES)
def test_modes_use_what_they_are_named_for(mode):
    prompts = projected_prompts(SQUARE, mode, 0.05)
    assert (prompts.box is not None) == (mode in ("box", "mask"))
    assert bool(len(prompts.points)) == (mode in ("points", "points_and_mask", "single_point"))
    assert uses_mask(mode) == (mode in ("mask", "points_and_mask"))


def test_the_mask_becomes_logits_of_one_in_a_thousand_with_zeros_beyond_the_image():
    mask = rectangle((40, 80), 0, 0, 39, 39)
    logits = mask_logits(mask, 16)
    assert logits.shape == (16, 16) and logits.dtype == np.float32
    assert np.allclose(logits[:8, :8], 6.9068, atol=1e-3) and np.allclose(logits[:8, 8:], -6.9068, atol=1e-3)
    assert not logits[8:].any()


def test_a_mask_that_fills_its_box_has_no_negatives():
    positives, negatives = points(np.ones((9, 9), bool), 0.05)
    assert positives == [(4, 4)] and negatives == []

"""Prompts that are carried."""

import numpy as np
import pytest

from SAMSegmenterLib.core.mask_logits import PRIOR_LOGIT
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.propagation.carried import carried_prompts
from SAMSegmenterLib.core.propagation.shape import region_around, signed_distance
from support.masks import disk, rectangle

SHAPE = (50, 60)


def carried(mask, likelihood=None, border=20, **parameters):
    region = region_around(mask, border)
    likelihood = np.zeros(mask.shape, np.float32) if likelihood is None else likelihood
    told = PropagationParameters(**parameters)
    return carried_prompts(signed_distance(mask[region]), likelihood[region], region, mask.shape, told)


def test_the_point_is_the_innermost_one_on_the_slices_own_pixels():
    found = carried(disk(SHAPE, (37, 21), 9), negative=False)
    assert found.points.tolist() == [[37, 21]] and found.labels.tolist() == [1]


def test_the_negative_is_where_the_surroundings_look_least_alike():
    mask = disk(SHAPE, (37, 21), 9)
    likelihood = np.zeros(SHAPE, np.float32)
    likelihood[21, 50], likelihood[21, 59], likelihood[21, 37] = -2, -3, -3  # beside, too far, inside
    found = carried(mask, likelihood)
    assert found.points.tolist() == [[37, 21], [50, 21]] and found.labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("mask", "box"),
    [
        (rectangle(SHAPE, 10, 12, 20, 15), [8, 10, 22, 17]),
        (rectangle(SHAPE, 0, 0, 3, 4), [0, 0, 5, 6]),
        (rectangle(SHAPE, 58, 49, 59, 49), [56, 47, 59, 49]),
    ],
)
def test_the_box_has_its_margin_and_ends_with_the_slice(mask, box):
    assert carried(mask, box=True, margin=2).box.tolist() == box


def test_a_pixel_without_margin_is_a_box_too():
    assert carried(rectangle(SHAPE, 7, 8, 7, 8), box=True, margin=0).box.tolist() == [7, 8, 7, 8]


def test_logits_rise_across_the_outline_and_are_full_beyond():
    mask = rectangle(SHAPE, 10, 10, 39, 39)
    prior = carried(mask, border=12).mask_prior
    edge = 0.25 * np.sqrt(900 / np.pi)
    assert prior.shape == SHAPE and prior.dtype == np.float32
    np.testing.assert_allclose(prior[25, 9:11], np.array([-1, 1]) * PRIOR_LOGIT * 0.5 / edge, rtol=1e-5)
    assert prior[25, 25] == PRIOR_LOGIT and prior[0, 59] == prior[25, 0] == -PRIOR_LOGIT
    assert np.array_equal(prior > 0, mask)


def test_each_part_can_be_left_out():
    mask = disk(SHAPE, (30, 20), 6)
    assert carried(mask, logits=False).mask_prior is None
    assert carried(mask).box is None
    assert not len(carried(mask, point=False, negative=False).points)


@pytest.mark.parametrize("mask", [rectangle(SHAPE, 0, 7, 59, 7), rectangle(SHAPE, 0, 0, 0, 49), np.eye(50, 60) > 0])
def test_structures_one_pixel_wide_are_pointed_at(mask):
    x, y = carried(mask).points[0].astype(int)
    assert mask[y, x]


def test_a_structure_with_nothing_beside_it_has_no_negative():
    mask = np.ones(SHAPE, bool)
    mask[0, 0] = False
    found = carried(mask)
    assert found.labels.tolist() == [1]

"""Flood fill stops at its tolerance and at its distance."""

import numpy as np
import pytest

from SAMBenchmarkLib.baselines.flood_fill import flood_fill
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import disk, ring


def test_a_disk_is_found_exactly(a_disk, a_phantom):
    image = a_phantom(a_disk, 0)
    assert np.array_equal(flood_fill(image, Prompts.of([(27, 22)]), limit=0.5, smoothing=0), a_disk)


def test_it_reaches_as_far_as_its_limit():
    mask = flood_fill(np.zeros((41, 101)), Prompts.of([(50, 20)]), limit=0.1, smoothing=0)
    assert np.array_equal(mask, disk((41, 101), (50, 20), 10.1))


def test_the_tolerance_is_a_share_of_the_image_range():
    ramp = np.arange(101)[None].repeat(3, axis=0)
    mask = flood_fill(ramp, Prompts.of([(50, 1)]), tolerance=0.105, limit=1, smoothing=0)
    assert np.flatnonzero(mask[1]).tolist() == list(range(40, 61))


def test_holes_are_filled_on_demand(a_phantom):
    hollow = ring((60, 60), (30, 30), 3, 8)
    image, prompts = a_phantom(hollow, 0), Prompts.of([(30, 24)])
    assert np.array_equal(flood_fill(image, prompts, limit=0.5, smoothing=0, fill_holes=False), hollow)
    assert np.array_equal(flood_fill(image, prompts, limit=0.5, smoothing=0), disk((60, 60), (30, 30), 8))


def test_every_channel_must_be_alike():
    image = np.zeros((10, 10, 3), np.uint8)
    image[:, :5, 0], image[:, 5:, 1] = 200, 200
    assert flood_fill(image, Prompts.of([(2, 2)]), limit=1, smoothing=0).sum() == 50


def test_several_points_are_filled_from_and_negative_ones_have_no_effect(a_phantom):
    left, right = disk((60, 90), (20, 30), 6), disk((60, 90), (65, 30), 6)
    image = a_phantom(left | right, 0)
    assert np.array_equal(flood_fill(image, Prompts.of([(20, 30), (65, 30)], [(40, 30)]), smoothing=0), left | right)


@pytest.mark.parametrize("point", [(0, 0), (19, 0), (0, 11), (19, 11), (-3, 40)])
def test_points_at_the_edge_are_in_the_answer(point):
    image = np.random.default_rng(2).normal(size=(12, 20))
    x, y = np.clip(point, 0, (19, 11))
    assert flood_fill(image, Prompts.of([point]))[y, x]


def test_without_a_positive_point_it_cannot_start():
    with pytest.raises(InputError, match="inside the structure"):
        flood_fill(np.zeros((5, 5)), Prompts.of((), [(2, 2)]))

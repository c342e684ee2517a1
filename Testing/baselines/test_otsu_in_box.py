"""Otsu's threshold finds two-valued structures exactly, bright or dark."""

import numpy as np
import pytest

from SAMBenchmarkLib.baselines.otsu_in_box import otsu_in_box
from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.core.simulated_prompts import strategy_prompts
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import disk, ring


@pytest.mark.parametrize(("inside", "outside"), [(180, 60), (60, 180)])
def test_a_disk_is_found_whichever_side_of_the_threshold_it_is_on(a_disk, a_phantom, inside, outside):
    image, prompts = a_phantom(a_disk, 0, inside, outside), strategy_prompts(a_disk, "S5")
    assert np.array_equal(otsu_in_box(image, prompts, smoothing=0), a_disk)
    assert dice(otsu_in_box(a_phantom(a_disk, 15, inside, outside), prompts), a_disk) > 0.95


def test_enclosed_holes_are_filled_on_demand(a_phantom):
    hollow = ring((60, 60), (30, 30), 5, 20)
    image, prompts = a_phantom(hollow, 0), strategy_prompts(hollow, "S5")
    assert np.array_equal(otsu_in_box(image, prompts, smoothing=0, fill_holes=False), hollow)
    assert np.array_equal(otsu_in_box(image, prompts, smoothing=0), disk((60, 60), (30, 30), 20))


def test_what_is_alike_is_the_whole_box():
    mask = otsu_in_box(np.full((20, 20), 0.3), Prompts.of(box=(2, 3, 6, 9)))
    assert mask.sum() == 35 and mask[3:10, 2:7].all()


@pytest.mark.parametrize("box", [(4, 4, 4, 4), (0, 0, 19, 0), (19, 0, 19, 19), (0, 0, 19, 19), (18, 18, 30, 30)])
def test_small_boxes_and_boxes_at_the_edge_give_something_within_them(box):
    image = np.random.default_rng(1).integers(0, 255, (20, 20, 3), np.uint8)
    mask = otsu_in_box(image, Prompts.of(box=box))
    x0, y0, x1, y1 = box
    assert mask.shape == (20, 20) and mask.any() and mask.sum() == mask[y0 : y1 + 1, x0 : x1 + 1].sum()

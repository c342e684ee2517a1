"""Region growing from a point fills what is like it and stops at edges."""

import numpy as np
import pytest

from SAMBenchmarkLib.baselines.inputs import grey as grey_of
from SAMBenchmarkLib.baselines.region_growing import region_growing
from SAMBenchmarkLib.core.metrics import dice
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import disk, ring


def test_a_disk_is_found_from_its_middle_and_its_surroundings_from_outside(a_disk, a_phantom):
    image = a_phantom(a_disk)
    assert dice(region_growing(image, Prompts.of([(30, 26)]), smoothing=0), a_disk) > 0.95
    around = region_growing(image, Prompts.of([(3, 55)]), fill_holes=False)
    assert dice(around, ~a_disk) > 0.9


def test_a_second_disk_needs_a_point_of_its_own(a_phantom):
    left, right = disk((60, 90), (20, 30), 12), disk((60, 90), (65, 30), 12)
    image = a_phantom(left | right)
    assert not region_growing(image, Prompts.of([(20, 30)]))[right].any()
    assert dice(region_growing(image, Prompts.of([(20, 30), (65, 30)]), smoothing=0), left | right) > 0.95


def test_holes_are_filled_on_demand(a_phantom):
    hollow = ring((60, 60), (30, 30), 6, 20)
    image, prompts = a_phantom(hollow), Prompts.of([(30, 17)])
    assert not region_growing(image, prompts, fill_holes=False)[30, 30]
    assert region_growing(image, prompts)[30, 30]


def test_of_colour_the_luma_counts(a_disk, a_phantom):
    grey = a_phantom(a_disk)
    tinted = np.stack([grey, grey, grey // 2], axis=2)
    assert np.array_equal(
        region_growing(tinted, Prompts.of([(30, 26)])), region_growing(grey_of(tinted), Prompts.of([(30, 26)]))
    )
    assert region_growing(tinted, Prompts.of([(30, 26)])).any()


@pytest.mark.parametrize("point", [(0, 0), (19, 0), (0, 11), (19, 11), (-3, 40)])
@pytest.mark.parametrize("constant", [True, False])
def test_points_at_the_edge_are_in_the_answer(point, constant):
    image = np.full((12, 20), 4.0) if constant else np.random.default_rng(2).normal(size=(12, 20))
    mask = region_growing(image, Prompts.of([point]))
    x, y = np.clip(point, 0, (19, 11))
    assert mask.shape == (12, 20) and mask[y, x]
    assert mask.all() or not constant


def test_without_a_positive_point_it_cannot_start():
    with pytest.raises(InputError, match="inside the structure"):
        region_growing(np.zeros((5, 5)), Prompts.of((), [(2, 2)]))

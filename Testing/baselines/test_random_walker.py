"""The random walker divides the image between the points."""

import numpy as np
import pytest

from SAMBenchmarkLib.baselines.random_walker import random_walker
from SAMBenchmarkLib.core.metrics import dice
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import disk

pytest.importorskip("skimage")


def test_a_disk_is_found_from_one_point_as_the_frame_is_background(a_disk, a_phantom):
    assert dice(random_walker(a_phantom(a_disk), Prompts.of([(30, 26)])), a_disk) > 0.95


def test_a_negative_point_takes_a_neighbour_away(a_phantom):
    left, right = disk((60, 90), (30, 30), 14), disk((60, 90), (59, 30), 14)
    image = a_phantom(left | right, 3)
    both = random_walker(image, Prompts.of([(30, 30)]))
    one = random_walker(image, Prompts.of([(30, 30)], [(59, 30)]))
    assert both[right].mean() > 0.4
    assert dice(one, left) > 0.95


def test_a_large_image_is_walked_at_lower_resolution_in_the_right_place(a_phantom):
    mask = disk((500, 700), (400, 250), 120)
    assert dice(random_walker(a_phantom(mask), Prompts.of([(400, 250)], [(100, 100)])), mask) > 0.97


def test_colour_is_told_apart_where_grey_is_alike():
    mask = disk((60, 60), (30, 30), 15)
    image = np.where(mask[..., None], (150, 75, 60), (75, 113, 60)).astype(np.uint8)
    image += np.random.default_rng(0).integers(0, 12, image.shape, np.uint8)
    assert dice(random_walker(image, Prompts.of([(30, 30)])), mask) > 0.9


def test_where_all_is_alike_the_nearer_point_wins():
    mask = random_walker(np.full((21, 41), 3.0), Prompts.of([(20, 10)]))
    assert mask[10, 20] and mask[7, 20] and not mask[2, 20] and not mask[10, 2]


@pytest.mark.parametrize("positive", [(0, 0), (19, 0), (0, 11), (19, 11), (-3, 40)])
@pytest.mark.parametrize("constant", [True, False])
def test_points_at_the_edge_are_in_the_answer(positive, constant):
    image = np.full((12, 20), 4.0) if constant else np.random.default_rng(2).normal(size=(12, 20))
    mask = random_walker(image, Prompts.of([positive], [(10, 6)]))
    x, y = np.clip(positive, 0, (19, 11))
    assert mask[y, x] and not mask[6, 10]


def test_a_positive_point_wins_over_a_negative_one_in_the_same_place():
    image = np.random.default_rng(2).normal(size=(30, 30))
    assert random_walker(image, Prompts.of([(15, 15)], [(15, 15)]))[15, 15]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (3, 3)])
def test_tiny_images_are_answered(shape):
    mask = random_walker(np.arange(shape[0] * shape[1]).reshape(shape), Prompts.of([(0, 0)]))
    assert mask.shape == shape and mask[0, 0]


def test_without_a_positive_point_it_cannot_start():
    with pytest.raises(InputError, match="inside the structure"):
        random_walker(np.zeros((5, 5)), Prompts.of((), [(2, 2)]))

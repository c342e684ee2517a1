"""GrabCut finds structures that differ from their surroundings, and stays within its box."""

import numpy as np
import pytest

from SAMBenchmarkLib.baselines.grabcut import grabcut
from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.core.simulated_prompts import strategy_prompts
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import disk

pytest.importorskip("cv2")


def test_a_disk_is_found(a_disk, a_phantom):
    assert dice(grabcut(a_phantom(a_disk), strategy_prompts(a_disk, "S5")), a_disk) > 0.95


def test_a_shape_that_is_no_ellipse_is_followed(a_phantom):
    notched = disk((120, 120), (60, 60), 40)
    notched[:45, 55:] = False
    found = grabcut(a_phantom(notched), strategy_prompts(notched, "S5"), seed=0.3)
    assert dice(found, notched) > 0.97


def test_colour_tells_apart_what_grey_does_not():
    mask = disk((60, 60), (30, 30), 15)
    image = np.where(mask[..., None], (150, 75, 60), (75, 113, 60)).astype(np.uint8)  # of nearly the same luma
    image += np.random.default_rng(0).integers(0, 12, image.shape, np.uint8)
    assert dice(grabcut(image, strategy_prompts(mask, "S5")), mask) > 0.95


def test_a_large_image_is_cut_at_lower_resolution_in_the_right_place(a_phantom):
    mask = disk((700, 900), (500, 350), 280)
    assert dice(grabcut(a_phantom(mask), strategy_prompts(mask, "S5")), mask) > 0.98


def test_the_answer_is_the_same_every_time(a_disk, a_phantom):
    image, prompts = a_phantom(a_disk, 40), strategy_prompts(a_disk, "S5")
    first = grabcut(image, prompts)
    assert np.array_equal(grabcut(image, prompts), first)


@pytest.mark.parametrize(
    "box", [(4, 4, 4, 4), (0, 0, 19, 0), (19, 0, 19, 19), (0, 0, 19, 19), (18, 18, 30, 30), (0, 0, 0, 0)]
)
@pytest.mark.parametrize("constant", [True, False])
def test_small_boxes_boxes_at_the_edge_and_constant_images_give_something_within_the_box(box, constant):
    image = np.full((20, 20), 9) if constant else np.random.default_rng(1).integers(0, 255, (20, 20), np.uint8)
    mask = grabcut(image, Prompts.of(box=box))
    x0, y0, x1, y1 = box
    assert mask.shape == (20, 20) and mask.any() and mask.sum() == mask[y0 : y1 + 1, x0 : x1 + 1].sum()


def test_an_image_of_one_pixel_is_all_inside():
    assert grabcut(np.zeros((1, 1)), Prompts.of(box=(0, 0, 0, 0))).tolist() == [[True]]

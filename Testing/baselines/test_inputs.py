"""Images come onto one scale, and prompts onto the pixels they mean."""

import numpy as np
import pytest

from SAMBenchmarkLib.baselines.inputs import (
    box_edges,
    box_region,
    channels,
    enlarged,
    grey,
    pixels_at,
    positive_pixels,
)
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts

SHAPE = (20, 30)


def test_values_run_from_0_to_1_whatever_the_type():
    image = np.array([[10, 20], [30, 50]])
    for typed in (image.astype(np.uint8), image.astype(np.float64), image.astype(np.int16) - 1000):
        assert channels(typed)[..., 0] == pytest.approx(np.array([[0, 0.25], [0.5, 1]]))


def test_colour_of_equal_channels_is_grey_and_other_colour_becomes_its_luma():
    image = np.random.default_rng(0).integers(0, 255, (5, 6), np.uint8)
    assert channels(np.stack([image] * 3, axis=2)).shape == (5, 6, 1)
    red_green = np.zeros((1, 3, 3), np.uint8)
    red_green[0, 1, 0] = red_green[0, 2, 1] = 255
    assert grey(red_green)[0] == pytest.approx([0, 0.299 / 0.587, 1])


def test_undefined_values_count_as_the_smallest_and_one_value_is_all_zero():
    assert channels(np.array([[np.nan, 1.0, 3.0, np.inf]]))[0, :, 0].tolist() == [0, 0, 1, 0]
    assert not channels(np.full((3, 3), 7.5)).any()
    with pytest.raises(InputError, match="finite"):
        channels(np.full((2, 2), np.nan))


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (0, 4), (2, 3, 4, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(InputError, match="shape"):
        channels(np.zeros(shape))


def test_a_box_holds_its_inclusive_ends():
    prompts = Prompts.of(box=(3, 5, 7, 9))
    assert box_edges(prompts, SHAPE) == (2.5, 4.5, 7.5, 9.5)
    assert box_region(prompts, SHAPE) == (slice(5, 10), slice(3, 8))


@pytest.mark.parametrize(
    ("box", "region"),
    [
        ((4, 6, 4, 6), (slice(6, 7), slice(4, 5))),
        ((-9, -9, 99, 99), (slice(0, 20), slice(0, 30))),
        ((29, 19, 40, 40), (slice(19, 20), slice(29, 30))),
        ((3.4, 3.4, 3.4, 3.4), (slice(3, 4), slice(3, 4))),
        ((3.6, 3.6, 6.2, 6.2), (slice(4, 7), slice(4, 7))),
    ],
)
def test_boxes_are_clipped_and_hold_a_pixel(box, region):
    assert box_region(Prompts.of(box=box), SHAPE) == region


def test_no_box_and_a_box_beside_the_image_are_refused():
    with pytest.raises(InputError, match="none was given"):
        box_region(Prompts.of([(3, 3)]), SHAPE)
    for box in ((31, 0, 35, 5), (0, -8, 5, -3)):
        with pytest.raises(InputError, match="outside the image"):
            box_region(Prompts.of(box=box), SHAPE)


def test_a_margin_ends_at_the_image():
    assert enlarged((slice(5, 15), slice(2, 22)), 0.2, SHAPE) == (slice(3, 17), slice(0, 26))
    assert enlarged((slice(5, 6), slice(5, 6)), 0.1, SHAPE, least=3) == (slice(2, 9), slice(2, 9))


def test_points_become_pixels_of_the_image_once_each():
    prompts = Prompts.of([(2.5, 3.4), (3, 3), (-4, 50)], [(29.6, 0)])
    assert pixels_at(prompts, 1, SHAPE).tolist() == [[3, 3], [0, 19]]
    assert pixels_at(prompts, 0, SHAPE).tolist() == [[29, 0]]
    assert pixels_at(Prompts.of(), 1, SHAPE).shape == (0, 2)
    with pytest.raises(InputError, match="none was given"):
        positive_pixels(Prompts.of((), [(3, 3)]), SHAPE)

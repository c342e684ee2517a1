import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.attributes import aspect_ratio, intensity_difference, size
from SAMSegmenterLib.core.errors import InputError
from support.masks import disk, edge_cases, rectangle


def test_size_counts_pixels():
    assert size(rectangle((9, 9), 1, 2, 3, 5)) == 12
    assert size(np.zeros((3, 3), bool)) == 0


@pytest.mark.parametrize(
    ("name", "expected"), [("one row", 1 / 31), ("one column", 1 / 27), ("one pixel", 1.0), ("flat", 3 / 82)]
)
def test_aspect_ratio_is_short_over_long_side_in_pixels(name, expected):
    assert aspect_ratio(edge_cases()[name]) == pytest.approx(expected, abs=1e-12)


def test_aspect_ratio_does_not_depend_on_the_direction():
    mask = rectangle((20, 30), 2, 3, 21, 7)
    assert aspect_ratio(mask) == aspect_ratio(mask.T) == 5 / 20


def test_aspect_ratio_of_an_empty_mask_is_undefined():
    assert math.isnan(aspect_ratio(np.zeros((3, 3), bool)))


def difference_by_loops(image, mask, margin_rows, margin_columns):
    rows, columns = np.nonzero(mask)
    inside, outside = [], []
    for y in range(max(0, rows.min() - margin_rows), min(len(mask), rows.max() + 1 + margin_rows)):
        for x in range(max(0, columns.min() - margin_columns), min(mask.shape[1], columns.max() + 1 + margin_columns)):
            (inside if mask[y, x] else outside).append(float(image[y, x]))
    return np.mean(inside) - np.mean(outside)


def test_intensity_difference_compares_with_the_enlarged_box():
    image = np.random.default_rng(4).integers(0, 256, (60, 80))
    mask = rectangle((60, 80), 10, 20, 49, 43)  # 40 wide, 24 high: margins 4 and 2
    expected = difference_by_loops(image, mask, 2, 4)
    assert intensity_difference(image, mask, signed=True) == pytest.approx(expected, abs=1e-9)
    assert intensity_difference(image, mask) == pytest.approx(abs(expected), abs=1e-9)
    total = difference_by_loops(image, mask, 1, 2)
    assert intensity_difference(image, mask, signed=True, expand_rule="total") == pytest.approx(total, abs=1e-9)


def test_the_enlarged_box_is_cut_off_at_the_image_edge():
    image = np.random.default_rng(4).integers(0, 256, (40, 52))
    mask = disk((40, 52), (0, 39), 22)  # bounding box 23 x 23: margin 2
    assert intensity_difference(image, mask, signed=True) == pytest.approx(difference_by_loops(image, mask, 2, 2))


def test_the_box_grows_by_one_pixel_at_least():
    image = np.zeros((9, 9))
    image[4, 4], image[0, 0] = 90, 255
    assert intensity_difference(image, rectangle((9, 9), 4, 4, 4, 4)) == 90.0


def test_a_darker_object_has_a_negative_signed_difference():
    mask = disk((40, 40), (20, 20), 8)
    image = np.where(mask, 30, 100).astype(np.uint8)
    assert intensity_difference(image, mask, signed=True) == -70.0
    assert intensity_difference(image, mask) == 70.0


def test_channels_are_averaged():
    mask = disk((40, 40), (20, 20), 8)
    rgb = np.zeros((40, 40, 3))
    rgb[mask] = (30, 60, 90)
    assert intensity_difference(rgb, mask) == pytest.approx(60.0)


def test_a_constant_image_has_no_difference():
    assert intensity_difference(np.full((40, 40), 7), disk((40, 40), (20, 20), 8)) == 0.0


@pytest.mark.parametrize("mask", [np.zeros((5, 6), bool), np.ones((5, 6), bool)])
def test_without_inside_or_outside_the_difference_is_undefined(mask):
    assert math.isnan(intensity_difference(np.zeros((5, 6)), mask))


def test_wrong_arguments_are_refused():
    mask = np.ones((5, 6), bool)
    with pytest.raises(InputError, match=r"\(6, 5\) and \(5, 6\)"):
        intensity_difference(np.zeros((6, 5)), mask)
    with pytest.raises(InputError, match="expand"):
        intensity_difference(np.zeros((5, 6)), mask, expand=-1)
    with pytest.raises(InputError, match="expand"):
        intensity_difference(np.zeros((5, 6)), mask, expand_rule="diagonal")

"""The ellipse touches the edges of its box."""

import numpy as np
import pytest

from SAMBenchmarkLib.baselines.inscribed_ellipse import inscribed_ellipse
from SAMSegmenterLib.core.prompts import Prompts


def ellipse(box, shape=(40, 60)):
    return inscribed_ellipse(np.zeros(shape), Prompts.of(box=box))


def test_a_small_ellipse_by_hand():
    rows = ["01110", "11111", "01110"]  # half axes 2.5 and 1.5: (2/2.5)^2 + (1/1.5)^2 > 1 at the corners
    assert ellipse((10, 20, 14, 22))[20:23, 10:15].astype(int).tolist() == [[int(v) for v in row] for row in rows]
    assert ellipse((10, 20, 14, 22)).sum() == 11


def test_a_large_ellipse_has_the_area_of_one_and_touches_all_sides():
    mask = ellipse((10, 5, 49, 34))
    assert mask.sum() == pytest.approx(np.pi / 4 * 40 * 30, rel=0.01)
    rows, columns = np.nonzero(mask)
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == (10, 5, 49, 34)
    assert np.array_equal(mask[5:35, 10:50], mask[5:35, 10:50][::-1, ::-1])


@pytest.mark.parametrize("box", [(7, 8, 7, 8), (7.4, 8.4, 7.4, 8.4)])
def test_a_box_of_one_pixel_is_that_pixel(box):
    assert np.argwhere(ellipse(box)).tolist() == [[8, 7]]


def test_a_line_is_filled_and_a_box_is_clipped_to_the_image():
    assert ellipse((3, 4, 9, 4)).sum() == 7
    assert np.array_equal(ellipse((-10, -10, 20, 10)), ellipse((0, 0, 20, 10)))

"""A polygon holds the pixels it winds round, decided exactly."""

from fractions import Fraction

import numpy as np
import pytest

from SAMSegmenterLib.core.polygons import polygon_mask

SHAPE = (14, 17)


def winds_round(polygon, x, y):
    """Non-zero winding number, or on the line, in exact arithmetic."""
    corners = [(Fraction(float(a)), Fraction(float(b))) for a, b in polygon]
    winding = 0
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        between = min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)
        if side == 0 and between:
            return True
        if y0 <= y < y1 and side > 0:
            winding += 1
        elif y1 <= y < y0 and side < 0:
            winding -= 1
    return winding != 0


def oracle(polygon, shape=SHAPE):
    return np.array([[winds_round(polygon, x, y) for x in range(shape[1])] for y in range(shape[0])])


POLYGONS = {
    "triangle on pixels": [(2, 2), (12, 2), (7, 10)],
    "square": [(3, 3), (9, 3), (9, 8), (3, 8)],
    "square the other way": [(3, 8), (9, 8), (9, 3), (3, 3)],
    "between pixels": [(2.5, 2.5), (8.5, 2.5), (8.5, 7.5), (2.5, 7.5)],
    "figure of eight": [(2, 2), (12, 10), (12, 2), (2, 10)],
    "star": [(8, 0), (11, 12), (1, 4), (15, 4), (5, 12)],
    "round twice": [(2, 2), (12, 2), (12, 11), (2, 11), (2, 2), (10, 3), (10, 9), (3, 9)],
    "spike without area": [(4, 4), (10, 4), (4, 4)],
    "beyond every border": [(-5, -4), (30, 3), (20, 40), (-9, 20)],
    "around everything": [(-50, -50), (50, -50), (50, 50), (-50, 50)],
    "repeated corners": [(3, 3), (3, 3), (9, 3), (9, 3), (6, 9), (6, 9), (3, 3)],
}


@pytest.mark.parametrize("name", POLYGONS)
def test_pixels_are_those_of_exact_arithmetic(name):
    polygon = np.array(POLYGONS[name], float)
    assert np.array_equal(polygon_mask(polygon, SHAPE), oracle(polygon))


@pytest.mark.parametrize("seed", range(25))
def test_pixels_of_a_scrawl_are_those_of_exact_arithmetic(seed):
    rng = np.random.default_rng(seed)
    polygon = rng.uniform(-4, 20, (int(rng.integers(3, 12)), 2))
    if seed % 2:
        polygon = np.round(polygon * 2) / 2  # corners and edges on pixel centres
    assert np.array_equal(polygon_mask(polygon, SHAPE), oracle(polygon))


def test_a_lasso_between_pixel_centres_is_the_pixel_it_lies_in():
    mask = polygon_mask(np.array([(5.1, 3.2), (5.3, 3.2), (5.2, 3.4)]), SHAPE)
    assert np.argwhere(mask).tolist() == [[3, 5]]


def test_a_lasso_outside_the_slice_holds_nothing():
    assert not polygon_mask(np.array([(20.0, 20), (30, 20), (25, 30)]), SHAPE).any()
    assert not polygon_mask(np.array([(-1e9, 3.0), (-1e8, 3), (-1e8, 8)]), SHAPE).any()


def test_huge_corners_are_cut_off_at_the_slice():
    assert polygon_mask(np.array([(-1e7, -1e7), (1e7, -1e7), (1e7, 1e7), (-1e7, 1e7)]), SHAPE).all()


def test_a_slice_of_one_pixel_can_be_lassoed():
    assert polygon_mask(np.array([(-1.0, -1), (1, -1), (0, 1)]), (1, 1)).tolist() == [[True]]


def test_long_lines_are_worked_on_in_parts(monkeypatch):
    rng = np.random.default_rng(3)
    polygon = rng.uniform(0, 60, (200, 2))
    at_once = polygon_mask(polygon, (60, 60))
    monkeypatch.setattr("SAMSegmenterLib.core.polygons._CROSSINGS_AT_ONCE", 100)
    assert np.array_equal(polygon_mask(polygon, (60, 60)), at_once)

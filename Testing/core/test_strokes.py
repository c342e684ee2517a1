"""Points come evenly along the part of a stroke that lies on the slice."""

from itertools import pairwise

import numpy as np
import pytest

from SAMSegmenterLib.core.strokes import distance_to_line, length_on_slice, moved_in, on_slice, points_along

SHAPE = (20, 30)


def test_points_lie_in_the_middle_of_equal_lengths():
    stroke = np.array([(0.0, 5), (8, 5)])
    assert points_along(stroke, SHAPE, 4).tolist() == [[1, 5], [3, 5], [5, 5], [7, 5]]


def test_points_are_even_however_unevenly_the_stroke_was_drawn():
    drawn = np.array([(2.0, 2), (2.1, 2), (2.2, 2), (2.2, 2), (12, 2), (12, 12)])
    points = points_along(drawn, SHAPE, 10)
    assert np.allclose(points[:5], [(3, 2), (5, 2), (7, 2), (9, 2), (11, 2)])
    assert np.allclose(points[5:], [(12, 3), (12, 5), (12, 7), (12, 9), (12, 11)])


@pytest.mark.parametrize("seed", range(10))
def test_a_stroke_that_leaves_the_slice_and_returns_counts_only_on_it(seed):
    stroke = np.random.default_rng(seed).uniform(-30, 60, (7, 2))
    dense = np.concatenate([np.linspace(a, b, 20001)[:-1] for a, b in pairwise(stroke)])
    steps = np.repeat(np.linalg.norm(np.diff(stroke, axis=0), axis=1) / 20000, 20000)
    inside = on_slice(dense, SHAPE)
    assert length_on_slice(stroke, SHAPE) == pytest.approx(steps[inside].sum(), abs=0.05)
    points = points_along(stroke, SHAPE, 9)
    assert len(points) in (0, 9) and on_slice(points, SHAPE).all()
    if len(points):
        along = np.cumsum(steps * inside)
        expected = [dense[np.searchsorted(along, (n + 0.5) / 9 * along[-1])] for n in range(9)]
        assert np.allclose(points, expected, atol=0.1)


def test_a_dab_is_one_point():
    assert points_along(np.array([(3.2, 4.1)]), SHAPE, 5).tolist() == [[3.2, 4.1]]
    assert points_along(np.array([(3.0, 4), (3, 4), (3, 4)]), SHAPE, 5).tolist() == [[3, 4]]
    assert length_on_slice(np.array([(3.2, 4.1)]), SHAPE) == 0


def test_a_stroke_outside_the_slice_gives_no_point():
    for stroke in ([(-5.0, 3)], [(-9.0, -9), (-2, 30)], [(29.6, 3.0), (29.6, 9)], [(40.0, 3), (50, 3)]):
        assert points_along(np.array(stroke), SHAPE, 3).shape == (0, 2)


def test_the_slice_reaches_from_half_a_pixel_before_the_first_to_half_a_pixel_after_the_last():
    places = np.array([(-0.5, -0.5), (-0.51, 0), (29.5, 19.5), (29.51, 0), (0, 19.51)])
    assert on_slice(places, SHAPE).tolist() == [True, False, True, False, False]


def test_points_on_the_border_round_to_a_pixel():
    on_border = np.array([(29.5, 19.5), (-0.5, -0.5), (29.5, 3)])
    assert np.floor(moved_in(on_border, SHAPE) + 0.5).tolist() == [[29, 19], [0, 0], [29, 3]]
    assert np.floor(points_along(np.array([(29.5, 3.0), (29.5, 9)]), SHAPE, 2) + 0.5)[:, 0].tolist() == [29, 29]
    assert np.floor(points_along(np.array([(29.5, 3.0)]), SHAPE, 2) + 0.5).tolist() == [[29, 3]]


def test_huge_strokes_are_clipped_without_being_followed():
    stroke = np.array([(-1e12, 10.0), (1e12, 10)])
    assert length_on_slice(stroke, SHAPE) == pytest.approx(30, abs=1e-3)
    assert on_slice(points_along(stroke, SHAPE, 8), SHAPE).all()


def test_distance_is_to_the_nearest_place_on_the_line():
    line = np.array([(0.0, 0), (10, 0), (10, 10)])
    assert distance_to_line(np.array([4.0, 3]), line) == 3
    assert distance_to_line(np.array([13.0, -4]), line) == 5
    assert distance_to_line(np.array([4.0, 6]), line) == pytest.approx(6)
    assert distance_to_line(np.array([4.0, 6]), line, closed=True) == pytest.approx(np.sqrt(2))
    assert distance_to_line(np.array([3.0, 4]), np.zeros((1, 2))) == 5
    assert distance_to_line(np.array([3.0, 4]), np.zeros((1, 2)), closed=True) == 5

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def shapes(a_desktop):
    from SAMSegmenterLib.desktop import overlay_shapes

    return overlay_shapes


def painted(cells, shape):
    """Pixels that the rectangles cover."""
    found = np.zeros(shape, int)
    for corners in cells.corners:
        (x0, y0), (x1, y1) = corners[0] + 0.5, corners[2] + 0.5
        found[int(y0) : int(y1), int(x0) : int(x1)] += 1
    return found


def test_areas_cover_each_pixel_of_the_mask_once(shapes):
    mask = np.random.default_rng(3).random((20, 31)) < 0.5
    assert np.array_equal(painted(shapes.mask_area(mask, (1, 2, 3, 4)), mask.shape), mask.astype(int))


def test_outlines_have_the_length_of_the_border_in_few_lines(shapes):
    mask = np.zeros((9, 9), bool)
    mask[2:5, 3:8] = True
    cells = shapes.mask_outline(mask, (1, 2, 3, 4))
    lengths = np.abs(cells.corners[:, 1] - cells.corners[:, 0]).sum(axis=1)
    assert sorted(lengths) == [3, 3, 5, 5]
    assert cells.corners.min() == 1.5 and cells.corners.max() == 7.5
    assert {tuple(colour) for colour in cells.colours} == {(1, 2, 3, 4)}


def test_an_empty_mask_has_neither_area_nor_outline(shapes):
    empty = np.zeros((4, 5), bool)
    assert len(shapes.mask_area(empty, (0, 0, 0, 0)).corners) == 0
    assert len(shapes.mask_outline(empty, (0, 0, 0, 0)).corners) == 0
    assert shapes.joined([], 2).corners.shape == (0, 2, 2)


def test_uncertain_pixels_are_the_redder_the_less_sure(shapes):
    values = np.zeros((3, 6), np.float32)
    values[1, 1:5] = (0.3, 0.3, 1.0, 0.1)
    cells = shapes.heat_area(shapes.heat_levels(values))
    assert np.array_equal(painted(cells, values.shape), (values > 0.1).astype(int))
    assert len(cells.corners) == 2, "equal neighbours are one rectangle"
    assert cells.colours[0, 1] > 150 > 20 > cells.colours[1, 1]
    assert (cells.colours[:, 0] == 255).all() and cells.colours[0, 3] < cells.colours[1, 3]


def test_levels_of_uncertainty_rise_with_it_from_the_least_that_is_drawn(shapes):
    values = np.linspace(0, 1, 101, dtype=np.float32)[None]
    levels = shapes.heat_levels(values)[0]
    assert (levels[:11] == 0).all() and levels[11] == 1 and levels[-1] == shapes.HEAT_LEVELS
    assert set(np.diff(levels.astype(int))) == {0, 1}


def test_cells_of_a_coarse_image_cover_its_blocks_of_the_fine_one(shapes):
    coarse = np.array([[False, True], [True, True]])
    cells = shapes.scaled(shapes.mask_area(coarse, (1, 2, 3, 4)), 3, (2, 1))
    expected = np.zeros((8, 9), int)
    expected[1:7, 2:8] = coarse.repeat(3, 0).repeat(3, 1)
    assert np.array_equal(painted(cells, expected.shape), expected)


def test_neighbouring_numbers_have_colours_that_differ(shapes):
    colours = np.array([shapes.distinct_colour(number)[:3] for number in range(20)])
    assert (np.abs(np.diff(colours, axis=0)).sum(axis=1) > 80).all()
    assert ((colours >= 80) & (colours <= 255)).all()


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.95, 1.1])
def test_runs_down_the_columns_are_those_of_the_turned_mask(shapes, share):
    from SAMSegmenterLib.core.runs import runs_of

    mask = np.random.default_rng(3).random((13, 21)) < share
    found, expected = shapes._runs_down(mask), runs_of(np.ascontiguousarray(mask.T))
    for name in ("rows", "starts", "stops"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))
    assert found.shape == expected.shape

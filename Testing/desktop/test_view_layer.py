from __future__ import annotations

import numpy as np
import pytest

TO_VIEW = np.array([[2.0, 0, 10], [0, -3, 200]])
"""Slice image pixels twice as wide and three times as high as view pixels, y downwards."""


@pytest.fixture
def layer_of(a_desktop):
    from SAMSegmenterLib.desktop.view_layer import ViewLayer

    return ViewLayer


@pytest.fixture
def shapes(a_desktop):
    from SAMSegmenterLib.desktop import overlay_shapes

    return overlay_shapes


def shown(layer):
    """Corners (view pixels) and colour of each cell."""
    from vtk.util.numpy_support import vtk_to_numpy

    data = layer.actors[-1].GetMapper().GetInput()
    colours = vtk_to_numpy(data.GetCellData().GetScalars())
    found = []
    for number in range(data.GetNumberOfCells()):
        points = data.GetCell(number).GetPoints()
        corners = [points.GetPoint(place)[:2] for place in range(points.GetNumberOfPoints())]
        found.append((corners, tuple(colours[number].tolist())))
    return found


def test_areas_lie_where_the_view_shows_their_pixels(layer_of, shapes):
    mask = np.zeros((5, 6), bool)
    mask[1, 2:5] = True
    layer = layer_of()
    layer.show_cells(shapes.mask_area(mask, (1, 2, 3, 4)), TO_VIEW)
    ((corners, colour),) = shown(layer)
    assert sorted(corners) == [(13, 195.5), (13, 198.5), (19, 195.5), (19, 198.5)]
    assert colour == (1, 2, 3, 4)


def test_cells_of_different_lengths_keep_their_order_and_colours(layer_of, shapes):
    lines = shapes.Shapes()
    lines.add(np.array([(0, 0), (1, 1), (2, 0)]), (9, 8, 7, 6))
    lines.add(np.array([(-4.0, 0), (4, 0)]), (1, 1, 1, 255), np.array([5.0, 2.0]))
    layer = layer_of(2.0)
    layer.show_shapes(lines, TO_VIEW)
    assert shown(layer) == [
        ([(10, 200), (12, 197), (14, 200)], (9, 8, 7, 6)),
        ([(16, 194), (24, 194)], (1, 1, 1, 255)),  # around a place: in view pixels
    ]


def test_a_layer_shows_what_it_was_told_last(layer_of, shapes):
    layer = layer_of()
    for mask in (np.ones((7, 2), bool), np.ones((3, 2), bool)):
        layer.show_cells(shapes.mask_area(mask, (1, 2, 3, 4)), TO_VIEW)
        assert layer.count == len(mask)
    layer.show_cells(shapes.joined([], 4), TO_VIEW)
    assert layer.count == 0
    layer.show_cells(shapes.mask_area(np.ones((3, 2), bool), (1, 2, 3, 4)), TO_VIEW)
    layer.clear()
    assert layer.count == 0
    layer.show_shapes(shapes.Shapes(), TO_VIEW)
    assert layer.count == 0


def test_only_lines_have_a_dark_rim_and_it_lies_below_them(layer_of):
    areas, lines = layer_of(), layer_of(2.0)
    assert len(areas.actors) == 1
    rim, line = lines.actors
    assert rim.GetMapper().GetInput() is line.GetMapper().GetInput()
    assert rim.GetProperty().GetLineWidth() > line.GetProperty().GetLineWidth() == 2.0
    assert not rim.GetMapper().GetScalarVisibility() and line.GetMapper().GetScalarVisibility()
    assert rim.GetProperty().GetColor() == (0, 0, 0)


def test_actors_are_never_picked(layer_of):
    assert not any(actor.GetPickable() for actor in layer_of(1.0).actors)


def test_lines_and_shapes_of_constant_size_grow_with_the_scale(layer_of, shapes):
    both = shapes.Shapes()
    both.add(np.array([(0, 0), (1, 1)]), (9, 8, 7, 6))
    both.add(np.array([(-4.0, 0), (4, 0)]), (1, 1, 1, 255), np.array([5.0, 2.0]))
    layer = layer_of(2.0)
    widths = [actor.GetProperty().GetLineWidth() for actor in layer.actors]
    layer.set_scale(1.5)
    layer.show_shapes(both, TO_VIEW)
    assert [corners for corners, _colour in shown(layer)] == [[(10, 200), (12, 197)], [(14, 194), (26, 194)]]
    assert [actor.GetProperty().GetLineWidth() for actor in layer.actors] == [1.5 * width for width in widths]

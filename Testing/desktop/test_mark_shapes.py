from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.marks import BoxMark, LassoMark, PointMark, PriorMark, ScribbleMark


@pytest.fixture
def marks(a_desktop):
    from SAMSegmenterLib.desktop import mark_shapes

    return mark_shapes


@pytest.fixture
def drawn(marks):
    """`drawn(mark)`: its discs and lines."""
    from SAMSegmenterLib.desktop.overlay_shapes import Shapes

    def draw(mark):
        discs, lines = Shapes(), Shapes()
        marks.add_mark(mark, discs, lines)
        return discs, lines

    return draw


def reach(cells):
    """Largest distance of corners from the anchor along x and y."""
    return np.abs(np.concatenate(cells)).max(axis=0)


def test_points_have_one_size_at_every_zoom_and_lie_where_they_were_put(drawn, marks):
    discs, lines = drawn(PointMark("p1", (7.5, 3.0)))
    assert not lines.cells
    assert all(np.array_equal(anchor, (7.5, 3.0)) for anchor in discs.anchors)
    rim, disc = (np.linalg.norm(cell, axis=1) for cell in discs.cells[:2])
    assert np.allclose(disc, marks.RADIUS) and (rim > disc.max()).all()


def test_points_inside_and_outside_differ_in_colour_and_in_sign(drawn):
    inside, outside = drawn(PointMark("p1", (1, 2), 1))[0], drawn(PointMark("p2", (1, 2), 0))[0]
    assert inside.colours[1] != outside.colours[1]
    signs = [cells.cells[2:] for cells in (inside, outside)]
    assert [len(sign) for sign in signs] == [2, 1]
    plus, minus = (reach(sign) for sign in signs)
    assert plus[0] == plus[1] > minus[1] and minus[0] == plus[0]


def test_a_box_is_a_closed_line_with_a_handle_at_each_corner(drawn):
    discs, lines = drawn(BoxMark("b1", (30, 40, 10, 20)))
    corners = {(10, 20), (30, 20), (30, 40), (10, 40)}
    assert len(lines.cells) == 1 and lines.anchors == [None]
    assert {tuple(place) for place in lines.cells[0]} == corners
    assert np.array_equal(lines.cells[0][0], lines.cells[0][-1])
    assert {tuple(place) for place in discs.anchors} == corners


def test_strokes_are_open_and_lassos_closed(drawn):
    path = np.array([(0.0, 0), (5, 1), (9, 7)])
    stroke, lasso = drawn(ScribbleMark("s1", path))[1], drawn(LassoMark("l1", path))[1]
    assert np.array_equal(stroke.cells[0], path)
    assert np.array_equal(lasso.cells[0], [*path, path[0]])


@pytest.mark.parametrize("kind", [ScribbleMark, LassoMark])
def test_strokes_and_lassos_have_the_colours_of_points(drawn, kind):
    path = np.array([(0.0, 0), (5, 1), (9, 7)])
    for label in (0, 1):
        assert drawn(kind("x1", path, label))[1].colours == [drawn(PointMark("p1", (0, 0), label))[0].colours[1]]


def test_a_stroke_of_one_place_and_a_mask_have_no_line(drawn):
    for mark in (ScribbleMark("s1", [(3, 4)]), PriorMark("m1", np.ones((2, 2), bool))):
        discs, lines = drawn(mark)
        assert not discs.cells and not lines.cells


def test_what_is_drawn_follows_the_mouse(marks):
    from SAMSegmenterLib.desktop.overlay_shapes import Shapes

    path = [(0.0, 0.0), (4.0, 9.0), (8.0, 6.0)]
    lines = Shapes()
    for tool in ("box", "scribble", "lasso", "point", "move"):
        marks.add_drag(tool, 1, path, lines)
    box, scribble, lasso = lines.cells
    assert np.array_equal(box[[0, 2]], [(0, 0), (8, 6)])
    assert np.array_equal(scribble, path) and np.array_equal(lasso, [*path, path[0]])


def test_a_mark_that_is_moved_is_shown_where_it_would_be(marks):
    from SAMSegmenterLib.desktop.overlay_shapes import Shapes

    path = np.array([(0.0, 0), (5, 1), (9, 7)])
    lines = Shapes()
    for mark in (PointMark("p", (2, 3)), BoxMark("b", (1, 2, 3, 4)), ScribbleMark("s", path), LassoMark("l", path)):
        marks.add_ghost(mark, lines)
    assert [anchor is None for anchor in lines.anchors] == [False, True, True, True]
    assert np.array_equal(lines.anchors[0], (2, 3))
    assert [len(cell) for cell in lines.cells[1:]] == [5, 3, 4]
    assert set(lines.colours) == {marks.GHOST}

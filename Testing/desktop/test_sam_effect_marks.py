"""Marks are moved, reshaped and deleted with mouse and keys, in every kind of view."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from support.phantoms import matrix, two_boxes_volume

SHAPE = (40, 80, 60)
MIDDLE = (20, 40, 30)

VIEWS = {
    "axial": ("Red", (1.0, 1.0, 1.0), 1.0),
    "sagittal": ("Yellow", (1.0, 1.0, 1.0), 1.0),
    "oblique": ("Red", (1.0, 1.0, 1.0), 1.0),
    "zoomed in": ("Red", (1.0, 1.0, 1.0), 0.6),
    "zoomed out": ("Green", (1.0, 1.0, 1.0), 1.6),
    "anisotropic": ("Yellow", (3.0, 1.0, 0.7), 1.0),
}


@pytest.fixture(params=VIEWS)
def at_work(start_effect, request):
    """A desk, and the view of the case: turned, zoomed and panned."""
    name, spacing, zoom = VIEWS[request.param]
    desk = start_effect(two_boxes_volume(SHAPE, ijk_to_ras=matrix(spacing))[0])
    view = At(desk, name)
    if request.param == "oblique":
        view.node.SetSliceToRASByNTP(0.1, -0.5, 0.85, -1, 0, 0.1, *desk.editing.ras(*MIDDLE), 0)
    view.zoom(zoom, pan=(7, -5))
    return desk, view


class At:
    """A view by its pixels."""

    def __init__(self, desk, name):
        self.desk, self.hand = desk, desk.editing.views[name]
        self.node = self.hand.widget.mrmlSliceNode()

    @property
    def middle(self):
        """Where the middle of the volume is seen."""
        return np.array(self.hand.xy(self.desk.editing.ras(*MIDDLE)))

    def zoom(self, factor, pan=(0, 0)):
        self.node.SetFieldOfView(*(value * factor for value in self.node.GetFieldOfView()[:2]), 1.0)
        self.node.SetXYZOrigin(*pan, 0)
        self.desk.settle()

    def drag(self, *places):
        self.hand.drag(*[self.hand.ras(*place) for place in places])
        self.desk.settle()

    def click(self, place, **how):
        self.hand.click(self.hand.ras(*place), **how)
        self.desk.settle()

    def shown(self):
        """Corners of boxes and places of points, in view pixels."""
        from SAMSegmenterLib.desktop.shown_slice import ShownSlice

        one = ShownSlice.of(self.desk.controller.owner, self.node)
        found = []
        for mark in one.marks:
            xy = mark.xy if hasattr(mark, "xy") else mark.box.reshape(2, 2)
            found.append(xy.reshape(-1, 2) @ one.to_view[:, :2].T + one.to_view[:, 2])
        return found


def beside(place, x, y):
    return np.add(place, (x, y))


def box(view, half=(40, 25)):
    """Draw a box around the middle; returns its lower left and upper right corners."""
    view.desk.effect.setParameter("Tool", "box")
    low, high = beside(view.middle, -half[0], -half[1]), beside(view.middle, *half)
    view.drag(low, view.middle, high)
    view.desk.effect.setParameter("Tool", "point")
    return low, high


def corners(view, number=0):
    """Smallest and largest x and y of a box."""
    found = view.shown()[number]
    return np.concatenate([found.min(axis=0), found.max(axis=0)])


def test_a_point_goes_where_it_is_dragged_and_back(at_work):
    desk, view = at_work
    start, end = view.middle, beside(view.middle, 21, 13)
    view.click(start)
    view.drag(start, beside(start, 4, 4), end)
    assert len(desk.session.marks) == 1
    assert np.allclose(view.shown(), [[end]], atol=1e-3)
    desk.session.undo_mark()
    assert np.allclose(view.shown(), [[start]], atol=1e-3)
    desk.session.redo_mark()
    assert np.allclose(view.shown(), [[end]], atol=1e-3)
    desk.session.undo_mark()
    desk.session.undo_mark()
    assert not view.shown()


def test_a_point_keeps_its_distance_to_the_mouse_that_holds_it(at_work):
    _desk, view = at_work
    start = view.middle
    view.click(start)
    view.drag(beside(start, 3, -4), beside(start, 13, 6))
    assert np.allclose(view.shown(), [[beside(start, 10, 10)]], atol=1e-3)


def test_corners_and_sides_of_a_box_are_dragged(at_work):
    desk, view = at_work
    low, high = box(view)
    assert np.allclose(corners(view), [*low, *high], atol=1e-3)
    view.drag(high, beside(high, 9, -6))
    high = beside(high, 9, -6)
    assert np.allclose(corners(view), [*low, *high], atol=1e-3)
    view.drag((low[0], view.middle[1]), (low[0] + 11, view.middle[1] + 4))
    assert np.allclose(corners(view), [low[0] + 11, low[1], *high], atol=1e-3)
    view.drag((view.middle[0], low[1]), (view.middle[0] + 2, low[1] - 8))
    assert np.allclose(corners(view), [low[0] + 11, low[1] - 8, *high], atol=1e-3)
    assert len(desk.session.marks) == 1
    for _ in range(3):
        desk.session.undo_mark()
    assert np.allclose(corners(view), [*low, *beside(high, -9, 6)], atol=1e-3)


def test_a_corner_may_be_dragged_beyond_the_opposite_one(at_work):
    desk, view = at_work
    low, high = box(view, half=(20, 15))
    view.drag(high, beside(low, -10, -5))
    assert np.allclose(corners(view), [*beside(low, -10, -5), *low], atol=1e-3)
    x0, y0, x1, y1 = next(iter(desk.session.marks)).box
    assert x0 < x1 and y0 < y1


@pytest.mark.parametrize("how", ["Delete", "Backspace", "right click"])
def test_the_mark_under_the_mouse_is_deleted_and_comes_back(at_work, how):
    desk, view = at_work
    places = view.middle, beside(view.middle, 30, 12)
    for place in places:
        view.click(place)
    if how == "right click":
        view.click(beside(places[1], 3, 3), button="Right")
    else:
        view.hand.move(view.hand.ras(*beside(places[1], 3, 3)))
        view.hand.type(how)
        desk.settle()
    assert np.allclose(view.shown(), [[places[0]]], atol=1e-3)
    desk.session.undo_mark()
    assert np.allclose(view.shown(), [[place] for place in places], atol=1e-3)


def test_marks_are_held_within_eight_pixels_of_the_screen(at_work):
    desk, view = at_work
    start = view.middle
    view.click(start)
    view.drag(beside(start, 9, 0), beside(start, 9, 20))
    assert len(desk.session.marks) == 2, "beside the mark: another one"
    desk.session.undo_mark()
    view.drag(beside(start, 7, 0), beside(start, 7, 20))
    assert np.allclose(view.shown(), [[beside(start, 0, 20)]], atol=1e-3)
    view.click(beside(start, 0, 29), button="Right")
    assert len(desk.session.marks) == 1
    view.click(beside(start, 0, 27), button="Right")
    assert len(desk.session.marks) == 0


def test_a_mark_dragged_is_seen_where_it_would_be(at_work):
    desk, view = at_work
    _, high = box(view)
    view.hand.press(view.hand.ras(*high))
    view.hand.move(view.hand.ras(*beside(high, 20, 5)))
    moved = desk.controller.events.moved_mark()
    drawn = [one for one in desk.controller.overlays._views if one.slice_node is view.node]
    assert drawn[0].layers[5].count == 1
    view.hand.release(view.hand.ras(*beside(high, 20, 5)))
    desk.settle()
    assert np.allclose(moved.box, next(iter(desk.session.marks)).box)
    assert drawn[0].layers[5].count == 0


def test_escape_in_the_middle_of_a_drag_leaves_the_mark_where_it_was(at_work):
    desk, view = at_work
    low, high = box(view)
    view.hand.press(view.hand.ras(*high))
    view.hand.move(view.hand.ras(*beside(high, 20, 5)))
    view.hand.type("Escape")
    view.hand.release(view.hand.ras(*beside(high, 20, 5)))
    desk.settle()
    assert np.allclose(corners(view), [*low, *high], atol=1e-3)
    assert len(desk.session.marks) == 1


@pytest.fixture
def two_views(start_effect):
    """A desk with two axial views at the same slice."""
    from support.desktop.view_hand import ViewHand

    desk = start_effect(two_boxes_volume()[0])
    manager = slicer.app.layoutManager()
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutTwoOverTwoView)
    desk.editing.views["Slice4"] = ViewHand(manager.sliceWidget("Slice4"))
    desk.editing.views["Slice4"].widget.fitSliceToBackground()
    for name in ("Red", "Slice4"):
        desk.editing.views[name].show(desk.editing.ras(8, 12, 12))
    desk.settle()
    return desk


def test_a_mark_made_in_one_view_is_moved_and_deleted_in_another(two_views):
    ras = two_views.editing.ras
    two_views.click("Red", ras(8, 12, 12))
    other = At(two_views, "Slice4")
    place = np.array(other.hand.xy(ras(8, 12, 12)))
    preview = two_views.session.preview
    other.hand.move(other.hand.ras(*place))
    assert two_views.session.preview is preview, "the mouse may go to another view of the slice"
    other.drag(place, beside(place, 15, -10))
    (shown,) = other.shown()
    assert np.allclose(shown, [beside(place, 15, -10)], atol=1.5)
    other.hand.type("Delete")
    two_views.settle()
    assert len(two_views.session.marks) == 0


def test_a_mark_seen_in_a_view_at_another_slice_is_deleted_there(two_views):
    ras = two_views.editing.ras
    two_views.click("Slice4", ras(9, 16, 16))
    two_views.click("Red", ras(8, 12, 12))
    other = At(two_views, "Slice4")
    assert len(other.shown()) == 1 and two_views.session.plane.index == 8
    other.hand.move(ras(9, 16, 16))
    assert two_views.session.plane.index == 8, "what is not accepted stays in sight"
    other.hand.click(ras(9, 16, 16), button="Right")
    two_views.settle()
    assert not other.shown() and len(At(two_views, "Red").shown()) == 1


def test_a_right_click_beside_all_marks_is_slicers(two_views):
    two_views.click("Red", two_views.editing.ras(8, 12, 12))
    node = two_views.editing.views["Slice4"].widget.mrmlSliceNode()
    before = node.GetFieldOfView()
    hand = two_views.editing.views["Slice4"]
    hand.drag(hand.ras(20, 20), hand.ras(20, 60), button="Right")
    assert node.GetFieldOfView() != before
    assert len(two_views.session.marks) == 1

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import two_boxes_volume

SIZE = (320, 240)
TO_VIEW = np.array([[4.0, 0, 20], [0, -4, 200]])
MASK = np.zeros((20, 30), bool)
MASK[3:9, 4:17] = True


@pytest.fixture
def desk(start_effect):
    desk = start_effect(two_boxes_volume()[0])
    desk.editing.activate("")
    return desk


@pytest.fixture
def view(desk):
    from SAMSegmenterLib.desktop.overlaid_view import OverlaidView

    return OverlaidView(desk.effect, desk.editing.views["Red"].widget)


@pytest.fixture
def show(view):
    """`show(mask, places)`: draw a mask and points."""
    from SAMSegmenterLib.desktop.drawn_values import DrawnValues
    from SAMSegmenterLib.desktop.mark_shapes import add_point
    from SAMSegmenterLib.desktop.overlay_shapes import Shapes

    def draw(mask=MASK, places=()):
        discs = Shapes()
        for place in places:
            add_point(np.array(place), 1, discs)
        values = [DrawnValues.mask(mask, (250, 200, 0, 90), (250, 200, 0, 255))]
        view.show(values, discs, Shapes(), TO_VIEW, SIZE)

    return draw


def props(desk):
    return desk.effect.renderer(desk.editing.views["Red"].widget).GetViewProps().GetNumberOfItems()


def test_a_view_with_nothing_to_draw_gets_no_actors(desk, view, show):
    before = props(desk)
    show(np.zeros((20, 30), bool))
    assert props(desk) == before and not view.layers
    show()
    assert props(desk) > before
    show(np.zeros((20, 30), bool))
    assert [layer.count for layer in view.layers] == [0] * 6


def test_what_is_removed_leaves_no_actor_and_may_come_back(desk, view, show):
    before = props(desk)
    show()
    full = props(desk)
    view.remove()
    assert props(desk) == before
    show()
    assert props(desk) == full
    view.remove()
    view.remove()
    assert props(desk) == before


def test_clearing_draws_nothing_and_only_when_something_was_drawn(desk, view, show):
    show()
    view.drawn = "something"
    widget = desk.editing.views["Red"].widget.sliceView()
    widget.forceRender()
    view.clear()
    assert view.drawn is None and widget._scheduled == 1
    view.clear()
    assert widget._scheduled == 1


def test_a_mask_covers_its_pixels_and_no_others(desk, view, show, drawing):
    hand = desk.editing.views["Red"]
    plain = hand.picture().astype(int)
    show()
    change = np.abs(hand.picture().astype(int) - plain).sum(axis=-1)[::-1] > 0
    rows, columns = np.nonzero(change)
    edges = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    left, right = (3.5 * 4 + 20, 16.5 * 4 + 20)
    bottom, top = (200 - 8.5 * 4, 200 - 2.5 * 4)
    assert np.allclose(edges, (left, right, bottom, top), atol=2.5), "with half of the line and its rim"
    assert change[int(bottom) + 3 : int(top) - 3, int(left) + 3 : int(right) - 3].all()


def test_points_lie_above_masks(desk, view, show, drawing):
    from SAMSegmenterLib.desktop.overlay_shapes import INSIDE

    show(places=[(10.0, 6.0)])
    x, y = (int(value) for value in TO_VIEW @ (10, 6, 1))
    picture = desk.editing.views["Red"].picture()[::-1]
    assert picture[y + 4, x + 3].tolist() == list(INSIDE[:3])
    assert picture[y, x].tolist() == [255, 255, 255], "its sign"


def test_what_the_mouse_does_is_drawn_on_its_own(view, show):
    from SAMSegmenterLib.desktop.overlay_shapes import Shapes, mask_area

    show()
    masks = view.layers[0].count
    lines = Shapes()
    lines.add(np.array([(1.0, 2), (5, 6)]), (255, 255, 255, 255))
    view.show_hand(mask_area(MASK, (1, 2, 3, 4)), lines, TO_VIEW)
    assert [layer.count for layer in view.layers][1] == 6 and view.layers[5].count == 1
    view.show_hand(None, Shapes(), TO_VIEW)
    assert view.layers[1].count == view.layers[5].count == 0 and view.layers[0].count == masks


def test_marks_are_as_large_on_screens_with_small_pixels_and_back(desk, view, show):
    window = desk.editing.views["Red"].widget.sliceView().renderWindow()
    size, widths = window.GetSize(), []
    for times in (1, 2, 1):
        window.SetSize(times * size[0], times * size[1])
        show(places=[(10.0, 6.0)])
        x0, x1 = view.layers[4].actors[0].GetMapper().GetInput().GetBounds()[:2]
        widths.append((x1 - x0, view.layers[2].actors[-1].GetProperty().GetLineWidth()))
    assert widths[1] == pytest.approx([2 * width for width in widths[0]]) and widths[2] == widths[0]


def test_a_view_out_of_the_layout_or_the_scene_is_not_shown(desk, view, show):
    import slicer

    assert view.is_alive and view.is_shown
    view.slice_node.SetMappedInLayout(0)
    assert view.is_alive and not view.is_shown
    view.slice_node.SetMappedInLayout(1)
    show()
    slicer.app.layoutManager()._remove_view("Red")
    assert not view.is_alive and not view.is_shown
    view.remove()
    assert view.layers == ()


def test_its_state_changes_with_its_place_and_its_volumes(view):
    states = [view.state, view.state]
    view.slice_node.SetSliceOffset(3)
    states.append(view.state)
    view._composite.SetForegroundOpacity(0.3)
    states.append(view.state)
    assert states[0] == states[1] and len(set(states)) == 3

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import matrix, two_boxes_volume


@pytest.fixture
def shown(desk):
    """`shown(view)`: the slice that a view shows."""
    from SAMSegmenterLib.desktop.shown_slice import ShownSlice

    return lambda view: ShownSlice.of(desk.controller.owner, desk.editing.views[view].widget.mrmlSliceNode())


def test_the_slice_that_is_worked_on_comes_with_its_marks(desk, shown):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    red = shown("Red")
    assert red.is_current and red.plane == desk.session.plane and red.grid is desk.session.grid
    assert [mark.id for mark in red.marks] == [mark.id for mark in desk.session.marks] and len(red.marks) == 1


def test_other_slices_come_with_the_marks_of_the_selected_segment(desk, shown):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.click("Yellow", desk.editing.ras(8, 12, 20))
    red = shown("Red")
    assert not red.is_current and shown("Yellow").is_current
    assert np.allclose([mark.xy for mark in red.marks], [(12, 12)], atol=0.3)
    desk.editing.select("two")
    desk.settle()
    assert len(shown("Red").marks) == len(shown("Yellow").marks) == 0


def test_a_view_beside_the_volume_shows_none_of_its_slices(desk, shown):
    hand = desk.editing.views["Red"]
    hand.show(desk.editing.ras(400, 12, 12))
    assert shown("Red") is None
    hand.show(desk.editing.ras(8, 12, 12))
    assert shown("Red") is not None


def test_without_a_segmentation_nothing_is_shown(desk, shown):
    import slicer

    slicer.mrmlScene.RemoveNode(desk.editing.segmentation_node)
    desk.settle()
    assert shown("Red") is None


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (3.0, 1.0, 0.5)])
@pytest.mark.parametrize("view", ["Red", "Green", "Yellow"])
def test_places_go_to_the_view_and_back(start_effect, spacing, view):
    from SAMSegmenterLib.desktop.shown_slice import ShownSlice

    desk = start_effect(two_boxes_volume(ijk_to_ras=matrix(spacing))[0])
    hand = desk.editing.views[view]
    desk.click(view, desk.editing.ras(8, 12, 12))
    one = ShownSlice.of(desk.controller.owner, hand.widget.mrmlSliceNode())
    x, y = one.to_view @ (*one.marks.marks[0].xy, 1.0)
    assert np.allclose((x, y), hand.xy(desk.editing.ras(8, 12, 12)), atol=1e-6)
    assert np.allclose(one.xy((round(x), round(y))), one.marks.marks[0].xy, atol=1e-6)
    assert one.xy((-5000, 0)) is None


def test_reach_is_a_distance_in_the_view_whatever_the_zoom(desk, shown):
    ras = desk.editing.ras(8, 12, 12)
    desk.click("Red", ras)
    hand = desk.editing.views["Red"]
    node = hand.widget.mrmlSliceNode()
    for zoom in (0.2, 1.0, 3.0):
        width, height, depth = node.GetFieldOfView()
        node.SetFieldOfView(width * zoom, height * zoom, depth)
        x, y = np.round(shown("Red").to_view @ (*shown("Red").marks.marks[0].xy, 1.0))
        for sideways in (0, 4, 8, 9, 20):
            found = shown("Red").mark_near((int(x) + sideways, int(y)), 8.6)
            assert (found is not None) == (sideways <= 8), (zoom, sideways)
        node.SetFieldOfView(width, height, depth)

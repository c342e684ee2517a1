"""What is drawn in which view, and what is left in views that vanish."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from support.phantoms import matrix, two_boxes_volume

SHAPE = (16, 40, 48)


@pytest.fixture
def desk(start_effect):
    return start_effect(two_boxes_volume()[0])


def layout(desk, number):
    """Change the layout; returns hands of the views that Slicer has then."""
    from support.desktop.view_hand import ViewHand

    manager = slicer.app.layoutManager()
    manager.setLayout(number)
    for name in manager.sliceViewNames():
        if name not in desk.editing.views:
            desk.editing.views[name] = ViewHand(manager.sliceWidget(name))
    manager.sliceWidget("Red").parent().updateGeometry()
    desk.settle()
    return desk.editing.views


@pytest.fixture
def four(desk):
    """The desk with two axial views that show the same slice."""
    views = layout(desk, slicer.vtkMRMLLayoutNode.SlicerLayoutTwoOverTwoView)
    views["Slice4"].widget.fitSliceToBackground()
    for name in ("Red", "Slice4"):
        views[name].show(desk.editing.ras(8, 12, 12))
    desk.settle()
    return desk


def props(desk):
    """How many things VTK has in each view."""
    manager = slicer.app.layoutManager()
    renderers = {name: desk.effect.renderer(manager.sliceWidget(name)) for name in manager.sliceViewNames()}
    return {name: renderer.GetViewProps().GetNumberOfItems() for name, renderer in renderers.items()}


def drawn(desk, name):
    """How many polygons and lines the effect shows in a view: masks, and marks."""
    node = slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode()
    (view,) = [one for one in desk.controller.overlays._views if one.slice_node is node]
    counts = [layer.count for layer in view.layers] or [0] * 6
    return counts[0] + counts[2], counts[3] + counts[4]


def test_marks_and_masks_appear_in_every_view_at_their_slice(four):
    four.click("Red", four.editing.ras(8, 12, 12))
    assert drawn(four, "Red") == drawn(four, "Slice4") != (0, 0)
    assert drawn(four, "Green") == drawn(four, "Yellow") == (0, 0)
    four.click("Slice4", four.editing.ras(8, 16, 14))
    assert drawn(four, "Red") == drawn(four, "Slice4")
    assert drawn(four, "Red")[1] == 8, "two points of four polygons"
    assert len(four.session.marks) == 2
    four.session.reject()
    assert drawn(four, "Red") == drawn(four, "Slice4") == (0, 0)


def test_a_view_at_another_slice_shows_that_slices_marks_and_no_mask(four):
    four.click("Red", four.editing.ras(8, 12, 12))
    four.editing.views["Slice4"].show(four.editing.ras(9, 12, 12))
    four.settle()
    assert drawn(four, "Slice4") == (0, 0)
    four.click("Red", four.editing.ras(9, 12, 12))
    assert drawn(four, "Slice4") == drawn(four, "Red")
    four.editing.views["Slice4"].show(four.editing.ras(8, 12, 12))
    four.settle()
    assert drawn(four, "Slice4") == (0, 4), "its marks, but the mask is that of the slice worked on"
    four.editing.views["Slice4"].show(four.editing.ras(7, 12, 12))
    assert drawn(four, "Slice4") == (0, 0)


def test_marks_of_one_orientation_come_back_in_whichever_view_shows_their_slice(four):
    four.click("Yellow", four.editing.ras(8, 12, 20))
    green, node = four.editing.views["Green"], four.editing.views["Green"].widget.mrmlSliceNode()
    four.click("Red", four.editing.ras(8, 12, 12))
    assert drawn(four, "Yellow") == (0, 4)
    assert drawn(four, "Green") == (0, 0)
    node.SetOrientation("Sagittal")
    green.show(four.editing.ras(8, 12, 20))
    four.settle()
    assert drawn(four, "Green") == (0, 4)


def test_tilted_slices_appear_in_views_tilted_alike(four):
    red, other = (four.editing.views[name].widget.mrmlSliceNode() for name in ("Red", "Slice4"))
    ras = four.editing.ras(8, 12, 12)
    for node in (red, other):
        node.SetSliceToRASByNTP(0, -0.5, 3**0.5 / 2, -1, 0, 0, *ras, 0)
    four.editing.views["Red"].click(ras)
    four.settle()
    assert four.session.plane.axis is None
    assert drawn(four, "Red") == drawn(four, "Slice4") != (0, 0)
    other.SetSliceToRASByNTP(0, 0.5, 3**0.5 / 2, -1, 0, 0, *ras, 0)
    assert drawn(four, "Slice4") == (0, 0)


def test_a_view_of_another_volume_shows_nothing_unless_one_works_in_it(four):
    from SAMSegmenterLib.core.geometry import Volume
    from SAMSegmenterLib.scene.volumes import node_from_volume

    other = node_from_volume(Volume(np.zeros(SHAPE, np.int16), np.eye(4), name="other"))
    four.click("Red", four.editing.ras(8, 12, 12))
    composite = four.editing.views["Slice4"].widget.sliceLogic().GetSliceCompositeNode()
    composite.SetBackgroundVolumeID(other.GetID())
    four.settle()
    assert drawn(four, "Slice4") == (0, 0) != drawn(four, "Red")
    composite.SetForegroundVolumeID(four.editing.volume_node.GetID())
    composite.SetForegroundOpacity(0.5)
    four.settle()
    assert drawn(four, "Slice4") == drawn(four, "Red")
    composite.SetForegroundVolumeID(None)
    four.settle()
    four.click("Slice4", four.editing.ras(8, 14, 12))
    assert drawn(four, "Slice4") == drawn(four, "Red") != (0, 0)


def test_a_view_in_which_the_segmentation_may_not_be_shown_stays_empty(four):
    four.click("Red", four.editing.ras(8, 12, 12))
    red = four.editing.views["Red"].widget.mrmlSliceNode()
    four.editing.segmentation_node.GetDisplayNode().SetViewNodeIDs([red.GetID()])
    four.settle()
    assert drawn(four, "Slice4") == (0, 0) != drawn(four, "Red")


def test_zoomed_and_panned_views_show_the_marks_where_they_are(four, drawing):
    four.click("Red", four.editing.ras(8, 12, 12))
    for name, zoom in (("Red", 0.4), ("Slice4", 2.0)):
        hand = four.editing.views[name]
        node = hand.widget.mrmlSliceNode()
        node.SetFieldOfView(*(value * zoom for value in node.GetFieldOfView()[:2]), 1.0)
        node.SetXYZOrigin(4, -6, 0)
        four.settle()
        x, y = hand.xy(four.editing.ras(8, 12, 12))
        picture = hand.picture()[::-1].astype(int)
        disc = picture[y + 4, x - 2 : x + 3]
        assert (disc[:, 1] > disc[:, 0] + 80).all(), name


def test_nothing_is_done_while_nothing_changes(four, monkeypatch):
    from SAMSegmenterLib.desktop.view_layer import ViewLayer

    four.click("Red", four.editing.ras(8, 12, 12))
    calls = []
    monkeypatch.setattr(ViewLayer, "_show", lambda *_: calls.append("shown"))
    views = [four.editing.views[name].widget.sliceView() for name in ("Red", "Slice4", "Green", "Yellow")]
    for view in views:
        view.forceRender()
    for _ in range(5):
        four.controller._tick()
        four.controller.overlays.follow()
    assert not calls
    assert [view._scheduled for view in views] == [0, 0, 0, 0]


def test_moving_one_view_draws_that_view_only(four):
    four.click("Red", four.editing.ras(8, 12, 12))
    names = ("Red", "Slice4", "Green", "Yellow")
    views = [four.editing.views[name].widget.sliceView() for name in names]
    for view in views:
        view.forceRender()
    node = four.editing.views["Slice4"].widget.mrmlSliceNode()
    node.SetXYZOrigin(3, 0, 0)
    four.settle()
    assert [view._scheduled > 0 for view in views] == [False, True, False, False]


def test_a_segment_that_changes_its_colour_changes_the_mask(four):
    four.click("Red", four.editing.ras(8, 12, 12))
    overlays = four.controller.overlays
    before = overlays._current()
    assert overlays._current() == before
    four.editing.segmentation_node.GetSegmentation().GetSegment("one").SetColor(0.2, 0.4, 1.0)
    four.settle()
    assert overlays._current() != before
    assert overlays._current()[-1].cells(_whole())[1].colours[0].tolist() == [51, 102, 255, 255]


def _whole():
    from SAMSegmenterLib.desktop.drawn_values import Detail

    return Detail(1, (0, 0, 500, 500))


def test_views_that_vanish_keep_nothing_and_get_it_back(four):
    empty = props(four)
    four.click("Red", four.editing.ras(8, 12, 12))
    full = props(four)
    assert full["Red"] > empty["Red"] and full["Slice4"] > empty["Slice4"]
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpYellowSliceView)
    assert props(four) == empty
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutTwoOverTwoView)
    assert props(four)["Red"] == full["Red"] and props(four)["Slice4"] == full["Slice4"]
    assert drawn(four, "Red")[1] == drawn(four, "Slice4")[1] == 4
    four.editing.activate("")
    assert props(four) == empty


def test_a_view_that_is_new_shows_what_is_there(desk):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    views = layout(desk, slicer.vtkMRMLLayoutNode.SlicerLayoutTwoOverTwoView)
    views["Slice4"].widget.fitSliceToBackground()
    views["Slice4"].show(desk.editing.ras(8, 12, 12))
    desk.settle()
    assert drawn(desk, "Slice4") == drawn(desk, "Red") != (0, 0)
    desk.click("Slice4", desk.editing.ras(8, 14, 14))
    assert len(desk.session.marks) == 2


def test_work_goes_on_in_another_view_of_the_slice_when_its_own_vanishes(four):
    four.click("Slice4", four.editing.ras(8, 12, 12))
    preview = four.session.preview
    assert four.controller.owner.view_name == "Slice4"
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    assert four.controller.owner.view_name == "Red"
    assert four.session.preview is preview and preview is not None


def test_no_mask_can_be_accepted_of_a_slice_that_nobody_sees(four):
    four.click("Red", four.editing.ras(8, 12, 12))
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpYellowSliceView)
    assert four.session.plane is None and four.session.preview is None
    assert four.effect.self().onApply() == 0 and not four.mask().any()
    four.editing.views["Yellow"].move(four.editing.ras(8, 12, 24))
    four.settle()
    assert four.session.plane.axis == 2
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    four.editing.views["Red"].move(four.editing.ras(8, 20, 12))
    four.settle()
    assert four.session.preview is not None, "the marks were kept"


def test_the_layout_may_change_while_a_box_is_drawn(four):
    four.effect.setParameter("Tool", "box")
    four.editing.views["Red"].press(four.editing.ras(8, 3, 4))
    four.editing.views["Red"].move(four.editing.ras(8, 15, 15))
    assert four.controller.events.drag is not None
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpYellowSliceView)
    assert four.controller.events.drag is None
    four.editing.views["Red"].release(four.editing.ras(8, 15, 15))
    four.settle()
    assert not four.session.book.has_pending


@pytest.mark.parametrize("in_use", [True, False])
def test_a_view_that_is_removed_from_the_scene_is_forgotten(four, in_use):
    four.click("Slice4" if in_use else "Red", four.editing.ras(8, 12, 12))
    slicer.app.layoutManager()._remove_view("Slice4")
    four.settle()
    four.click("Red", four.editing.ras(8, 14, 14))
    assert drawn(four, "Red")[1] == 8
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    assert len(four.controller.overlays._views) == 3
    four.editing.activate("")
    assert set(props(four)) == {"Red", "Green", "Yellow"}


def test_layout_changes_do_nothing_while_another_effect_is_active(four):
    empty = props(four)
    four.click("Red", four.editing.ras(8, 12, 12))
    four.editing.activate("")
    layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    assert {name: count for name, count in props(four).items() if count != empty[name]} == {}
    assert four.controller.overlays._views == []


def test_no_observer_is_left_at_a_view(four):
    def observers():
        views = [four.editing.views[name].widget.sliceView() for name in ("Red", "Slice4")]
        return [str(view.interactor()).count("EventName") for view in views]

    four.editing.activate("")
    before = observers()
    four.editing.activate("SAM")
    four.click("Slice4", four.editing.ras(8, 12, 12))
    for _ in range(3):
        layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
        layout(four, slicer.vtkMRMLLayoutNode.SlicerLayoutTwoOverTwoView)
    four.editing.activate("")
    assert observers() == before and min(before) > 0


def test_the_proposal_under_the_mouse_lights_up_in_both_views(four):
    four.editing.views["Red"].move(four.editing.ras(8, 12, 12))
    four.settle()
    four.effect.setParameter("Tool", "proposal")
    four.session.find_proposals()
    four.settle()

    def lit(name):
        node = slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode()
        (view,) = [one for one in four.controller.overlays._views if one.slice_node is node]
        return view.layers[1].count if view.layers else 0

    four.editing.views["Red"].move(four.editing.ras(8, 14, 14))
    assert lit("Red") == lit("Slice4") > 0
    assert lit("Yellow") == 0
    four.editing.views["Slice4"].move(four.editing.ras(8, 16, 14))
    assert lit("Red") == lit("Slice4") > 0
    four.editing.views["Slice4"].leave()
    assert lit("Red") == lit("Slice4") == 0


def test_the_uncertainty_takes_the_place_of_the_filled_mask(four):
    four.click("Red", four.editing.ras(8, 12, 12))
    four.session.find_uncertainty()
    four.settle()
    heat = four.controller.overlays._current()[-1]
    values = four.session.uncertainty.values
    areas, _ = heat.cells(_whole())
    area = np.abs(areas.corners[:, 2] - areas.corners[:, 0]).prod(axis=1).sum()
    assert area == (values > 0.1).sum()
    assert drawn(four, "Red") == drawn(four, "Slice4")


@pytest.mark.parametrize("spacing", [(3.0, 1.0, 1.0), (1.0, 2.5, 0.8)])
def test_masks_cover_the_structure_in_both_views(start_effect, drawing, spacing):
    desk = start_effect(two_boxes_volume(ijk_to_ras=matrix(spacing))[0])
    views = layout(desk, slicer.vtkMRMLLayoutNode.SlicerLayoutTwoOverTwoView)
    ras = desk.editing.ras
    for name in ("Red", "Slice4"):
        views[name].widget.fitSliceToBackground()
        views[name].show(ras(8, 12, 12))
    plain = {name: views[name].picture().astype(int) for name in ("Red", "Slice4")}
    desk.click("Red", ras(8, 12, 12))
    inside, outside = ras(8, 17, 16), ras(8, 30, 10)
    for name in ("Red", "Slice4"):
        change = np.abs(views[name].picture().astype(int) - plain[name]).sum(axis=-1)[::-1]
        x, y = views[name].xy(inside)
        assert change[y, x] > 20, name
        x, y = views[name].xy(outside)
        assert change[y, x] == 0, name


def test_a_view_that_cannot_be_drawn_is_left_empty_and_the_others_are_drawn(four, monkeypatch, caplog):
    from SAMSegmenterLib.desktop.overlaid_view import OverlaidView

    four.click("Red", four.editing.ras(8, 12, 12))
    node, show = four.editing.views["Slice4"].widget.mrmlSliceNode(), OverlaidView.show

    def failing(view, *arguments):
        if view.slice_node is node:
            raise MemoryError
        show(view, *arguments)

    monkeypatch.setattr(OverlaidView, "show", failing)
    four.click("Red", four.editing.ras(8, 14, 14))
    assert len(four.session.marks) == 2
    assert drawn(four, "Red")[1] == 8 and drawn(four, "Slice4") == (0, 0)
    assert "'Slice4'" in caplog.text
    caplog.clear()
    four.controller.overlays.follow()
    assert not caplog.text, "once is enough"


def test_candidates_nearly_like_the_chosen_mask_are_not_outlined():
    from types import SimpleNamespace

    from SAMSegmenterLib.core.mask_box import box_of
    from SAMSegmenterLib.desktop.view_overlays import _candidates

    masks = np.zeros((3, 40, 60), bool)
    masks[0, 10:30, 10:30] = masks[1, 10:30, 10:31] = masks[2, 15:25, 10:30] = True
    boxes = tuple(box_of(mask) for mask in masks)
    preview = SimpleNamespace(masks=masks, mask=masks[0], chosen=0, boxes=boxes)
    assert len(_candidates(preview, (255, 0, 0), True)) == 2, "the chosen one and the one half as large"
    empty = SimpleNamespace(masks=masks * 0, mask=masks[0] * 0, chosen=0, boxes=((0, 0, 0, 0),) * 3)
    assert len(_candidates(empty, (255, 0, 0), True)) >= 1

"""Coordinates, actors and cursors of effects, with Slicer's traps."""

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import two_boxes_volume


@pytest.fixture
def editing(register_probe, start_editing):
    register_probe("def createCursor(self, widget): return qt.QCursor(qt.Qt.CrossCursor)")
    return start_editing(two_boxes_volume()[0])


@pytest.fixture
def effect(editing):
    return editing.activate("Probe")


@pytest.fixture
def red(editing):
    return editing.views["Red"].widget


def pixel(red_hand, ras):
    import qt

    return qt.QPoint(*red_hand.xy(ras))


def test_whole_voxels_are_cut_off_so_that_points_outside_become_the_first(editing, effect, red):
    import qt

    image = effect.defaultModifierLabelmap()
    hand = editing.views["Red"]
    right, left = (hand.xy(editing.ras(8, 20, i)) for i in (0, 1))
    per_voxel = right[0] - left[0]  # the axial view is seen from the feet: x runs from right to left
    for outside, expected in ((0.4, 0), (1.3, 0), (1.7, -1)):
        point = qt.QPoint(round(right[0] + outside * per_voxel), right[1])
        assert effect.xyToIjk(point, red, image).x() == expected, outside
    assert effect.self().xyToIjk(right, red, image) == [0, 20, 8]


def test_positions_go_through_whole_pixels_and_single_precision(editing, effect, red):
    import qt

    xy = editing.views["Red"].xy(editing.ras(8, 20, 24))
    ras = effect.xyToRas(qt.QPoint(*xy), red).toTuple()
    assert ras == tuple(np.float32(ras).tolist())
    assert np.allclose(ras, editing.views["Red"].ras(*xy), atol=1e-4)
    assert effect.self().xyToRas(xy, red) == list(ras)
    x, y = effect.self().rasToXy(ras, red)
    assert abs(x - xy[0]) <= 1
    assert abs(y - xy[1]) <= 1


def test_pixels_must_be_points_of_whole_numbers(effect, red):
    import qt

    with pytest.raises(ValueError):
        qt.QPoint(1.5, 2)
    with pytest.raises(ValueError, match="wrong arguments"):
        effect.xyToRas([10, 10], red)
    with pytest.raises(ValueError, match="wrong arguments"):
        effect.rasToXy((1.0, 2.0, 3.0), red)


def test_the_parent_transform_of_the_segmentation_must_be_given(editing, effect, red):
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 5.0)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(matrix)
    xy, image = editing.views["Red"].xy(editing.ras(8, 20, 24)), effect.defaultModifierLabelmap()
    assert effect.self().xyToIjk(xy, red, image) == [24, 20, 8]
    assert effect.self().xyToIjk(xy, red, image, transform) == [19, 20, 8]


def test_windows_renderers_and_nodes_belong_to_the_view(editing, effect, red):
    window = red.sliceView().renderWindow()
    assert effect.renderWindow(red) is window
    assert effect.renderer(red) is window.GetRenderers().GetItemAsObject(0)
    assert effect.viewNode(red) is red.mrmlSliceNode()
    assert red.className() == "qMRMLSliceWidget"
    assert effect.sliceSpacing(red) == 1.0
    assert effect.renderer(None) is None


def test_an_actor_stays_until_the_effect_removes_it(editing, effect, red):
    import vtk

    actor = vtk.vtkActor2D()
    effect.addActor2D(red, actor)
    editing.activate("")
    assert effect.renderer(red).HasViewProp(actor)
    effect.removeActor2D(red, actor)
    assert not effect.renderer(red).HasViewProp(actor)
    with pytest.raises(ValueError):
        effect.addActor2D(red, vtk.vtkActor())


def test_drawing_is_only_put_off(effect, red):
    before = red.sliceView()._scheduled
    effect.scheduleRender(red)
    assert red.sliceView()._scheduled == before + 1


def test_the_effects_cursor_is_set_in_the_views_and_taken_back(editing, effect, red):
    import qt

    view = red.sliceView()
    assert view._cursor.shape() == view._default_cursor.shape() == qt.Qt.CrossCursor
    effect.cursorOff(red)
    assert view._default_cursor.shape() == qt.Qt.BlankCursor
    effect.cursorOn(red)
    assert view._default_cursor.shape() == qt.Qt.ArrowCursor, "what is saved is the widget's cursor, not the view's"
    editing.activate("")
    assert view._cursor.shape() == qt.Qt.ArrowCursor


def test_an_effect_without_cursor_leaves_the_arrow(register_probe, start_editing):
    import qt

    register_probe(
        """
        def createCursor(self, widget): self.calls.append(widget)
        def setupOptionsFrame(self): self.scriptedEffect.showEffectCursorInSliceView = False
    """,
        name="Arrow",
    )
    editing = start_editing(two_boxes_volume()[0])
    effect = editing.activate("Arrow")
    assert editing.views["Red"].widget.sliceView()._cursor.shape() == qt.Qt.ArrowCursor
    assert effect.self().calls == []


@pytest.mark.parametrize(("answer", "result", "shown"), [("yes", 2, True), ("no", 2, False), ("cancel", 0, False)])
def test_editing_a_hidden_segment_is_asked_for(editing, effect, answer, result, shown):
    from support.desktop import questions

    assert effect.confirmCurrentSegmentVisible() == effect.ConfirmedWithoutDialog == 1
    display = editing.segmentation_node.GetDisplayNode()
    display.SetSegmentVisibility("one", False)
    questions.answer(answer)
    assert effect.confirmCurrentSegmentVisible() == result
    assert bool(display.GetSegmentVisibility("one")) is shown
    if answer == "no":
        assert effect.confirmCurrentSegmentVisible() == 1, "it is asked once per segment"


def test_a_question_that_nobody_answers_is_a_complaint(editing, effect, complaints):
    editing.segmentation_node.GetDisplayNode().SetSegmentVisibility("one", False)
    assert effect.confirmCurrentSegmentVisible() == effect.NotConfirmed
    assert [complaint.kind for complaint in complaints.take()] == ["dialog"]


def test_options_stack_up_in_a_form(effect):
    import qt

    box, row, label = qt.QCheckBox("Fill"), qt.QHBoxLayout(), qt.QSpinBox()
    effect.addOptionsWidget(box)
    effect.addOptionsWidget(row)
    assert effect.addLabeledOptionsWidget("Size:", label).text == "Size:"
    assert effect.optionsLayout().rowCount() == 3
    assert effect.optionsFrame() in (box.parent(), label.parent())
    with pytest.raises(ValueError, match="wrong arguments"):
        effect.addOptionsWidget("Fill")

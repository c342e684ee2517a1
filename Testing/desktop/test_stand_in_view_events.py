"""Events of views reach the active effect first, and the rest of Slicer unless the effect takes them."""

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import FIRST, oblique_matrix, sphere_volume, two_boxes_volume

RECORDER = """
    takes = False

    def processInteractionEvents(self, interactor, event, widget):
        name = vtk.vtkCommand.GetStringFromEventId(event).removesuffix("Event")
        keys = [interactor.GetControlKey(), interactor.GetShiftKey(), interactor.GetAltKey()]
        self.calls.append((name, interactor.GetEventPosition(), *keys, interactor.GetKeySym()))
        return self.takes

    def processViewNodeEvents(self, node, event, widget):
        self.calls.append((node.GetName(), event == vtk.vtkCommand.ModifiedEvent, widget.mrmlSliceNode() is node))
"""


@pytest.fixture
def editing(register_probe, start_editing):
    register_probe(RECORDER)
    return start_editing(two_boxes_volume()[0])


@pytest.fixture
def effect(editing):
    return editing.activate("Probe")


@pytest.fixture
def red(editing):
    return editing.views["Red"]


def names(effect):
    taken, effect.self().calls[:] = [call[0] for call in effect.self().calls], []
    return taken


def test_a_click_is_enter_move_press_and_release_at_its_place(editing, effect, red):
    place = editing.ras(8, 20, 24)
    red.click(place, modifiers=["control"])
    assert [call[:5] for call in effect.self().calls] == [
        (name, red.xy(place), 1, 0, 0) for name in ("Enter", "MouseMove", "LeftButtonPress", "LeftButtonRelease")
    ]
    names(effect)
    red.drag(editing.ras(8, 20, 20), editing.ras(8, 20, 30), editing.ras(8, 25, 30))
    assert names(effect) == ["MouseMove", "LeftButtonPress", "MouseMove", "MouseMove", "LeftButtonRelease"]
    red.double_click(place)
    assert names(effect)[-3:] == ["LeftButtonRelease", "LeftButtonDoubleClick", "LeftButtonRelease"]
    red.leave()
    assert names(effect) == ["Leave"]


def test_events_come_only_while_an_effect_is_active(editing, red):
    red.click(editing.ras(8, 20, 24))
    effect = editing.activate("Probe")
    red.click(editing.ras(8, 20, 24))
    assert len(names(effect)) == 3
    editing.activate("")
    red.click(editing.ras(8, 20, 24))
    assert names(effect) == []


def test_what_the_effect_does_not_take_goes_on_to_slicer(effect, red):
    before = red.widget.sliceLogic().GetSliceOffset()
    red.scroll(2)
    assert red.widget.sliceLogic().GetSliceOffset() == before + 2
    effect.self().takes = True
    red.scroll(2)
    assert red.widget.sliceLogic().GetSliceOffset() == before + 2
    assert names(effect).count("MouseWheelForward") == 4


def test_shift_and_the_mouse_move_the_crosshair_unless_taken(editing, effect, red):
    import slicer

    crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    red.move(editing.ras(8, 20, 24), modifiers=["shift"])
    assert np.allclose(crosshair.GetCrosshairRAS(), editing.ras(8, 20, 24), atol=0.5)
    effect.self().takes = True
    red.move(editing.ras(8, 30, 30), modifiers=["shift"])
    assert np.allclose(crosshair.GetCrosshairRAS(), editing.ras(8, 20, 24), atol=0.5)


def test_taking_only_the_press_leaves_slicer_with_a_release(editing, effect, red):
    seen = []
    red.widget.sliceView().interactor().AddObserver("LeftButtonPressEvent", lambda *_: seen.append("press"), 0.5)
    red.widget.sliceView().interactor().AddObserver("LeftButtonReleaseEvent", lambda *_: seen.append("release"), 0.5)
    red.click(editing.ras(8, 20, 24))
    effect.self().takes = True
    red.click(editing.ras(8, 20, 24))
    assert seen == ["press", "release"]


def test_moving_the_slice_reaches_the_effect_through_the_view_node(editing, effect, red):
    names(effect)
    red.show(editing.ras(4, 20, 24))
    assert effect.self().calls
    assert set(effect.self().calls) == {("Red", True, True)}
    names(effect)
    red.widget.mrmlSliceNode().SetFieldOfView(10, 10, 1)
    assert set(names(effect)) == {"Red"}


def test_views_that_do_not_show_the_segmentation_are_left_alone(editing, red):
    display = editing.segmentation_node.GetDisplayNode()
    display.SetViewNodeIDs([editing.views["Green"].widget.mrmlSliceNode().GetID()])
    effect = editing.activate("Probe")
    red.click(editing.ras(8, 20, 24))
    assert names(effect) == []
    editing.views["Green"].click(editing.ras(8, 20, 24))
    assert "LeftButtonPress" in names(effect)


def test_a_click_beside_the_shown_slice_is_a_mistake_of_the_test(editing, red):
    with pytest.raises(AssertionError, match="slices beside"):
        red.click(editing.ras(4, 20, 24))
    with pytest.raises(AssertionError, match="outside the view"):
        red.click(editing.ras(8, 20, 2000))


def test_keys_reach_the_effect_by_their_symbols(effect, red):
    for key, modifiers in (("a", ()), ("Escape", ()), ("Left", ()), ("+", ()), ("a", ["control"])):
        names(effect)
        red.type(key, modifiers)
        pressed = [call for call in effect.self().calls if call[0] == "KeyPress"][-1]
        assert pressed[5] == {"+": "plus"}.get(key, key)
        assert pressed[2] == ("control" in modifiers)


@pytest.mark.parametrize("key", ["1", "z", "y", "q", "w", "/", "*", ",", ".", "<", ">", "i", "Escape", "Space"])
def test_the_editors_shortcuts_keep_their_keys_from_the_view(editing, effect, red, key):
    from support.desktop.key_symbols import key_symbol

    symbol = key_symbol(0, " " if key == "Space" else key) if key != "Escape" else key

    def pressed():
        return symbol in {call[5] for call in effect.self().calls if call[0] == "KeyPress"}

    editing.editor.installKeyboardShortcuts()
    red.type(key)
    assert not pressed()
    editing.editor.uninstallKeyboardShortcuts()
    editing.activate("Probe")
    red.type(key)
    assert pressed()


def test_the_editors_shortcuts_undo_switch_segments_and_end_the_effect(editing, effect, red):
    editing.editor.installKeyboardShortcuts()
    effect.saveStateForUndo()
    labelmap = effect.defaultModifierLabelmap()
    labelmap.GetPointData().GetScalars().Fill(1)
    effect.modifySelectedSegmentByLabelmap(labelmap, effect.ModificationModeAdd)
    red.type("z", ["control"])
    assert not editing.mask("one").any()
    red.type("y")
    assert editing.mask("one").all()
    red.type("w")
    assert editing.editor.currentSegmentID() == "two"
    red.type("q")
    assert editing.editor.currentSegmentID() == "one"
    red.type("Escape")
    assert editing.editor.activeEffect() is None
    red.type("1")
    assert editing.editor.activeEffect() is effect
    red.type("Space")
    assert editing.editor.activeEffect() is None


def test_a_second_shortcut_on_a_key_makes_both_ineffective(editing, effect, red):
    import qt
    import slicer

    editing.editor.installKeyboardShortcuts()
    fired = []
    mine = qt.QShortcut(qt.QKeySequence("Z"), slicer.util.mainWindow())
    mine.connect("activated()", lambda: fired.append("mine"))
    other = qt.QShortcut(qt.QKeySequence("Alt+Z"), slicer.util.mainWindow())
    other.connect("activated()", lambda: fired.append("alt"))
    effect.saveStateForUndo()
    labelmap = effect.defaultModifierLabelmap()
    labelmap.GetPointData().GetScalars().Fill(1)
    effect.modifySelectedSegmentByLabelmap(labelmap, effect.ModificationModeAdd)
    red.type("z")
    assert fired == []
    assert editing.mask("one").all()
    red.type("z", ["alt"])
    assert fired == ["alt"]


def test_slicers_own_helper_for_synthetic_drags_works(effect, red):
    import slicer

    slicer.util.clickAndDrag(red.widget, start=(100, 100), end=(120, 110), steps=3)
    assert names(effect) == ["LeftButtonPress", *["MouseMove"] * 3, "LeftButtonRelease"]


@pytest.mark.parametrize("matrix", [None, oblique_matrix()], ids=["axis-aligned", "oblique"])
def test_pictures_show_the_volume_where_the_hand_says(start_editing, drawing, matrix):
    volume, _ = sphere_volume(ijk_to_ras=matrix)
    editing = start_editing(volume)
    k, j, i = (n // 2 for n in volume.array.shape)
    centre = editing.ras(k, j, i)
    for hand in editing.views.values():
        picture = hand.picture()
        width, height = hand.size()
        assert picture.shape == (height, width, 3)
        x, y = hand.xy(centre)
        assert (picture[height - 1 - y, x] == picture.max()).all()
        assert volume.array[k, j, i] == FIRST


def test_pictures_show_segments(start_editing, drawing):
    import slicer

    volume, reference = two_boxes_volume()
    editing = start_editing(volume)
    red = editing.views["Red"]
    assert (np.ptp(red.picture().astype(int), axis=-1) == 0).all()
    mask = (reference.layers[0] == 1).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, editing.segmentation_node, "one", editing.volume_node)
    picture = red.picture().astype(int)
    reddish = picture[..., 0] > picture[..., 1] + 30
    x, y = red.xy(editing.ras(8, 10, 10))
    assert reddish[red.size()[1] - 1 - y, x]
    assert 0.02 < reddish.mean() < 0.3


def test_without_a_main_window_there_are_no_views_and_effects_work_by_parameters(register_probe, start_editing):
    import slicer

    register_probe(RECORDER)
    editing = start_editing(two_boxes_volume()[0], views=False)
    assert slicer.app.layoutManager() is slicer.util.mainWindow() is None
    assert editing.activate("Probe").name == "Probe"


def test_closed_views_leave_nothing_in_the_scene(a_stand_in):
    import slicer

    from support.desktop.closing import close_editing

    def present():
        return {slicer.mrmlScene.GetNthNode(n).GetID() for n in range(slicer.mrmlScene.GetNumberOfNodes())}

    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)  # there from the first use on
    before = present()
    a_stand_in._open_window()
    assert len(present()) > len(before)
    close_editing()
    assert present() == before

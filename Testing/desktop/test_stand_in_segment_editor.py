"""The stand-in's editor calls effects in Slicer's order and activates them by Slicer's rules."""

from __future__ import annotations

import pytest

from support.phantoms import two_boxes_volume

RECORDER = """
    def note(self, name): self.calls.append(name)
    def icon(self): self.note("icon"); return qt.QIcon()
    def helpText(self): self.note("helpText"); return ""
    def activate(self): self.note("activate")
    def deactivate(self): self.note("deactivate")
    def setupOptionsFrame(self): self.note("setupOptionsFrame")
    def setMRMLDefaults(self): self.note("setMRMLDefaults")
    def sourceVolumeNodeChanged(self): self.note("sourceVolumeNodeChanged")
    def referenceGeometryChanged(self): self.note("referenceGeometryChanged")
    def layoutChanged(self): self.note("layoutChanged")
    def updateGUIFromMRML(self): self.note("updateGUIFromMRML")
    def createCursor(self, widget): self.note("createCursor"); return qt.QCursor()
"""


@pytest.fixture
def editing(register_probe, start_editing):
    register_probe(RECORDER)
    return start_editing(two_boxes_volume()[0])


@pytest.fixture
def effect(editing):
    return editing.editor.effectByName("Probe")


def calls(effect):
    taken, effect.self().calls[:] = list(effect.self().calls), []
    return taken


def test_options_are_set_up_once_and_before_anything_is_active(editing, effect):
    assert calls(effect) == ["icon", "setupOptionsFrame", "setMRMLDefaults", "sourceVolumeNodeChanged"]
    editing.activate("Probe")
    editing.activate("")
    editing.activate("Probe")
    assert "setupOptionsFrame" not in calls(effect)


def test_the_panel_is_updated_before_activate_and_cursors_are_asked_for_after(editing, effect):
    calls(effect)
    editing.activate("Probe")
    seen = calls(effect)
    assert seen[:3] == ["updateGUIFromMRML", "activate", "helpText"]
    assert set(seen[3:]) == {"createCursor"}
    editing.activate("")
    assert calls(effect) == ["deactivate"]


def test_while_activate_runs_the_editor_does_not_have_the_effect_yet(register_probe, start_editing):
    register_probe("""
        def activate(self):
            self.calls.append((self.scriptedEffect.active(), slicer.probedEditor[0].activeEffect()))
    """)
    import slicer

    slicer.probedEditor = []
    editing = start_editing(two_boxes_volume()[0], views=False)
    slicer.probedEditor.append(editing.editor)
    effect = editing.activate("Probe")
    del slicer.probedEditor
    assert effect.self().calls == [(True, None)]


def test_effects_are_not_told_of_undo_nor_of_another_segment_nor_of_the_geometry(editing, effect):
    editing.activate("Probe")
    effect.saveStateForUndo()
    labelmap = effect.defaultModifierLabelmap()
    labelmap.GetPointData().GetScalars().Fill(1)
    effect.modifySelectedSegmentByLabelmap(labelmap, effect.ModificationModeAdd)
    calls(effect)
    editing.editor.undo()
    editing.editor.redo()
    editing.select("two")
    editing.segmentation_node.SetReferenceImageGeometryParameterFromVolumeNode(editing.volume_node)
    assert calls(effect) == []


def test_volume_and_layout_changes_reach_inactive_effects_too(editing, effect, register_probe):
    import slicer

    from SAMSegmenterLib.scene.volumes import node_from_volume

    calls(effect)
    editing.editor.setSourceVolumeNode(node_from_volume(two_boxes_volume()[0], "other"))
    assert calls(effect) == ["sourceVolumeNodeChanged"]
    slicer.app.layoutManager().setLayout(4)
    assert calls(effect) == [], "views are observed while an effect is active only"
    editing.activate("Probe")
    calls(effect)
    slicer.app.layoutManager().setLayout(3)
    assert calls(effect) == ["layoutChanged"]


def test_buttons_wait_for_a_volume_and_a_segment_but_scripts_do_not(editing, effect):
    button = editing.editor._buttons["Probe"]
    assert button.isEnabled()
    editing.segmentation_node.GetSegmentation().RemoveAllSegments()
    assert not button.isEnabled()
    editing.editor.setSourceVolumeNode(None)
    assert not editing.editor._button_box.isEnabled()
    assert editing.activate("Probe") is effect
    assert effect.sourceVolumeImageData() is None


def test_an_effect_of_the_whole_segmentation_needs_no_selected_segment(register_probe, start_editing):
    register_probe(name="Whole", per_segment=False)
    register_probe(name="Maker", require_segments=False)
    register_probe(name="Single")
    editing = start_editing(two_boxes_volume()[0], views=False)
    editing.editor_node.SetSelectedSegmentID(None)
    enabled = {name: button.isEnabled() for name, button in editing.editor._buttons.items()}
    assert enabled == {"NULL": True, "Whole": True, "Maker": True, "Single": False}
    editing.segmentation_node.GetSegmentation().RemoveAllSegments()
    editing.editor.updateWidgetFromMRML()
    assert not editing.editor._buttons["Whole"].isEnabled()
    assert editing.editor._buttons["Maker"].isEnabled()


def test_choosing_a_segmentation_brings_its_own_volume_or_none(editing):
    import slicer

    other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "without volume")
    editing.activate("Probe")
    editing.editor.setSegmentationNode(other)
    assert editing.editor.sourceVolumeNode() is None
    assert editing.editor.activeEffect() is None
    editing.editor.setSegmentationNode(editing.segmentation_node)
    assert editing.editor.sourceVolumeNode() is editing.volume_node
    assert editing.editor.currentSegmentID() == "one"


def test_a_per_segment_effect_ends_with_its_segment(editing):
    editing.activate("Probe")
    editing.segmentation_node.GetSegmentation().RemoveSegment("two")
    assert editing.editor.activeEffect() is not None
    editing.segmentation_node.GetSegmentation().RemoveSegment("one")
    assert editing.editor.activeEffect() is None
    assert editing.editor.currentSegmentID() == ""


def test_editors_have_effects_of_their_own_and_share_what_the_node_says(editing, effect):
    import slicer

    from support.desktop.editing import open_editor

    same = open_editor(editing.editor_node, editing.segmentation_node, editing.volume_node)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode", "other editor")
    apart = open_editor(node, editing.segmentation_node, editing.volume_node)
    editing.activate("Probe")
    assert same.activeEffect() is same.effectByName("Probe") is not effect
    assert apart.activeEffect() is None
    effect.setParameter("Model", "vit_b")
    assert same.effectByName("Probe").parameter("Model") == "vit_b"
    assert not apart.effectByName("Probe").parameterDefined("Model")
    apart.setActiveEffectByName("Probe")
    assert (apart.activeEffect().active(), effect.active()) == (True, True)


def test_an_effect_registered_later_is_there_after_an_update(editing, register_probe):
    register_probe(name="Late")
    assert editing.editor.effectByName("Late") is None
    editing.editor.updateEffectList()
    assert editing.editor.availableEffectNames() == ("Probe", "Late")
    editing.editor.setEffectNameOrder(["Late"])
    assert [editing.editor.effectByIndex(n) and editing.editor.effectByIndex(n).name for n in range(3)] == [
        *(None, "Late", "Probe")
    ]
    editing.editor.unorderedEffectsVisible = False
    assert editing.editor.effectCount() == 2


def test_closing_the_scene_ends_the_effect_when_its_nodes_are_gone(register_probe, complaints):
    import slicer

    from support.desktop.editing import start_editing

    register_probe("""
        def deactivate(self):
            self.calls.append(self.scriptedEffect.parameterSetNode().GetSegmentationNode())
    """)
    start_editing(two_boxes_volume()[0])
    slicer.util.selectModule("SegmentEditor")
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    editor.setActiveEffectByName("Probe")
    effect = editor.activeEffect()
    slicer.mrmlScene.Clear(0)
    assert effect.self().calls == [None]
    assert editor.activeEffect() is None
    assert editor.mrmlSegmentEditorNode().GetScene() is slicer.mrmlScene


def test_a_parameter_node_that_is_no_singleton_goes_with_the_scene_and_nothing_is_deactivated(editing, effect):
    import slicer

    editing.activate("Probe")
    calls(effect)
    slicer.mrmlScene.Clear(0)
    assert editing.editor.mrmlSegmentEditorNode() is None
    assert calls(effect) == []


def test_leaving_the_module_ends_the_effect(register_probe, start_editing):
    import slicer

    register_probe(RECORDER)
    start_editing(two_boxes_volume()[0])
    slicer.util.selectModule("SegmentEditor")
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    editor.setActiveEffectByName("Probe")
    assert editor.activeEffect().name == "Probe"
    slicer.util.selectModule("Welcome")
    assert editor.activeEffect() is None


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_surfaces_are_converted_when_the_user_agrees(editing, answer):
    import slicer

    from support.desktop import questions

    _, reference = two_boxes_volume()
    mask = (reference.layers[0] == 1).astype("uint8")
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, editing.segmentation_node, "one", editing.volume_node)
    editing.segmentation_node.CreateClosedSurfaceRepresentation()
    segmentation = editing.segmentation_node.GetSegmentation()
    segmentation.SetSourceRepresentationName("Closed surface")
    questions.answer(answer)
    assert (editing.activate("Probe") is not None) is (answer == "yes")
    assert questions.asked == ["Change source representation to binary labelmap?"]
    assert (segmentation.GetSourceRepresentationName() == "Binary labelmap") is (answer == "yes")


def test_a_new_segmentation_shows_up_in_the_editor_unless_it_is_hidden(editing):
    import slicer

    before = len(editing.editor._segmentation_box._nodes)
    preview = slicer.mrmlScene.AddNode(slicer.vtkMRMLSegmentationNode())
    assert len(editing.editor._segmentation_box._nodes) == before + 1
    slicer.mrmlScene.RemoveNode(preview)
    hidden = slicer.vtkMRMLSegmentationNode()
    hidden.SetHideFromEditors(True)
    slicer.mrmlScene.AddNode(hidden)
    assert len(editing.editor._segmentation_box._nodes) == before


def test_a_locked_editor_has_no_active_effect(editing):
    editing.activate("Probe")
    editing.editor.readOnly = True
    assert editing.editor.activeEffect() is None
    assert not editing.editor._button_box.isEnabled()

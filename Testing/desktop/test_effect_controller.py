"""What joins panel, views, keys and session: scripts, Escape, markups beside the effect, the end."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from SAMSegmenterLib.core.marks import PointMark
from SAMSegmenterLib.core.prompt_file import PromptFile, SegmentPrompts, SlicePromptRecord, VolumeIdentity
from SAMSegmenterLib.core.prompt_file import write_prompt_file as text_of
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.slicing import SlicePlane
from support.phantoms import two_boxes_volume


@pytest.fixture
def working_desk(start_effect):
    """With a worker that works by itself, as scripts have it: they wait for the voxels."""
    from SAMSegmenterLib.desktop.shared_service import replace_service
    from SAMSegmenterLib.session.worker import Worker
    from support.effect_desk import a_service

    desk, worker = start_effect(two_boxes_volume()[0]), Worker()
    replace_service(a_service(worker=worker))
    desk.controller.owner.close()
    desk.controller._tick()
    yield desk
    desk.editing.activate("")
    worker.close()


def prompts(desk, *slices, segment="one"):
    volume = desk.session.source.volume
    records = tuple(SlicePromptRecord(SlicePlane.lattice(0, k), MarkSet((PointMark("p1", (12, 12)),))) for k in slices)
    identity = VolumeIdentity(volume.shape_kji, volume.ijk_to_ras)
    return text_of(PromptFile(identity, "threshold", segments=(SegmentPrompts(segment, "Liver", records),)))


def notices(desk):
    return desk.controller.panel.notices.text


def on_slices(labels, slices):
    expected = np.zeros(labels.shape, bool)
    expected[list(slices)] = labels[list(slices)] == 1
    return expected


@pytest.mark.parametrize("as_file", [False, True])
def test_a_script_gives_prompts_as_a_parameter_and_gets_voxels(working_desk, labels, tmp_path, as_file):
    desk, text = working_desk, prompts(working_desk, 6, 8)
    path = tmp_path / "prompts of a script.json"
    path.write_text(text, encoding="utf-8")
    desk.effect.setParameter("PromptFile", str(path) if as_file else text)
    assert desk.effect.self().onApply() == on_slices(labels, (6, 8)).sum()
    assert np.array_equal(desk.mask(), on_slices(labels, (6, 8)))
    assert not desk.effect.parameterDefined("PromptFile")
    desk.editing.editor.undo()
    assert not desk.mask().any()
    desk.editing.editor.redo()
    assert np.array_equal(desk.mask(), on_slices(labels, (6, 8)))


def test_other_parameters_hold_for_prompts_of_scripts(working_desk, labels):
    desk = working_desk
    desk.editing.editor_node.SetSelectedSegmentID("two")
    desk.effect.setParameter("PromptFile", prompts(desk, 8, segment="liver"))
    desk.editing.editor_node.SetOverwriteMode(desk.editing.editor_node.OverwriteNone)
    assert desk.effect.self().onApply() == (labels[8] == 1).sum()
    assert np.array_equal(desk.mask("two"), on_slices(labels, [8])) and not desk.mask().any()


def test_prompts_of_scripts_need_no_view(complaints, register_effect, monkeypatch, tmp_path, labels):
    from SAMSegmenterLib.desktop.shared_service import replace_service
    from SAMSegmenterLib.session.worker import Worker
    from support.desktop.editing import start_editing
    from support.effect_desk import EFFECT, EffectDesk, a_service, display_all

    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path))
    worker = Worker()
    replace_service(a_service(worker=worker))
    register_effect(EFFECT)
    desk = EffectDesk(start_editing(two_boxes_volume()[0], views=False), worker)
    display_all(desk.editing.volume_node)
    desk.editing.activate("SAM")
    desk.effect.setParameter("PromptFile", prompts(desk, 8))
    assert desk.effect.self().onApply() == (labels[8] == 1).sum()
    assert np.array_equal(desk.mask(), on_slices(labels, [8]))
    desk.editing.activate("")
    worker.close()
    replace_service(None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema": "other/1"}', "no prompt file of schema sam-prompts/1"),
        ("{ not json", "prompt file"),
        ("no/such/file.json", "There is no prompt file 'no/such/file.json'"),
        ("\\0", "prompt file"),
    ],
)
def test_bad_prompts_of_scripts_are_a_notice(desk, text, words):
    desk.effect.setParameter("PromptFile", text)
    assert desk.effect.self().onApply() == 0
    assert words in notices(desk)
    assert not desk.mask().any()
    assert desk.effect.self().onApply() == 0 and "nothing to accept" in notices(desk), "the bad text is gone"


@pytest.mark.parametrize("in_the_module", [True, False], ids=["editor's shortcut", "view's key"])
def test_escape_restores_exactly(desk, in_the_module):
    import slicer

    from support.editing_scenes import everything_of

    def nodes():
        scene = slicer.mrmlScene
        return {scene.GetNthNode(number).GetID() for number in range(scene.GetNumberOfNodes())}

    red, ras = desk.editing.views["Red"], desk.editing.ras
    desk.click("Red", ras(8, 20, 34))
    desk.effect.self().onApply()
    red.show(ras(9, 12, 12))
    desk.settle()
    before, scene_before = everything_of(desk.editing.segmentation_node), nodes()
    if in_the_module:
        desk.editing.editor.installKeyboardShortcuts()
    desk.click("Red", ras(9, 12, 12))
    desk.effect.setParameter("Tool", "box")
    red.press(ras(9, 3, 4))
    red.move(ras(9, 20, 20))
    assert desk.session.preview is not None and desk.controller.events.drag is not None
    for _ in range(2):  # in the view the first one ends the drag
        red.type("Escape")
    desk.settle()
    assert everything_of(desk.editing.segmentation_node) == before
    assert nodes() - scene_before <= {node for node in nodes() if "vtkMRMLTextNode" in node}
    assert (desk.editing.editor.activeEffect() is None) is in_the_module
    assert desk.controller.events.drag is None
    if not in_the_module:
        assert desk.session.preview is None and len(desk.session.marks) == 0
    desk.editing.editor.undo()
    assert not desk.mask().any(), "the acceptance before is the only step"


def test_clicks_that_place_a_region_are_no_prompts(desk):
    stack = desk.controller.panel.stack
    stack.chooser.region.addNode("vtkMRMLMarkupsROINode")
    stack.chooser.place.placeButton().click()
    assert stack.chooser.place.placeModeEnabled and desk.effect.active()
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert len(desk.session.marks) == 0
    assert stack.chooser.node.GetNumberOfControlPoints() == 1, "Slicer got the click"
    stack.chooser.place.placeButton().click()
    desk.click("Red", desk.editing.ras(8, 20, 12))
    assert len(desk.session.marks) == 1


def test_a_press_on_a_handle_of_a_markup_is_left_to_it(desk, drawing):
    red, ras = desk.editing.views["Red"], desk.editing.ras
    node = desk.controller.panel.stack.chooser.region.addNode("vtkMRMLMarkupsFiducialNode")
    node.AddControlPointWorld(*ras(8, 12, 12))
    red.show(ras(8, 12, 12))
    red.widget.sliceView().forceRender()
    red.drag(ras(8, 12, 12), ras(8, 14, 16), ras(8, 20, 20))
    desk.settle()
    assert len(desk.session.marks) == 0
    assert np.allclose(node.GetNthControlPointPositionWorld(0), ras(8, 20, 20), atol=0.5)


def test_placing_ends_with_the_effect(desk):
    stack = desk.controller.panel.stack
    stack.chooser.region.addNode("vtkMRMLMarkupsFiducialNode")
    stack.chooser.place.placeButton().click()
    assert stack.chooser.place.placeModeEnabled
    desk.editing.activate("")
    assert not stack.chooser.place.placeModeEnabled


def test_an_event_that_fails_is_a_notice(desk, monkeypatch):
    def fail(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(desk.controller.events, "handle", fail)
    desk.editing.views["Red"].click(desk.editing.ras(8, 12, 12))
    assert "RuntimeError: boom" in notices(desk)


def test_a_tick_that_fails_stops_the_timer_and_is_a_notice(desk, monkeypatch):
    def fail(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(desk.controller.owner, "follow", fail)
    desk.controller._tick()
    assert "RuntimeError: boom" in notices(desk) and "SAM has stopped" in notices(desk)
    assert not desk.controller._timer.active


def test_models_are_listed_and_damaged_folders_do_not_keep_the_effect_from_opening(desk, monkeypatch):
    from SAMSegmenterLib.desktop import effect_controller
    from SAMSegmenterLib.models.known_models import BUNDLED

    assert BUNDLED in desk.controller.panel.settings.model._values

    def fail():
        raise OSError("the disk is gone")

    monkeypatch.setattr(effect_controller, "registry", fail)
    desk.controller._list_models()
    assert "the disk is gone" in notices(desk)


def test_the_controller_is_let_go_with_its_editor(desk):
    controller = weakref.ref(desk.controller)
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.editing.editor._destroy()
    desk.editing = None
    gc.collect()
    assert controller() is None

"""The effect with its timer and worker, hidden segments, several windows, recovery, and without views."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.phantoms import two_boxes_volume

ROOT = Path(__file__).resolve().parents[2]


def test_the_timer_and_the_worker_bring_the_mask_without_help(start_effect, wait_until, labels):
    from SAMSegmenterLib.session.worker import Worker
    from support.effect_desk import a_service

    desk = start_effect(two_boxes_volume()[0])
    from SAMSegmenterLib.desktop.shared_service import replace_service

    worker = Worker()
    try:
        replace_service(a_service(worker=worker))
        desk.controller.owner.close()
        desk.editing.views["Red"].click(desk.editing.ras(8, 12, 12))
        wait_until(lambda: desk.session.preview is not None)
        assert desk.effect.self().onApply() == (labels[8] == 1).sum()
        desk.editing.activate("")
        assert not desk.controller._timer.active
        wait_until(lambda: not desk.session.service.is_busy)
    finally:
        worker.close()


@pytest.mark.parametrize(("answer", "marks"), [("yes", 0), ("no", 0), ("cancel", 0)])
def test_a_hidden_segment_is_asked_about_and_the_click_is_swallowed(desk, answer, marks):
    from support.desktop import questions

    desk.editing.segmentation_node.GetDisplayNode().SetSegmentVisibility("one", False)
    questions.answer(answer)
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert len(desk.session.marks) == marks
    if answer != "cancel":
        desk.click("Red", desk.editing.ras(8, 12, 12))
        assert len(desk.session.marks) == 1


def test_the_preview_follows_the_mouse_when_wanted(desk, labels, wait_until):
    red, ras = desk.editing.views["Red"], desk.editing.ras
    red.move(ras(8, 12, 12))
    desk.settle()
    assert desk.session.hover_preview is None
    desk.effect.setParameter("PreviewUnderMouse", 1)
    desk.click("Red", ras(8, 12, 12))  # encodes the slice
    desk.session.clear_marks()
    red.move(ras(8, 20, 34))
    wait_until(lambda: desk.settle() or desk.session.hover_preview is not None)
    assert desk.session.hover_preview.mask.sum() == (labels[8] == 2).sum()
    red.leave()
    assert desk.session.hover_preview is None
    assert not desk.mask().any()


def test_prompts_are_undone_and_done_again_by_keys(desk):
    red = desk.editing.views["Red"]
    desk.click("Red", desk.editing.ras(8, 12, 12))
    red.type("Z", ["control", "alt"])
    assert len(desk.session.marks) == 0
    red.type("Y", ["control", "alt"])
    assert len(desk.session.marks) == 1
    desk.settle()
    red.type("Backspace", ["control"])
    assert len(desk.session.marks) == 0 and desk.session.preview is None


def test_the_segment_itself_is_a_prompt(desk, labels):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    desk.controller.panel.prompts.clear.click()
    desk.controller.panel.prompts.use_segment.click()
    desk.settle()
    assert desk.session.preview.mask.sum() == (labels[8] == 1).sum()


def test_uncertainty_is_drawn_on_request_and_goes_with_the_preview(desk):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.controller.panel.mask.uncertainty.click()
    desk.settle()
    assert desk.session.uncertainty is not None
    desk.controller.panel.mask.reject.click()
    assert desk.session.uncertainty is None


def test_candidates_are_chosen_by_their_buttons(desk):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    panel = desk.controller.panel
    assert [one.text for one in panel.mask.candidates] == ["1: 0.95", "2: 0.85", "3: 0.50"]
    panel.mask.candidates[2].click()
    assert desk.session.preview.chosen == 2
    assert [one.checked for one in panel.mask.candidates] == [False, False, True]


def test_modes_add_and_remove(desk, labels):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    desk.session.clear_marks()
    desk.effect.setParameter("Mode", "add")
    desk.click("Red", desk.editing.ras(8, 20, 34))
    desk.effect.self().onApply()
    assert np.array_equal(desk.mask()[8], labels[8] > 0)
    desk.effect.setParameter("Mode", "remove")
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    assert np.array_equal(desk.mask()[8], labels[8] == 2)
    for expected in (labels[8] > 0, labels[8] == 1, labels[8] > 9):
        desk.editing.editor.undo()
        assert np.array_equal(desk.mask()[8], expected)


def test_prompts_of_a_session_that_ended_unexpectedly_are_offered_again(desk):
    from support.crashes import end_without_a_word

    desk.click("Red", desk.editing.ras(8, 12, 12))
    session = desk.session
    session._autosave._changes[session.source.volume_id]._changed_at -= 100
    desk.settle()
    end_without_a_word(session._autosave)
    desk.controller.owner.session.clear_marks()
    desk.controller.owner.close()
    desk.settle()
    assert desk.session.recovery is not None
    assert "not accepted" in desk.controller.panel.recovery_text.text
    desk.controller.panel._actions["recover"]()
    desk.editing.views["Red"].move(desk.editing.ras(8, 20, 20))
    desk.settle()
    assert desk.session.recovery is None
    assert len(desk.session.marks) == 1


def test_a_model_that_cannot_be_loaded_gives_a_message_and_keeps_the_prompts(desk):
    from SAMSegmenterLib.core.errors import ModelError

    def load(name, device, precision):
        raise ModelError("The file of the model is damaged.", "Download it again.")

    desk.session.service._load = load
    desk.effect.setParameter("Model", "damaged")
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert "damaged" in desk.controller.panel.notices.text
    assert len(desk.session.marks) == 1 and desk.session.preview is None


def test_the_effect_can_be_activated_without_views(complaints, register_effect, monkeypatch, tmp_path):
    from SAMSegmenterLib.desktop.shared_service import replace_service
    from support.desktop.editing import start_editing
    from support.editing import StepWorker
    from support.effect_desk import EFFECT, a_service

    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path))
    replace_service(a_service(worker=StepWorker()))
    register_effect(EFFECT)
    editing = start_editing(two_boxes_volume()[0], views=False)
    effect = editing.activate("SAM")
    effect.self().controller._tick()
    assert effect.self().onApply() == 0
    editing.activate("")
    replace_service(None)


def test_the_module_registers_the_effect_for_every_editor(complaints, a_stand_in):
    import slicer

    from support.desktop import load_module_file
    from support.desktop.module_parent import ModuleParent

    module = load_module_file(ROOT / "SAMSegmenter" / "SAMSegmenter.py")
    module.SAMSegmenter(ModuleParent())
    a_stand_in.emitStartupCompleted()
    editor = slicer.qMRMLSegmentEditorWidget()
    assert "SAM" in editor.availableEffectNames()
    assert "Not for diagnosis" in editor.effectByName("SAM").helpText()


def test_prompts_that_another_editor_kept_meanwhile_are_not_lost(desk):
    from SAMSegmenterLib.core.marks import PointMark
    from SAMSegmenterLib.core.prompt_file import PromptFile, SegmentPrompts, SlicePromptRecord, VolumeIdentity
    from SAMSegmenterLib.core.prompt_marks import MarkSet
    from SAMSegmenterLib.core.slicing import SlicePlane
    from SAMSegmenterLib.scene.prompt_node import read_prompts, write_prompts

    desk.click("Red", desk.editing.ras(8, 12, 12))
    volume = desk.session.source.volume
    record = SlicePromptRecord(SlicePlane.lattice(0, 3), MarkSet((PointMark("p77", (4, 5)),)))
    identity = VolumeIdentity(volume.shape_kji, volume.ijk_to_ras)
    others = PromptFile(identity, "threshold", segments=(SegmentPrompts("two", "two", (record,)),))
    write_prompts(desk.editing.segmentation_node, others)
    desk.editing.activate("")
    kept = read_prompts(desk.editing.segmentation_node)
    assert sorted(segment.id for segment in kept.segments) == ["one", "two"]


def test_a_click_beside_a_mark_makes_another_one(desk):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.click("Red", desk.editing.ras(8, 12.5, 12.5))
    assert len(desk.session.marks) == 2

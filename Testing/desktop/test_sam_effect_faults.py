"""Whatever is missing, protected or goes away: a message in the panel, nothing written, never a traceback."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import DependencyError, DeviceError, ModelError


def notices(desk):
    return desk.controller.panel.notices.text


def click(desk):
    desk.click("Red", desk.editing.ras(8, 12, 12))


def test_without_a_source_volume(desk):
    desk.editing.editor.setSourceVolumeNode(None)
    desk.editing.views["Red"].click(desk.editing.views["Red"].ras(60, 60))
    desk.settle()
    assert "volume" in notices(desk) and "Choose" in notices(desk)
    assert desk.effect.self().onApply() == 0


def test_without_a_segment(desk):
    desk.editing.editor_node.SetSelectedSegmentID("")
    click(desk)
    assert "No segment is selected" in notices(desk)


@pytest.mark.parametrize(
    ("answer", "hint"), [("yes", "Click again"), ("no", "Click again"), ("cancel", "Show it in the list")]
)
def test_a_hidden_segment(desk, answer, hint):
    from support.desktop import questions

    desk.editing.segmentation_node.GetDisplayNode().SetSegmentVisibility("one", False)
    questions.answer(answer)
    click(desk)
    assert "hidden" in notices(desk) and hint in notices(desk)
    assert len(desk.session.marks) == 0


def test_a_click_beside_the_volume(desk):
    red = desk.editing.views["Red"]
    red.click(red.ras(1, 1))
    assert "outside the volume" in notices(desk)
    assert len(desk.session.marks) == 0


@pytest.mark.parametrize(
    "protect",
    [
        lambda node, segmentation: node.SetMaskMode(segmentation.EditAllowedInsideAllSegments),
        lambda node, segmentation: (
            node.SetMaskMode(segmentation.EditAllowedInsideSingleSegment),
            node.SetMaskSegmentID("two"),
        ),
        lambda node, segmentation: (
            node.SetSourceVolumeIntensityMask(True),
            node.SetSourceVolumeIntensityMaskRange(1000, 2000),
        ),
    ],
    ids=["inside segments", "inside another segment", "intensity range"],
)
def test_a_protected_place_is_told_at_the_click_and_when_nothing_can_be_written(desk, protect):
    protect(desk.editing.editor_node, desk.editing.segmentation_node)
    click(desk)
    assert "This place is protected" in notices(desk)
    desk.controller.panel.mask.accept.click()
    assert "Nothing was written" in notices(desk) and "protected by masking" in notices(desk)
    assert "Masking" in notices(desk), "where to change it"
    assert not desk.mask().any()
    desk.editing.editor.undo()
    assert not desk.mask().any() and desk.session.preview is not None


def test_a_partly_protected_mask_says_how_much_was_left_out(desk, labels):
    node = desk.editing.editor_node
    click(desk)
    desk.effect.self().onApply()
    desk.editing.select("two")
    node.SetMaskMode(desk.editing.segmentation_node.EditAllowedOutsideAllSegments)
    desk.effect.setParameter("Mode", "add")
    desk.effect.setParameter("Tool", "box")
    desk.editing.views["Red"].drag(desk.editing.ras(8, 3, 4), desk.editing.ras(8, 21, 19))
    desk.settle()
    desk.session.accept()
    assert "Nothing was written" in notices(desk) and not desk.mask("two").any()
    assert np.array_equal(desk.mask()[8], labels[8] == 1)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModelError("The model 'vit_b' is not installed.", "Download it."), "not installed"),
        (ModelError("The file of the model is damaged.", "Download it again."), "damaged"),
        (DependencyError("PyTorch is not installed.", "Install it in the module SAM Segmenter."), "PyTorch"),
        (DeviceError("The graphics card was lost.", "Restart Slicer."), "graphics card"),
        (MemoryError(), "memory"),
        (RuntimeError("boom"), "fault in the program"),
    ],
    ids=["missing", "damaged", "torch", "device", "memory", "unforeseen"],
)
def test_a_model_that_cannot_be_used_keeps_the_prompts(desk, error, words):
    def load(name, device, precision):
        raise error

    desk.session.service._load = load
    desk.effect.setParameter("Model", "other")
    click(desk)
    assert words in notices(desk)
    assert len(desk.session.marks) == 1 and desk.session.preview is None
    desk.controller.panel.structures.propose.click()
    desk.settle()
    assert words in notices(desk)
    desk.controller.panel.mask.accept.click()
    assert not desk.mask().any()


@pytest.mark.parametrize("gone", ["volume", "segmentation", "segment", "scene"])
def test_what_goes_while_the_slice_is_encoded_is_missed(desk, gone):
    import slicer

    desk.editing.views["Red"].click(desk.editing.ras(8, 12, 12))
    assert desk.worker.waiting
    if gone == "volume":
        slicer.mrmlScene.RemoveNode(desk.editing.volume_node)
    elif gone == "segmentation":
        slicer.mrmlScene.RemoveNode(desk.editing.segmentation_node)
    elif gone == "segment":
        desk.editing.segmentation_node.GetSegmentation().RemoveSegment("one")
    else:
        slicer.mrmlScene.Clear()
    desk.settle()
    assert desk.session is None or desk.session.preview is None
    assert {"volume": "volume is not there", "segment": ""}.get(gone, "no segmentation") in notices(desk)
    assert desk.effect.self().onApply() == 0
    if gone in ("volume", "segment"):
        assert not desk.mask("two").any()

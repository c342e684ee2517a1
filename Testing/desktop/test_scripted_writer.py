"""What the effect writes is what the editor's settings allow, and one undo step of the editor."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.scene.logic_writer import LogicSegmentWriter
from support.phantoms import two_boxes_volume

EXTENT = (4, 20, 3, 22, 8, 8)


@pytest.fixture
def desk(start_effect):
    return start_effect(two_boxes_volume()[0], segments=("one", "two", "three"))


def edit(segment="one", mode="add", extent=EXTENT, seed=0):
    i0, i1, j0, j1, k0, k1 = extent
    block = (np.random.default_rng(seed).random((k1 - k0 + 1, j1 - j0 + 1, i1 - i0 + 1)) < 0.6).astype(np.uint8)
    return Edit(segment, mode, extent, block)


def all_masks(desk):
    return np.stack([desk.mask(segment) for segment in ("one", "two", "three")])


def prepared(desk):
    """Three segments that overlap where the editor lets them."""
    node = desk.editing.editor_node
    writer = desk.session._writers.writer()
    node.SetOverwriteMode(node.OverwriteNone)
    for seed, segment in enumerate(("one", "two", "three")):
        writer.commit([edit(segment, seed=seed)], "prepare")
    return writer


@pytest.mark.parametrize(("mask_mode", "overwrite"), list(itertools.product(range(6), range(3))))
def test_settings_hold_as_for_the_logic_without_a_window(desk, mask_mode, overwrite):
    writer, node = prepared(desk), desk.editing.editor_node
    node.SetMaskMode(mask_mode)
    node.SetMaskSegmentID("two")
    node.SetOverwriteMode(overwrite)
    before = all_masks(desk)
    changes = [edit("three", "remove", seed=7), edit("one", "add", seed=8)]
    changed = writer.commit(changes, "by the effect")
    by_effect = all_masks(desk)
    assert (node.GetMaskMode(), node.GetOverwriteMode(), node.GetSelectedSegmentID()) == (mask_mode, overwrite, "one")
    desk.editing.editor.undo()
    assert np.array_equal(all_masks(desk), before) or changed == 0
    headless = LogicSegmentWriter(desk.editing.segmentation_node, desk.editing.volume_node, node)
    assert headless.commit(changes, "by the logic") == changed
    assert np.array_equal(all_masks(desk), by_effect)


def test_the_selected_segment_stays_selected_while_others_are_written(desk):
    writer = desk.session._writers.writer()
    heard = []
    node = desk.editing.editor_node
    tag = node.AddObserver("ModifiedEvent", lambda *_: heard.append(node.GetSelectedSegmentID()))
    assert writer.commit([edit("two")], "to another segment") > 0
    node.RemoveObserver(tag)
    assert set(heard) <= {"one"}
    assert desk.mask("two").any() and not desk.mask("one").any()


def test_a_writer_of_a_segmentation_that_is_not_edited_any_more_refuses(desk):
    import slicer

    writer = desk.session._writers.writer()
    other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    desk.editing.editor.setSegmentationNode(other)
    with pytest.raises(InputError, match="nothing was written"):
        writer.commit([edit()], "too late")
    assert not desk.mask().any()


def test_an_edit_that_slicer_does_not_take_is_told(desk, monkeypatch):
    writer = desk.session._writers.writer()
    monkeypatch.setattr(type(writer._logic), "ModifySegmentByLabelmap", lambda *_: None)
    with pytest.raises(StoreError, match="did not take") as caught:
        writer.commit([edit()], "in vain")
    assert "Undo" in caught.value.hint
    assert not desk.mask().any()

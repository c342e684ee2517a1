from __future__ import annotations

import itertools
import logging

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, extent_of_shape, extent_shape
from SAMSegmenterLib.scene import logic_writer
from SAMSegmenterLib.scene.edit_rules import INSIDE_ALL, INSIDE_SINGLE, OVERWRITE_ALL, OVERWRITE_NONE, EditRules
from SAMSegmenterLib.scene.logic_writer import LogicSegmentWriter
from SAMSegmenterLib.scene.segment_voxels import layer_of, oriented_image
from support.edit_oracle import edited
from support.editing_scenes import SHAPE, editor_node_with, everything_of, overlapping_segments
from support.phantoms import matrix, oblique_matrix

WHOLE = extent_of_shape(SHAPE)
MODES = ("set_on_slice", "add", "remove")
NOTHING = np.zeros((0, 0, 0), np.uint8)


def _edit(segment_id, mode, seed=1, k=2):
    """A random mask on slice k, smaller than the slice."""
    rng = np.random.default_rng(seed)
    extent = (1, 5, 1, 4, k, k)
    block = (rng.random(extent_shape(extent)) < 0.6).astype(np.uint8)
    return Edit(segment_id, mode, extent, block, _slice(k) if mode == "set_on_slice" else None)


def _slice(k):
    extent = (0, SHAPE[2] - 1, 0, SHAPE[1] - 1, k, k)
    return extent, np.ones(extent_shape(extent), np.uint8)


def _writer(a_scene, case, rules):
    return LogicSegmentWriter(case.node, case.volume_node, editor_node_with(a_scene, rules))


def _voxels(masks):
    return {segment_id: mask.tolist() for segment_id, mask in masks.items()}


@pytest.mark.parametrize(("overwrite", "intensity"), list(itertools.product(range(3), (None, (20.0, 70.0)))))
@pytest.mark.parametrize("mask", range(6))
def test_every_setting_does_voxel_by_voxel_what_it_says(a_scene, mask, overwrite, intensity):
    import slicer

    case = overlapping_segments()
    rules = EditRules(mask, case.ids["second"], overwrite, intensity)
    writer = _writer(a_scene, case, rules)
    lattice = writer.lattice()
    held = case.segments(lattice, slicer.util.arrayFromVolume(case.volume_node))
    before, effects = everything_of(case.node), 0
    for mode, name in itertools.product(MODES, ("first", "second", "overlapping", "empty")):
        edit = _edit(case.ids[name], mode)
        expected, changed = edited(held, edit, rules)
        assert writer.commit([edit], "test") == changed, (mode, name)
        assert _voxels(case.segments(lattice).masks) == _voxels(expected), (mode, name)
        assert writer.can_undo == (everything_of(case.node) != before)
        if writer.can_undo:
            effects += 1
            after = everything_of(case.node)
            assert writer.undo() and not writer.can_undo
            assert everything_of(case.node) == before
            assert writer.redo() and not writer.can_redo
            assert everything_of(case.node) == after
            writer.undo()
    assert effects >= 3


@pytest.mark.parametrize("overwrite", range(3))
@pytest.mark.parametrize("mask", range(6))
def test_the_result_is_that_of_the_segment_editor_itself(a_scene, mask, overwrite):
    for mode, name in itertools.product(("add", "remove"), ("first", "overlapping")):
        found, expected = [], []
        for masks, write in ((found, _with_the_writer), (expected, _with_slicers_own_masking)):
            case = overlapping_segments()
            rules = EditRules(mask, case.ids["second"], overwrite, (20.0, 70.0))
            write(a_scene, case, rules, _edit(case.ids[name], mode))
            held = case.segments(LogicSegmentWriter(case.node, case.volume_node).lattice()).masks
            names = case.ids
            if mask == INSIDE_SINGLE and mode == "remove":
                names = (name, "second")  # Slicer lets the single segment overwrite others, but in its labelmap alone
            masks.extend((n, held[case.ids[n]].tolist()) for n in names)
        assert found == expected, (mode, name)


def _with_the_writer(a_scene, case, rules, edit):
    _writer(a_scene, case, rules).commit([edit], "test")


def _with_slicers_own_masking(a_scene, case, rules, edit):
    import slicer

    editor = editor_node_with(a_scene, rules)
    logic = slicer.vtkSlicerSegmentEditorLogic()
    logic.SetMRMLScene(a_scene)
    logic.SetSegmentEditorNode(editor)
    logic.SetSegmentationNode(case.node)
    logic.SetSourceVolumeNode(case.volume_node)
    logic.SetCurrentSegmentID(edit.segment_id)
    image = oriented_image(edit.extent, np.eye(4), edit.block)
    mode = {"add": logic.ModificationModeAdd, "remove": logic.ModificationModeRemove}[edit.mode]
    logic.ModifySegmentByLabelmap(case.node, edit.segment_id, image, mode, edit.extent, True, False)


def test_several_slices_and_segments_are_one_step(a_scene):
    case = overlapping_segments()
    rules = EditRules(overwrite_mode=OVERWRITE_ALL)
    writer = _writer(a_scene, case, rules)
    lattice = writer.lattice()
    before = everything_of(case.node)
    edits = [
        _edit(case.ids[name], mode, seed=n, k=k)
        for n, (k, (name, mode)) in enumerate(
            itertools.product(range(4), (("first", "set_on_slice"), ("overlapping", "add"), ("empty", "set_on_slice")))
        )
    ]
    held = case.segments(lattice)
    for edit in edits:
        held.masks, _changed = edited(held, edit, rules)
    assert writer.commit(edits, "all slices") > 0
    assert _voxels(case.segments(lattice).masks) == _voxels(held.masks)
    assert writer.undo() and not writer.can_undo
    assert everything_of(case.node) == before


def test_steps_are_taken_back_one_by_one_and_done_again(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules())
    states = [everything_of(case.node)]
    for k in range(4):
        writer.commit([_edit(case.ids["first"], "set_on_slice", seed=k, k=k)], f"slice {k}")
        states.append(everything_of(case.node))
    for state in reversed(states[:-1]):
        assert writer.undo()
        assert everything_of(case.node) == state
    assert not writer.undo()
    for state in states[1:]:
        assert writer.redo()
        assert everything_of(case.node) == state
    assert not writer.redo()


def test_a_commit_of_nothing_leaves_no_step_and_no_trace(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules(INSIDE_SINGLE, "no such segment"))
    before = everything_of(case.node)
    times = [layer_of(case.node.GetSegmentation().GetNthSegment(n)).GetMTime() for n in range(5)]
    assert writer.commit([_edit(case.ids["first"], "add")], "all is masked") == 0
    assert writer.commit([], "nothing") == 0
    assert not writer.can_undo
    assert everything_of(case.node) == before
    assert [layer_of(case.node.GetSegmentation().GetNthSegment(n)).GetMTime() for n in range(5)] == times


def test_setting_the_same_mask_twice_changes_nothing_the_second_time(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules(INSIDE_ALL))
    edit = _edit(case.ids["first"], "set_on_slice")
    assert writer.commit([edit], "once") > 0
    assert writer.commit([edit], "twice") == 0


def test_a_slice_is_set_to_nothing(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules())
    held = writer.segment_on(case.ids["first"], WHOLE)
    changed = writer.commit([Edit(case.ids["first"], "set_on_slice", EMPTY_EXTENT, NOTHING, _slice(1))], "clear")
    assert changed == held[1].sum()
    held[1] = 0
    assert np.array_equal(writer.segment_on(case.ids["first"], WHOLE), held)


def test_what_lies_outside_the_lattice_is_left_out(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules(overwrite_mode=OVERWRITE_NONE))
    extent = (-3, 9, 4, 8, -2, 1)
    changed = writer.commit([Edit(case.ids["empty"], "add", extent, np.ones(extent_shape(extent), np.uint8))], "large")
    expected = np.zeros(SHAPE, np.uint8)
    expected[0:2, 4:6, :] = 1
    assert changed == expected.sum()
    assert writer.lattice().extent == WHOLE
    assert writer.segment_on(case.ids["empty"], extent).sum() == expected.sum()
    assert np.array_equal(writer.segment_on(case.ids["empty"], WHOLE), expected)
    far = (20, 22, 20, 22, 20, 22)
    assert writer.commit([Edit(case.ids["empty"], "add", far, np.ones((3, 3, 3), np.uint8))], "far") == 0


def test_the_editors_own_settings_and_selection_stay_as_they_are(a_scene):
    case = overlapping_segments()
    editor = editor_node_with(a_scene, EditRules(INSIDE_SINGLE, case.ids["second"], OVERWRITE_NONE, (5.0, 95.0)))
    editor.SetSelectedSegmentID(case.ids["hidden"])
    seen, editors = editor.GetMTime(), a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentEditorNode")
    LogicSegmentWriter(case.node, case.volume_node, editor).commit([_edit(case.ids["first"], "set_on_slice")], "test")
    assert editor.GetMTime() == seen
    assert editor.GetSelectedSegmentID() == case.ids["hidden"]
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSegmentEditorNode") == editors


def test_settings_are_read_anew_at_every_commit(a_scene):
    case = overlapping_segments()
    editor = editor_node_with(a_scene, EditRules(INSIDE_SINGLE, "no such segment"))
    writer = LogicSegmentWriter(case.node, case.volume_node, editor)
    edit = _edit(case.ids["empty"], "add")
    assert writer.commit([edit], "masked") == 0
    editor.SetMaskMode(0)
    assert writer.commit([edit], "free") == edit.block.sum()


def test_the_extent_of_a_segment_holds_it_and_is_empty_without_a_voxel(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules(overwrite_mode=OVERWRITE_NONE))
    assert writer.extent_of(case.ids["empty"]) == EMPTY_EXTENT  # though its labelmap holds others
    assert (
        writer.segment_on(case.ids["first"], writer.extent_of(case.ids["first"])).sum()
        == writer.segment_on(case.ids["first"], WHOLE).sum()
    )
    writer.commit([_edit(case.ids["empty"], "add")], "test")
    assert writer.extent_of(case.ids["empty"]) != EMPTY_EXTENT
    writer.undo()
    assert writer.extent_of(case.ids["empty"]) == EMPTY_EXTENT


def test_where_a_segment_may_be_added_to_can_be_asked(a_scene):
    import slicer

    case = overlapping_segments()
    rules = EditRules(INSIDE_SINGLE, case.ids["second"], intensity_range=(20.0, 70.0))
    writer = _writer(a_scene, case, rules)
    intensities = slicer.util.arrayFromVolume(case.volume_node)
    expected = (writer.segment_on(case.ids["second"], WHOLE) != 0) & (intensities >= 20) & (intensities <= 70)
    assert np.array_equal(writer.editable_on(case.ids["first"], WHOLE), expected)
    assert not writer.editable_on(case.ids["first"], (50, 52, 0, 1, 0, 1)).any()


@pytest.mark.parametrize("value", [255, 256, 40000, 70000])
def test_label_values_that_need_more_than_a_byte_are_kept(a_scene, value):
    import slicer

    case = overlapping_segments()
    segment = slicer.vtkSegment()
    segment.SetName("far down the list")
    segment.SetLabelValue(value)
    segment.AddRepresentation("Binary labelmap", slicer.vtkOrientedImageData())
    case.node.GetSegmentation().AddSegment(segment, "late")
    writer = _writer(a_scene, case, EditRules(overwrite_mode=OVERWRITE_NONE))
    before = everything_of(case.node)
    edit = _edit("late", "add")
    assert writer.commit([edit], "test") == edit.block.sum()
    assert np.array_equal(writer.segment_on("late", edit.extent), edit.block)
    assert case.node.GetSegmentation().GetSegment("late").GetLabelValue() == value
    writer.undo()
    assert everything_of(case.node) == before


def test_segments_removed_meanwhile_are_named(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules())
    case.node.GetSegmentation().RemoveSegment(case.ids["first"])
    before = everything_of(case.node)
    with pytest.raises(InputError, match="no segment"):
        writer.commit([_edit(case.ids["overlapping"], "add"), _edit(case.ids["first"], "add")], "test")
    assert everything_of(case.node) == before
    with pytest.raises(InputError, match="no segment"):
        writer.segment_on(case.ids["first"], WHOLE)


def test_a_closed_scene_is_said_to_be_gone(a_scene):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules())
    edit = _edit(case.ids["first"], "add")
    writer.commit([edit], "test")
    a_scene.Clear(0)
    with pytest.raises(InputError, match="'segments' is not in the scene"):
        writer.commit([edit], "test")
    assert (writer.can_undo, writer.can_redo, writer.undo(), writer.redo()) == (False,) * 4
    with pytest.raises(InputError, match="not in the scene"):
        LogicSegmentWriter(None, None)


def test_an_intensity_range_without_a_volume_is_refused(a_scene):
    case = overlapping_segments()
    writer = LogicSegmentWriter(case.node, None, editor_node_with(a_scene, EditRules(intensity_range=(1.0, 2.0))))
    before = everything_of(case.node)
    with pytest.raises(InputError, match="no volume"):
        writer.commit([_edit(case.ids["first"], "add")], "test")
    assert everything_of(case.node) == before


def test_surfaces_are_not_turned_into_voxels_unasked(a_scene):
    case = overlapping_segments()
    segmentation = case.node.GetSegmentation()
    segmentation.CreateRepresentation("Closed surface")
    segmentation.SetSourceRepresentationName("Closed surface")
    segmentation.RemoveRepresentation("Binary labelmap")
    with pytest.raises(InputError, match="holds surfaces"):
        LogicSegmentWriter(case.node, case.volume_node)


def test_surfaces_follow_the_voxels(a_scene):
    import vtk

    case = overlapping_segments(shape=(12, 14, 16))
    case.node.GetSegmentation().CreateRepresentation("Closed surface")
    writer = _writer(a_scene, case, EditRules(overwrite_mode=OVERWRITE_NONE))
    extent = (4, 10, 4, 9, 3, 8)
    writer.commit([Edit(case.ids["empty"], "add", extent, np.ones(extent_shape(extent), np.uint8))], "box")
    surface = vtk.vtkPolyData()
    case.node.GetClosedSurfaceRepresentation(case.ids["empty"], surface)
    i0, i1, j0, j1, k0, k1 = surface.GetBounds()
    assert np.allclose([i0, i1, j0, j1, k0, k1], extent, atol=1.0)


def test_a_write_that_slicer_does_not_take_is_taken_back_and_reported(a_scene, monkeypatch):
    case = overlapping_segments()
    writer = _writer(a_scene, case, EditRules())
    before = everything_of(case.node)
    real = logic_writer.segment_block

    def other_voxels(*arguments):
        return 1 - real(*arguments)

    monkeypatch.setattr(logic_writer, "segment_block", other_voxels)
    with pytest.raises(StoreError, match="did not take the change of 'first'"):
        writer.commit([_edit(case.ids["first"], "set_on_slice")], "test")
    assert everything_of(case.node) == before


def test_undo_states_stay_within_their_budget(a_scene, monkeypatch):
    case = overlapping_segments()
    size = sum(layer_of(case.node.GetSegmentation().GetNthSegment(n)).GetActualMemorySize() for n in (0, 2, 3)) * 1024
    monkeypatch.setattr(logic_writer, "UNDO_BYTES", 3 * size)
    writer = _writer(a_scene, case, EditRules(overwrite_mode=OVERWRITE_NONE))
    states = []
    for k in range(4):
        states.append(everything_of(case.node))
        writer.commit([_edit(case.ids["overlapping"], "set_on_slice", seed=k, k=k)], "test")
    undone = 0
    while writer.undo():
        undone += 1
        assert everything_of(case.node) == states[-undone]
    assert 1 <= undone < 4


def test_the_step_is_logged_with_its_size(a_scene, caplog):
    case = overlapping_segments()
    edit = _edit(case.ids["empty"], "add")
    with caplog.at_level(logging.INFO, logger=logic_writer.__name__):
        _writer(a_scene, case, EditRules(overwrite_mode=OVERWRITE_NONE)).commit([edit], "Accept on slice 3")
    assert f"Accept on slice 3: {edit.block.sum()} voxels changed." in caplog.text


@pytest.mark.parametrize("to_ras", [matrix((2, 1, 0.5), (5, 6, 7), lps=True), oblique_matrix((3, 1, 1.5))])
def test_the_lattice_may_lie_anywhere(a_scene, to_ras):
    case = overlapping_segments(to_ras)
    rules = EditRules(INSIDE_ALL, overwrite_mode=OVERWRITE_ALL, intensity_range=(10.0, 80.0))
    writer = _writer(a_scene, case, rules)
    lattice = writer.lattice()
    import slicer

    held = case.segments(lattice, slicer.util.arrayFromVolume(case.volume_node))
    edit = _edit(case.ids["overlapping"], "set_on_slice")
    expected, changed = edited(held, edit, rules)
    assert writer.commit([edit], "test") == changed > 0
    assert _voxels(case.segments(lattice).masks) == _voxels(expected)
    assert np.allclose(lattice.ijk_to_ras, to_ras)

"""Edits of the stand-in are Slicer's own, with their traps."""

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import two_boxes_volume


@pytest.fixture
def editing(register_probe, start_editing):
    register_probe()
    return start_editing(two_boxes_volume()[0], views=False)


@pytest.fixture
def effect(editing):
    return editing.activate("Probe")


def voxels(image):
    from vtk.util.numpy_support import vtk_to_numpy

    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])


def block(effect, *where):
    labelmap = effect.defaultModifierLabelmap()
    voxels(labelmap)[where] = 1
    labelmap.Modified()
    return labelmap


def test_the_modifier_image_is_shared_and_emptied_when_it_is_asked_for(effect):
    filled = block(effect, slice(2, 4))
    assert effect.modifierLabelmap() is filled
    assert voxels(effect.modifierLabelmap()).any()
    assert effect.defaultModifierLabelmap() is filled
    assert not voxels(filled).any()


def test_modes_add_set_and_remove(editing, effect):
    effect.modifySelectedSegmentByLabelmap(block(effect, 3), effect.ModificationModeAdd)
    effect.modifySelectedSegmentByLabelmap(block(effect, 4), effect.ModificationModeAdd)
    assert np.flatnonzero(editing.mask("one").any((1, 2))).tolist() == [3, 4]
    effect.modifySelectedSegmentByLabelmap(block(effect, 5), effect.ModificationModeSet)
    assert np.flatnonzero(editing.mask("one").any((1, 2))).tolist() == [5]
    effect.modifySelectedSegmentByLabelmap(block(effect, 5, 0), effect.ModificationModeRemove, [0, 47, 0, 0, 5, 5])
    assert not editing.mask("one")[5, 0].any()
    assert editing.mask("one")[5, 1].all()


def test_an_edit_of_the_selected_segment_takes_voxels_from_the_others(editing, effect):
    effect.modifySegmentByLabelmap(editing.segmentation_node, "two", block(effect, 3), effect.ModificationModeAdd)
    effect.modifySelectedSegmentByLabelmap(block(effect, 3, 0), effect.ModificationModeAdd)
    assert not editing.mask("two")[3, 0].any()
    assert editing.mask("one")[3, 0].all()


def test_the_mask_leaves_out_the_selected_segment_whichever_is_written(editing, effect):
    import slicer

    effect.modifySegmentByLabelmap(editing.segmentation_node, "two", block(effect, 3), effect.ModificationModeAdd)
    editing.editor_node.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments)
    assert (voxels(effect.maskLabelmap())[3] != 0).all()
    effect.modifySegmentByLabelmap(editing.segmentation_node, "two", block(effect, 3), effect.ModificationModeRemove)
    assert editing.mask("two")[3].all(), "the written segment is masked as long as it is not selected"
    editing.select("two")
    effect.modifySegmentByLabelmap(editing.segmentation_node, "two", block(effect, 3), effect.ModificationModeRemove)
    assert not editing.mask("two").any()


def test_a_coarser_image_changes_the_lattice_of_the_other_segments(editing, effect):
    import slicer

    effect.modifySegmentByLabelmap(
        editing.segmentation_node, "two", block(effect, 3, slice(0, 5), slice(0, 5)), effect.ModificationModeAdd
    )
    before = editing.mask("two").sum()
    coarse = slicer.vtkOrientedImageData()
    coarse.SetDimensions(16, 13, 5)
    coarse.SetSpacing(3, 3, 3)
    coarse.AllocateScalars(3, 1)
    voxels(coarse)[...] = 0
    voxels(coarse)[4, 10, 10] = 1
    effect.modifySelectedSegmentByLabelmap(coarse, effect.ModificationModeAdd)
    assert editing.mask("two").sum() != before


def test_undo_goes_back_to_what_was_saved_before_the_edit(editing, effect):
    effect.saveStateForUndo()
    effect.modifySelectedSegmentByLabelmap(block(effect, 3), effect.ModificationModeAdd)
    effect.modifySelectedSegmentByLabelmap(block(effect, 4), effect.ModificationModeAdd)
    effect.saveStateForUndo()
    editing.editor.undo()
    assert not editing.mask("one").any(), "what is saved after an edit does not split it in two"
    editing.editor.redo()
    assert editing.mask("one")[3:5].all()


def test_saving_without_a_change_gives_nothing_to_undo(editing, effect):
    effect.saveStateForUndo()
    effect.saveStateForUndo()
    assert not editing.editor._logic.CanUndo()
    effect.modifySelectedSegmentByLabelmap(block(effect, 3), effect.ModificationModeAdd)
    assert editing.editor._logic.CanUndo()


def test_five_steps_can_be_undone_and_the_module_keeps_ten(editing, effect):
    import slicer

    assert editing.editor.maximumNumberOfUndoStates == 5
    assert slicer.modules.segmenteditor.widgetRepresentation().self().editor.maximumNumberOfUndoStates == 10


def test_only_oriented_images_are_taken(effect):
    import vtk

    plain = vtk.vtkImageData()
    plain.SetDimensions(2, 2, 2)
    plain.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    with pytest.raises(ValueError, match="wrong arguments"):
        effect.modifySelectedSegmentByLabelmap(plain, effect.ModificationModeAdd)
    with pytest.raises(ValueError, match="6 int values"):
        effect.modifySelectedSegmentByLabelmap(block(effect, 3), effect.ModificationModeAdd, [0, 1])


def test_the_source_image_lies_on_the_segmentations_lattice(editing, effect):
    import slicer

    image = effect.sourceVolumeImageData()
    assert np.array_equal(voxels(image), slicer.util.arrayFromVolume(editing.volume_node))
    finer = slicer.vtkSlicerSegmentationGeometryLogic()
    finer.SetInputSegmentationNode(editing.segmentation_node)
    finer.SetSourceGeometryNode(editing.volume_node)
    finer.SetOversamplingFactor(2)
    finer.CalculateOutputGeometry()
    finer.SetReferenceImageGeometryInSegmentationNode()
    assert effect.sourceVolumeImageData().GetDimensions() == (96, 80, 32)
    assert effect.defaultModifierLabelmap().GetDimensions() == (96, 80, 32)


def test_without_an_editor_there_are_no_images(complaints, tmp_path):
    from support.desktop.probe_effect import register, write_probe

    lone = register(write_probe(tmp_path))
    assert lone.defaultModifierLabelmap() is lone.sourceVolumeImageData() is lone.maskLabelmap() is None


def test_label_effects_rasterise_outlines_of_a_view_and_have_no_cleanup(start_editing, tmp_path):
    import slicer
    import vtk

    from support.desktop.probe_effect import write_probe

    source = write_probe(
        tmp_path,
        """
        def clone(self):
            clonedEffect = slicer.qSlicerSegmentEditorScriptedLabelEffect(None)
            clonedEffect.setPythonSource(__file__.replace("\\\\", "/"))
            return clonedEffect
        def cleanup(self): self.calls.append("cleanup")
        """,
    )
    instance = slicer.qSlicerSegmentEditorScriptedLabelEffect(None)
    assert instance.setPythonSource(source)
    instance.self().register()
    editing = start_editing(two_boxes_volume()[0])
    effect, red = editing.activate("Probe"), editing.views["Red"]
    points, lines = vtk.vtkPoints(), vtk.vtkCellArray()
    corners = [(9.5, 9.5), (9.5, 19.5), (14.5, 19.5), (14.5, 9.5), (9.5, 9.5)]
    lines.InsertNextCell(len(corners))
    for j, i in corners:
        lines.InsertCellPoint(points.InsertNextPoint(*red.xy(editing.ras(8, j, i)), 0))
    outline = vtk.vtkPolyData()
    outline.SetPoints(points)
    outline.SetLines(lines)
    labelmap = effect.defaultModifierLabelmap()
    effect.appendPolyMask(labelmap, outline, red.widget, editing.segmentation_node)
    effect.modifySelectedSegmentByLabelmap(labelmap, effect.ModificationModeAdd)
    expected = np.zeros_like(editing.mask("one"))
    expected[8, 10:15, 10:20] = True
    assert np.array_equal(editing.mask("one"), expected)
    effect.cleanup()
    assert effect.self().calls == []

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    identity_of,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.scene.kept_prompts import kept_prompts
from SAMSegmenterLib.scene.prompt_node import write_prompts
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.editing_scenes import bend
from support.phantoms import oblique_matrix, sphere_volume, two_boxes_volume


def prompts_on(volume, slices=1):
    record = SlicePromptRecord(SlicePlane.lattice(0, 8), MarkSet((PointMark("p1", (8, 8)),)), accepted=True)
    return PromptFile(identity_of(volume), "m", segments=(SegmentPrompts("S", "left", (record,) * slices),))


def segmentation(scene, volume_node, prompts, name="kidneys"):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    if volume_node is not None:
        node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    write_prompts(node, prompts)
    return node


def test_prompts_are_found_with_their_volume_among_others(a_scene, tmp_path):
    volume = two_boxes_volume(ijk_to_ras=oblique_matrix())[0]
    other = node_from_volume(sphere_volume()[0], "other")
    node_from_volume(volume, "scan")
    segmentation(a_scene, other, prompts_on(volume))  # drawn on the geometry of the other one
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    kept = kept_prompts(tmp_path / "s.mrb")
    assert write_prompt_file(kept.prompt_file) == write_prompt_file(prompts_on(volume))
    np.testing.assert_array_equal(kept.source.volume.array, volume.array)
    assert kept.source.volume.name == "scan"
    assert kept.lattice.shape_kji == sphere_volume()[0].shape_kji
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 2  # the open scene is as it was


def test_a_segmentation_without_geometry_gets_that_of_the_volume(a_scene, tmp_path):
    volume = two_boxes_volume()[0]
    node_from_volume(volume, "scan")
    segmentation(a_scene, None, prompts_on(volume))
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    assert kept_prompts(tmp_path / "s.mrb").lattice.shape_kji == volume.shape_kji


def test_prompts_without_a_slice_or_a_volume_are_refused(a_scene, tmp_path):
    volume = two_boxes_volume()[0]
    node = segmentation(a_scene, None, prompts_on(volume))
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    with pytest.raises(InputError, match="It holds no volume"):
        kept_prompts(tmp_path / "s.mrb")
    write_prompts(node, prompts_on(volume, slices=0))
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    with pytest.raises(InputError, match="No prompts are kept with 'kidneys'"):
        kept_prompts(tmp_path / "s.mrb")


def test_a_segmentation_under_a_transform_that_bends_is_refused_with_what_to_do(a_scene, tmp_path):
    volume = two_boxes_volume()[0]
    node = segmentation(a_scene, node_from_volume(volume, "scan"), prompts_on(volume))
    bend(a_scene, node)
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    with pytest.raises(InputError, match="bends space") as caught:
        kept_prompts(tmp_path / "s.mrb")
    assert "Harden" in caught.value.hint

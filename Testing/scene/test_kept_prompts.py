from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    identity_of,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.scene.kept_prompts import kept_prompts
from SAMSegmenterLib.scene.prompt_node import new_prompt_node, prompt_nodes_of, read_prompts, write_prompts
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
    (part,) = kept.parts
    assert write_prompt_file(part.prompt_file) == write_prompt_file(prompts_on(volume))
    np.testing.assert_array_equal(part.source.volume.array, volume.array)
    assert part.source.volume.name == "scan"
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


def test_prompts_belong_to_the_volume_that_they_name_among_others_at_the_same_place(a_scene, tmp_path):
    volume = two_boxes_volume()[0]
    first = node_from_volume(volume, "T1")
    second = node_from_volume(Volume(volume.array + np.uint8(3), volume.ijk_to_ras), "T2")
    node = segmentation(a_scene, first, replace(prompts_on(volume), volume=VolumeIdentity(volume.shape_kji, np.eye(4))))
    for volume_node in (second, first):
        write_prompts(node, read_prompts(node), volume_node, prompt_node=new_prompt_node(node))
    remove = prompt_nodes_of(node)[0]
    a_scene.RemoveNode(remove)
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    assert [part.source.volume.name for part in kept_prompts(tmp_path / "s.mrb").parts] == ["T2", "T1"]


def test_a_segmentation_whose_prompts_were_all_taken_back_is_no_choice(a_scene, tmp_path):
    volume = two_boxes_volume()[0]
    volume_node = node_from_volume(volume, "scan")
    segmentation(a_scene, volume_node, prompts_on(volume), "kept")
    segmentation(a_scene, volume_node, replace(prompts_on(volume), segments=()), "taken back")
    assert a_scene.WriteToMRB(str(tmp_path / "s.mrb"))
    assert len(kept_prompts(tmp_path / "s.mrb").parts) == 1

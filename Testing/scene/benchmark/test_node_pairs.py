from __future__ import annotations

import pytest

from SAMBenchmarkLib.scene.node_pairs import OWN_NODE, pair_problem, references_in, suggested_pairs, volumes_in
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.phantoms import matrix, two_boxes_volume


def _volume(name, **place):
    return node_from_volume(two_boxes_volume(**place)[0], name)


def _reference(name, volume_node=None, **place):
    return node_from_segmentation(two_boxes_volume(**place)[1], name, volume_node)


def _names(scene):
    pairs = suggested_pairs(volumes_in(scene), references_in(scene))
    return {p.volume.GetName(): p.reference.GetName() if p.reference is not None else None for p in pairs}


def test_a_segmentation_belongs_to_the_volume_it_was_made_on(a_scene):
    first, second = _volume("a"), _volume("b")
    _reference("on b", second)
    _reference("on a", first)
    assert _names(a_scene) == {"a": "on a", "b": "on b"}


@pytest.mark.parametrize("reference", ["CT 7 labels", "CT_7-seg", "ct 7 segmentation", "Mask CT 7"])
def test_names_tell_a_pair(a_scene, reference):
    _volume("CT 7")
    _volume("CT 8")
    _reference(reference)
    assert _names(a_scene) == {"CT 7": reference, "CT 8": None}


def test_the_only_reference_in_the_same_place_belongs_to_the_only_volume_there(a_scene):
    _volume("a")
    _volume("far away", ijk_to_ras=matrix(origin_ras=(900, 0, 0)))
    _reference("anything")
    assert _names(a_scene) == {"a": "anything", "far away": None}


def test_where_place_does_not_decide_nothing_is_suggested(a_scene):
    _volume("a")
    _volume("b")
    _reference("anything")
    assert _names(a_scene) == {"a": None, "b": None}


def test_labelmaps_are_references_and_hidden_and_own_nodes_are_none(a_scene):
    _volume("a")
    labels = a_scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    shown = _reference("shown object")
    shown.SetAttribute(OWN_NODE, "1")
    hidden = _reference("hidden")
    hidden.SetHideFromEditors(True)
    assert [node.GetName() for node in volumes_in(a_scene)] == ["a"]
    assert references_in(a_scene) == [labels]


def test_what_is_wrong_with_a_pair_is_seen_before_the_run(a_scene):
    volume = _volume("a")
    assert pair_problem(volume, None) == "no reference"
    assert pair_problem(volume, _reference("good")) == ""
    assert pair_problem(volume, _reference("far", ijk_to_ras=matrix(origin_ras=(900, 0, 0)))) == "elsewhere"
    new = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "new")
    assert pair_problem(volume, new) == "no segments"
    new.GetSegmentation().AddEmptySegment("first")
    assert pair_problem(volume, new) == "empty"
    assert pair_problem(a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode"), _reference("x")) == "no image"

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.scene.segment_list import (
    add_segment,
    remove_segment,
    segment_name,
    tag_of,
    tag_segment,
    unused_name,
)
from support.editing_scenes import everything_of, overlapping_segments


def test_segments_are_named_by_their_ids(a_scene):
    case = overlapping_segments()
    assert segment_name(case.node, case.ids["second"]) == "second"
    assert segment_name(case.node, "nobody") is None
    assert segment_name(None, "nobody") is None


def test_a_new_segment_is_empty_and_changes_no_other(a_scene):
    case = overlapping_segments()
    before = everything_of(case.node)
    segment_id = add_segment(case.node, "Tumour, links")
    assert segment_name(case.node, segment_id) == "Tumour, links"
    assert everything_of(case.node)[:-1] == before
    again = add_segment(case.node, "Tumour, links")
    assert again != segment_id
    with pytest.raises(InputError, match="no segmentation"):
        add_segment(None, "x")


def test_facts_are_kept_with_a_segment_and_with_the_scene(a_scene, tmp_path):
    case = overlapping_segments()
    tag_segment(case.node, case.ids["first"], {"model": "bundled", "accepted": "by hand"})
    tag_segment(case.node, case.ids["first"], {"accepted": "propagated"})
    a_scene.SetRootDirectory(str(tmp_path))
    assert a_scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    a_scene.Clear(0)
    assert a_scene.ReadFromMRB(str(tmp_path / "scene.mrb"), True)
    node = a_scene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    segment_id = node.GetSegmentation().GetSegmentIdBySegmentName("first")
    assert tag_of(node, segment_id, "model") == "bundled"
    assert tag_of(node, segment_id, "accepted") == "propagated"
    assert tag_of(node, segment_id, "weights") is None
    assert tag_of(node, node.GetSegmentation().GetSegmentIdBySegmentName("second"), "model") is None


def test_facts_about_a_missing_segment_are_refused(a_scene):
    case = overlapping_segments()
    with pytest.raises(InputError, match="no segment 'nobody'"):
        tag_segment(case.node, "nobody", {"model": "x"})


def test_a_segment_is_removed_if_it_is_there(a_scene):
    case = overlapping_segments()
    remove_segment(case.node, case.ids["empty"])
    assert segment_name(case.node, case.ids["empty"]) is None and segment_name(case.node, case.ids["first"]) == "first"
    remove_segment(case.node, case.ids["empty"])
    remove_segment(None, "nobody")


def test_names_that_are_taken_get_a_number(a_scene):
    case = overlapping_segments()
    assert unused_name(case.node, "nodule") == "nodule"
    assert unused_name(case.node, "first") == "first 2"
    add_segment(case.node, "first 2")
    assert unused_name(case.node, "first") == "first 3"


def test_facts_in_a_segmentation_file_are_read_by_slicer(a_scene, tmp_path):
    tags = (("model", "a: small|one"), ("origin", "propagated"))
    structures = (Structure(1, "with", 0, 1, tags), Structure(2, "without", 0, 2))
    write_labels(tmp_path / "x.seg.nrrd", Segmentation((np.arange(8).reshape(2, 2, 2),), np.eye(4), structures))
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = a_scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "x.seg.nrrd"))
    assert storage.ReadData(node)
    assert tag_of(node, "Segment_1", "model") == "a: small/one"
    assert tag_of(node, "Segment_1", "origin") == "propagated"
    assert tag_of(node, "Segment_2", "origin") is None

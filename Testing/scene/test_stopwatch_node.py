from __future__ import annotations

import zipfile

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.timed_task import SCHEMA
from SAMSegmenterLib.scene.stopwatch_node import append_record, record_of

LINES = ['{"seconds": 0.0, "kind": "object"}', '{"seconds": 2.5, "kind": "finished"}']


def segmentation(scene, name="Doe^John"):
    return scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)


def test_records_are_added_to_one_text_beside_each_segmentation(a_scene):
    one, other = segmentation(a_scene), segmentation(a_scene)
    assert record_of(one) is None
    node = append_record(one, LINES)
    assert append_record(one, LINES) is node is record_of(one)
    assert node.GetText().splitlines() == 2 * LINES
    assert append_record(other, LINES) is not node
    assert node.GetAttribute("SAMSegmenter.Stopwatch") == SCHEMA and "Doe" not in node.GetName()


def test_a_scene_in_one_file_holds_the_record(a_scene, tmp_path):
    append_record(segmentation(a_scene, "s"), LINES)
    path = tmp_path / "scene.mrb"
    a_scene.WriteToMRB(str(path))
    with zipfile.ZipFile(path) as bundle:
        [name] = [name for name in bundle.namelist() if name.endswith(".txt")]
        assert bundle.read(name).decode("utf-8").splitlines() == LINES


def test_a_segmentation_that_is_gone_is_refused(a_scene):
    node = segmentation(a_scene)
    a_scene.RemoveNode(node)
    with pytest.raises(InputError, match="not in a scene"):
        append_record(node, LINES)

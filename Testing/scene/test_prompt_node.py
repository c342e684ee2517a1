from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import BoxMark, MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.scene.prompt_node import (
    prompt_node_of,
    read_prompts,
    remove_orphans,
    segmentations_with_prompts,
    write_prompts,
)
from SAMSegmenterLib.scene.runtime import ensure_scene


def _segmentation(scene, name="segments"):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    return node


def _prompts(segments=1, name='Niere "rechts" <ä> & \n 肾'):
    marks = MarkSet((PointMark("p1", np.array([1 / 3, 2.5])), BoxMark("b1", np.array([0.0, 1, 2, 3]))))
    records = (SlicePromptRecord(SlicePlane.lattice(0, 4), marks, accepted=True),)
    identity = VolumeIdentity((5, 6, 7), np.eye(4), "ab" * 32)
    listed = tuple(SegmentPrompts(f"S{n}", name, records) for n in range(segments))
    return PromptFile(identity, "bundled", segments=listed)


def test_prompts_come_back_as_they_were(a_scene):
    node = _segmentation(a_scene)
    assert read_prompts(node) is None
    assert prompt_node_of(node) is None
    write_prompts(node, _prompts())
    assert write_prompt_file(read_prompts(node)) == write_prompt_file(_prompts())


def test_new_prompts_take_the_place_of_the_old_in_the_same_node(a_scene):
    node = _segmentation(a_scene)
    first = write_prompts(node, _prompts(1))
    assert write_prompts(node, _prompts(3)) is first
    assert len(read_prompts(node).segments) == 3
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 1


def test_unchanged_prompts_do_not_touch_the_scene(a_scene):
    node = _segmentation(a_scene)
    time = write_prompts(node, _prompts()).GetMTime()
    assert write_prompts(node, _prompts()).GetMTime() == time


def test_every_segmentation_has_prompts_of_its_own(a_scene):
    first, second, third = (_segmentation(a_scene, name) for name in "abc")
    write_prompts(first, _prompts(1))
    write_prompts(third, _prompts(2))
    assert len(read_prompts(first).segments) == 1
    assert read_prompts(second) is None
    assert segmentations_with_prompts(a_scene) == [first, third]


@pytest.mark.parametrize("count", [1, 60])
@pytest.mark.parametrize("ending", [".mrb", ".mrml"])
def test_prompts_are_saved_and_loaded_with_the_scene(a_scene, tmp_path, ending, count):
    _segmentation(a_scene, "another")  # so that the ids change on loading
    node = _segmentation(a_scene, "kidneys")
    write_prompts(node, _prompts(count))
    path = str(tmp_path / f"scene{ending}")
    a_scene.SetRootDirectory(str(tmp_path))
    if ending == ".mrb":
        assert a_scene.WriteToMRB(path)
    else:
        a_scene.SetURL(path)
        assert a_scene.Commit(path)
    a_scene.Clear(0)
    for name in ("x", "y", "z"):
        _segmentation(a_scene, name)
    if ending == ".mrb":
        assert a_scene.ReadFromMRB(path, False)
    else:
        a_scene.SetURL(path)
        a_scene.Import()
    found = segmentations_with_prompts(ensure_scene().scene)
    assert [n.GetName() for n in found] == ["kidneys"]
    assert write_prompt_file(read_prompts(found[0])) == write_prompt_file(_prompts(count))
    assert prompt_node_of(found[0]).GetHideFromEditors()


def test_other_texts_are_not_taken_for_prompts(a_scene):
    node = _segmentation(a_scene)
    text = a_scene.AddNewNodeByClass("vtkMRMLTextNode", "notes")
    text.SetNodeReferenceID("SAMSegmenter.segmentation", node.GetID())
    assert prompt_node_of(node) is None


def test_a_damaged_text_is_reported_with_the_segmentations_name(a_scene):
    node = _segmentation(a_scene, "kidneys")
    write_prompts(node, _prompts()).SetText('{"schema": "sam-prompts/1"')
    with pytest.raises(InputError, match="'kidneys'") as caught:
        read_prompts(node)
    assert caught.value.hint
    write_prompts(node, _prompts())
    assert read_prompts(node).model == "bundled"


def test_prompts_of_a_removed_segmentation_are_removed_when_asked(a_scene):
    gone, kept = _segmentation(a_scene, "gone"), _segmentation(a_scene, "kept")
    write_prompts(gone, _prompts())
    write_prompts(kept, _prompts())
    a_scene.RemoveNode(gone)
    assert remove_orphans(a_scene) == 1
    assert segmentations_with_prompts(a_scene) == [kept]
    assert remove_orphans(a_scene) == 0
    assert prompt_node_of(gone) is None
    with pytest.raises(InputError, match="'gone' is not in a scene"):
        write_prompts(gone, _prompts())

from __future__ import annotations

import inspect

import numpy as np
import pytest

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.edit_rules import EditRules
from SAMSegmenterLib.scene.logic_provider import LogicWriterProvider
from SAMSegmenterLib.scene.logic_writer import LogicSegmentWriter
from SAMSegmenterLib.scene.segment_list import tag_of
from SAMSegmenterLib.session.segment_writer import SegmentWriter, WriterProvider
from support.editing_scenes import editor_node_with, overlapping_segments


def _editor(a_scene, case=None):
    editor = editor_node_with(a_scene, EditRules())
    if case is not None:
        editor.SetAndObserveSegmentationNode(case.node)
        editor.SetAndObserveSourceVolumeNode(case.volume_node)
    return editor


def _public(kind):
    return {name: member for name, member in vars(kind).items() if not name.startswith("_")}


@pytest.mark.parametrize(
    ("protocol", "kind"), [(SegmentWriter, LogicSegmentWriter), (WriterProvider, LogicWriterProvider)]
)
def test_what_an_editing_session_asks_for_is_there_with_the_same_arguments(protocol, kind):
    asked = _public(protocol)
    assert len(asked) > 3
    for name, member in asked.items():
        assert list(inspect.signature(member).parameters) == list(inspect.signature(getattr(kind, name)).parameters)


def test_the_writer_stays_as_long_as_the_segmentation_does(a_scene):
    case, other = overlapping_segments(), overlapping_segments()
    editor = _editor(a_scene, case)
    provider = LogicWriterProvider(editor)
    writer = provider.writer()
    writer.commit([Edit(case.ids["empty"], "add", (0, 1, 0, 1, 0, 0), np.ones((1, 2, 2), np.uint8))], "test")
    assert provider.writer() is writer
    editor.SetMaskMode(3)
    assert provider.writer() is writer
    editor.SetAndObserveSegmentationNode(other.node)
    assert provider.writer() is not writer
    assert not provider.writer().can_undo


def test_without_a_segmentation_there_is_no_writer(a_scene):
    case = overlapping_segments()
    editor = _editor(a_scene)
    provider = LogicWriterProvider(editor)
    for ask in (provider.writer, lambda: provider.add_segment("x")):
        with pytest.raises(InputError, match="no segmentation"):
            ask()
    assert provider.segment_name(case.ids["first"]) is None
    provider.tag_segment(case.ids["first"], {"model": "x"})
    editor.SetAndObserveSegmentationNode(case.node)
    assert provider.segment_name(case.ids["first"]) == "first"
    a_scene.RemoveNode(case.node)
    with pytest.raises(InputError, match="no segmentation"):
        provider.writer()


def test_segments_are_added_named_and_tagged(a_scene):
    case = overlapping_segments()
    provider = LogicWriterProvider(_editor(a_scene, case))
    segment_id = provider.add_segment("vessel")
    assert provider.segment_name(segment_id) == "vessel"
    provider.tag_segment(segment_id, {"model": "bundled"})
    assert tag_of(case.node, segment_id, "model") == "bundled"
    assert provider.writer().segment_on(segment_id, (0, 6, 0, 5, 0, 3)).sum() == 0


def test_a_segment_added_for_a_commit_comes_and_goes_with_it(a_scene):
    case = overlapping_segments()
    provider = LogicWriterProvider(_editor(a_scene, case))
    names = [case.node.GetSegmentation().GetNthSegmentID(n) for n in range(5)]
    added = provider.add_segment("vessel")
    block = np.ones((1, 2, 2), np.uint8)
    assert provider.writer().commit([Edit(added, "add", (0, 1, 0, 1, 0, 0), block)], "add") == 4
    assert provider.writer().undo()
    assert list(case.node.GetSegmentation().GetSegmentIDs()) == names
    assert not provider.writer().can_undo
    assert provider.writer().redo()
    assert provider.segment_name(added) == "vessel"
    assert provider.writer().segment_on(added, (0, 1, 0, 1, 0, 0)).all()


def test_a_provider_of_one_segmentation_stays_with_it_although_others_have_the_same_ids(a_scene):
    case, other = overlapping_segments(), overlapping_segments()
    editor = _editor(a_scene, case)
    provider = LogicWriterProvider(editor, segmentation_node=case.node)
    segment_id = case.ids["first"]
    assert other.node.GetSegmentation().AddEmptySegment(segment_id, "theirs") == segment_id
    case.node.GetSegmentation().GetSegment(segment_id).SetName("mine")
    editor.SetAndObserveSegmentationNode(other.node)
    assert provider.segment_name(segment_id) == "mine"
    provider.tag_segment(segment_id, {"model": "x"})
    assert tag_of(case.node, segment_id, "model") == "x"
    assert tag_of(other.node, segment_id, "model") is None
    with pytest.raises(InputError, match="Another segmentation"):
        provider.writer()
    editor.SetAndObserveSegmentationNode(case.node)
    assert provider.writer() is not None

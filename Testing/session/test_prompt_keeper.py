"""Prompts are in the scene soon after they were made, one text per volume and frame, and come back from there."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.marks import PointMark
from SAMSegmenterLib.core.prompt_file import SegmentPrompts, SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.scene.prompt_node import last_order_of, prompt_nodes_of, read_prompts, write_prompts
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.phantoms import matrix, two_boxes_volume
from support.scene_desk import a_scene_desk, a_sequence

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def a_volume(name="scan", added=0):
    volume = two_boxes_volume()[0]
    return node_from_volume(Volume(volume.array + np.uint8(added), volume.ijk_to_ras, name=name), name)


def kept(desk):
    """Slices per prompt node: (segment, slice, accepted)."""
    files = [read_prompts(desk.segmentation, node) for node in prompt_nodes_of(desk.segmentation)]
    return [
        [(one.id, record.plane.index, record.accepted) for one in file.segments for record in one.slices]
        for file in files
    ]


def again(desk, volume_node):
    """Another session on the same segmentation, as after the scene was loaded; the first one is over."""
    desk.keeper.close()
    desk.session.close()
    return a_scene_desk(volume_node, desk.segmentation)


def test_prompts_go_into_the_scene_when_they_rest_without_being_asked_for(a_scene):
    desk = a_scene_desk(a_volume())
    desk.click(INSIDE_ONE)
    assert kept(desk) == []
    desk.rest()
    assert kept(desk) == [[("one", 8, False)]]
    desk.session.accept()
    desk.rest()
    assert kept(desk) == [[("one", 8, True)]]


def test_keeping_touches_nothing_but_the_text(a_scene):
    volume_node = a_volume()
    desk = a_scene_desk(volume_node)
    desk.click(INSIDE_ONE)
    a_scene.SetUndoOn()
    before = [node.GetMTime() for node in (desk.segmentation, volume_node, volume_node.GetDisplayNode())]
    stored = [node.GetModifiedSinceRead() for node in (desk.segmentation, volume_node)]
    desk.rest()
    (node,) = prompt_nodes_of(desk.segmentation)
    assert before == [node.GetMTime() for node in (desk.segmentation, volume_node, volume_node.GetDisplayNode())]
    assert stored == [node.GetModifiedSinceRead() for node in (desk.segmentation, volume_node)]
    assert a_scene.GetNumberOfUndoLevels() == 0 and not node.GetUndoEnabled()
    written = node.GetMTime()
    desk.rest()
    assert node.GetMTime() == written, "what has not changed is not written again"
    a_scene.SetUndoOff()


def test_only_opening_writes_nothing(a_scene):
    volume_node = a_volume()
    desk = a_scene_desk(volume_node)
    desk.click(INSIDE_ONE)
    desk.rest()
    (node,) = prompt_nodes_of(desk.segmentation)
    second = again(desk, volume_node)
    written = node.GetMTime()
    assert len(second.session.marks) == 1 and second.session.preview is not None
    second.rest()
    assert node.GetMTime() == written


def test_what_was_cleared_does_not_come_back(a_scene):
    volume_node = a_volume()
    desk = a_scene_desk(volume_node)
    desk.click(INSIDE_ONE)
    desk.rest()
    desk.session.clear_marks()
    desk.rest()
    assert kept(desk) == [[]]
    assert len(again(desk, volume_node).session.marks) == 0


def test_two_volumes_of_one_place_keep_their_own_prompts(a_scene):
    first, second = a_volume("T1"), a_volume("T2", added=5)
    desk = a_scene_desk(first)
    desk.click(INSIDE_ONE)
    desk.choose(second)
    assert len(desk.session.marks) == 0
    desk.click(INSIDE_TWO)
    desk.rest()
    assert kept(desk) == [[("one", 8, False)], [("one", 8, False)]]
    later = again(desk, second)
    assert np.array_equal(later.session.marks.marks[0].xy, INSIDE_TWO)
    later.choose(first)
    assert np.array_equal(later.session.marks.marks[0].xy, INSIDE_ONE)


def test_acceptances_are_numbered_over_all_volumes_of_a_segmentation(a_scene):
    first, second = a_volume("T1"), a_volume("T2", added=5)
    desk = a_scene_desk(first)
    for node in (first, second):
        desk.choose(node)
        desk.click(INSIDE_ONE, 7 if node is first else 9)
        assert desk.session.accept().changed
    desk.rest()
    assert last_order_of(desk.segmentation) == 2
    later = again(desk, first)
    later.click(INSIDE_ONE, 6)
    later.session.accept()
    assert [one.record.parameters["order"] for one in later.session.book.accepted] == [1, 3]


def test_undoing_what_was_accepted_on_another_volume_is_kept_too(a_scene):
    first, second = a_volume("T1"), a_volume("T2", added=5)
    desk = a_scene_desk(first)
    desk.click(INSIDE_ONE)
    desk.session.accept()
    desk.rest()
    writer = desk.session._writers.writer()
    desk.choose(second)
    writer.undo()
    desk.session.segmentation_changed()
    desk.rest()
    assert kept(desk) == [[("one", 8, False)]]


def test_every_frame_of_a_sequence_has_prompts_of_its_own(a_scene):
    volumes = [Volume(two_boxes_volume()[0].array + np.uint8(n), matrix()) for n in range(3)]
    node, go_to = a_sequence(volumes)
    desk = a_scene_desk(node)
    desk.click(INSIDE_ONE)
    preview = desk.session.preview
    go_to(1)
    desk.settle()
    assert len(desk.session.marks) == 0 and desk.session.preview is None
    assert desk.session.accept().changed == 0 and not desk.mask().any()
    desk.click(INSIDE_TWO)
    go_to(0)
    desk.settle()
    assert np.array_equal(desk.session.preview.mask, preview.mask), "the prompts of the frame are there again"
    desk.rest()
    assert kept(desk) == [[("one", 8, False)], [("one", 8, False)]]
    go_to(2)
    later = again(desk, node)
    assert len(later.session.marks) == 0
    go_to(1)
    later.settle()
    assert np.array_equal(later.session.marks.marks[0].xy, INSIDE_TWO)


def test_a_mask_that_arrives_when_another_frame_is_shown_is_dropped(a_scene):
    volumes = [Volume(two_boxes_volume()[0].array + np.uint8(n), matrix()) for n in range(2)]
    node, go_to = a_sequence(volumes)
    desk = a_scene_desk(node)
    desk.session.add_point(INSIDE_ONE)
    go_to(1)
    while desk.worker.run_next():
        pass
    desk.settle()
    assert desk.session.preview is None and desk.session.accept().changed == 0


def test_frames_are_known_by_their_index_value_when_others_are_added(a_scene):
    volumes = [Volume(two_boxes_volume()[0].array + np.uint8(n), matrix()) for n in range(2)]
    node, go_to = a_sequence(volumes)
    go_to(1)
    desk = a_scene_desk(node)
    desk.click(INSIDE_ONE)
    extra = node_from_volume(volumes[0])
    sequence = a_scene.GetFirstNodeByClass("vtkMRMLSequenceNode")
    sequence.SetDataNodeAtValue(extra, "1.0")
    a_scene.RemoveNode(extra)
    go_to(1)
    desk.settle()
    assert len(desk.session.marks) == 0
    go_to(2)
    desk.settle()
    assert len(desk.session.marks) == 1


def test_prompts_of_an_older_scene_go_to_the_volume_that_they_describe(a_scene):
    volume_node = a_volume()
    desk = a_scene_desk(volume_node)
    desk.click(INSIDE_ONE)
    prompts = desk.session.prompt_file()
    other = a_scene_desk(volume_node)
    write_prompts(other.segmentation, prompts)  # without naming the volume
    second = again(other, volume_node)
    assert len(second.session.marks) == 1
    second.click((10, 10))
    second.rest()
    assert kept(second) == [[("one", 8, False)]], "the node is used on, now for this volume"


def test_what_another_session_kept_meanwhile_is_taken_over_but_what_was_dropped_here_is_not(a_scene):
    desk = a_scene_desk(a_volume())
    desk.click(INSIDE_ONE)
    desk.rest()
    (node,) = prompt_nodes_of(desk.segmentation)
    prompts = read_prompts(desk.segmentation)
    record = SlicePromptRecord(SlicePlane.lattice(0, 3), MarkSet((PointMark("p77", (4, 5)),)))
    segments = (*prompts.segments, SegmentPrompts("two", "two", (record,)))
    from dataclasses import replace

    write_prompts(desk.segmentation, replace(prompts, segments=segments), prompt_node=node)
    desk.session.clear_marks()
    desk.rest()
    assert kept(desk) == [[("two", 3, False)]]


def test_a_volume_that_was_moved_gets_prompts_of_its_own_and_the_old_ones_stay(a_scene):
    volume_node = a_volume()
    desk = a_scene_desk(volume_node)
    desk.click(INSIDE_ONE)
    desk.keeper.close()
    desk.session.close()
    volume_node.SetSpacing(2, 2, 2)
    second = a_scene_desk(volume_node, desk.segmentation)
    assert len(second.session.marks) == 0 and "another volume" in str(second.session.notices)
    second.rest()
    assert kept(second) == [[("one", 8, False)]]
    second.click((10, 10), 7)
    second.rest()
    assert kept(second) == [[("one", 8, False)], [("one", 7, False)]]


@pytest.mark.parametrize("written_before", [False, True])
def test_prompts_are_kept_after_their_volume_was_removed(a_scene, written_before):
    volume_node, other = a_volume(), a_volume("other", added=3)
    desk = a_scene_desk(volume_node)
    desk.click(INSIDE_ONE)
    if written_before:
        desk.rest()
    a_scene.RemoveNode(volume_node)
    desk.choose(other)
    assert len(desk.session.marks) == 0
    desk.rest()
    assert kept(desk) == [[("one", 8, False)]]
    desk.click(INSIDE_TWO, 7)
    desk.rest()
    assert kept(desk) == [[("one", 8, False)], [("one", 7, False)]]


def test_nothing_is_written_while_the_scene_is_being_changed_as_a_whole(a_scene):
    desk = a_scene_desk(a_volume())
    desk.click(INSIDE_ONE)
    a_scene.StartState(a_scene.BatchProcessState)
    desk.rest()
    assert kept(desk) == []
    a_scene.EndState(a_scene.BatchProcessState)
    desk.settle()
    assert kept(desk) == [[("one", 8, False)]]


def test_a_damaged_text_is_left_until_there_are_new_prompts(a_scene, caplog):
    volume_node = a_volume()
    desk = a_scene_desk(volume_node)
    desk.click(INSIDE_ONE)
    desk.rest()
    (node,) = prompt_nodes_of(desk.segmentation)
    desk.keeper.close()
    node.SetText("{")
    second = a_scene_desk(volume_node, desk.segmentation)
    assert len(second.session.marks) == 0 and "cannot be read" in caplog.text
    second.rest()
    assert node.GetText() == "{"
    second.click(INSIDE_ONE)
    second.rest()
    assert kept(second) == [[("one", 8, False)]]


def test_what_cannot_go_into_a_busy_scene_goes_there_later(a_scene):
    desk = a_scene_desk(a_volume())
    desk.click(INSIDE_ONE)
    a_scene.StartState(a_scene.BatchProcessState)
    desk.keeper.keep()
    a_scene.EndState(a_scene.BatchProcessState)
    assert kept(desk) == []
    desk.rest()
    assert kept(desk) == [[("one", 8, False)]]


def test_prompts_of_a_removed_segmentation_do_not_stay_in_the_scene(a_scene):
    desk = a_scene_desk(a_volume())
    desk.click(INSIDE_ONE)
    desk.rest()
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 1
    a_scene.RemoveNode(desk.segmentation)
    desk.keeper.close()
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 0

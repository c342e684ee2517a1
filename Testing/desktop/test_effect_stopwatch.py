"""The stopwatch of a study in the effect: started by hand, kept beside the segmentation."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.timed_task import WITH, WITHOUT
from support.phantoms import two_boxes_volume


@pytest.fixture
def desk(start_effect):
    return start_effect(two_boxes_volume((12, 16, 20))[0])


def records(desk):
    from SAMSegmenterLib.scene.stopwatch_node import record_of
    from SAMSegmenterLib.session.event_log import read_events
    from SAMSegmenterLib.session.stopwatch import records_of

    node = record_of(desk.controller.owner.segmentation_node)
    return [] if node is None else records_of(read_events(node.GetText().splitlines()))


def press(desk, condition=None):
    section = desk.controller.panel.stopwatch
    if condition is not None:
        section.condition.show(condition)
    section.toggle.click()


def outline(desk):
    desk.click("Red", desk.editing.ras(6, 8, 6))
    assert desk.effect.self().onApply() > 0


def test_nothing_is_kept_unless_the_stopwatch_was_started(desk):
    outline(desk)
    assert records(desk) == []


def test_an_object_is_timed_from_start_to_stop(desk):
    press(desk, WITH)
    assert "one" in desk.controller.panel.stopwatch.toggle.text
    outline(desk)
    press(desk)
    [record] = records(desk)
    assert record[0].facts["condition"] == WITH and record[0].facts["object"] == "one"
    kinds = [event.kind for event in record]
    assert (kinds[-1], kinds.count("marked"), kinds.count("accepted"), kinds.count("edited")) == ("finished", 1, 1, 1)
    assert "SAM stopwatch" in desk.messages
    assert desk.controller.panel.stopwatch.toggle.text == "Start"


def test_a_record_begins_with_the_slice_that_is_shown(desk):
    outline(desk)
    plane = desk.session.plane
    press(desk, WITH)
    press(desk)
    [record] = records(desk)
    assert [event.kind for event in record] == ["object", "shown", "finished"]
    assert record[1].facts["plane"] == plane.to_json()


def test_edits_of_other_effects_are_seen_while_sam_is_not_used(desk):
    press(desk, WITHOUT)
    desk.controller.deactivate()
    segmentation = desk.controller.owner.segmentation_node.GetSegmentation()
    import slicer

    segmentation.InvokeEvent(slicer.vtkSegmentation.SourceRepresentationModified)
    desk.controller.activate()
    press(desk)
    [record] = records(desk)
    assert record[0].facts["condition"] == WITHOUT
    assert [event.kind for event in record if event.kind in ("edited", "finished")] == ["edited", "finished"]


def test_two_objects_share_one_text_that_is_saved_as_a_file(desk):
    for condition in (WITH, WITHOUT):
        press(desk, condition)
        press(desk)
    assert [record[0].facts["condition"] for record in records(desk)] == [WITH, WITHOUT]
    import slicer

    nodes = [
        slicer.mrmlScene.GetNthNodeByClass(number, "vtkMRMLTextNode")
        for number in range(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTextNode"))
    ]
    [node] = [node for node in nodes if node.GetAttribute("SAMSegmenter.Stopwatch")]
    assert node.GetName() == "SAM stopwatch" and not node.GetHideFromEditors()
    assert node.GetForceCreateStorageNode() == node.CreateStorageNodeAlways


def test_closing_the_editor_records_nothing_of_what_was_begun(desk):
    press(desk, WITH)
    segmentation = desk.controller.owner.segmentation_node
    desk.controller.clean_up()
    assert desk.controller.owner.stopwatch.running == ""
    from SAMSegmenterLib.scene.stopwatch_node import record_of

    assert record_of(segmentation) is None

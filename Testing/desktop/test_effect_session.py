"""The session behind the effect: which nodes it follows, and what of it lives in the scene."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from support.phantoms import matrix, two_boxes_volume


def rest(desk):
    """Let time pass until prompts are put into the scene."""
    change = desk.controller.owner._keeper._change
    change._changed_at -= 100
    desk.settle()


def kept(segmentation_node):
    """Per prompt node the slices in it: segment, index and whether it is accepted."""
    from SAMSegmenterLib.scene.prompt_node import prompt_nodes_of, read_prompts

    files = [read_prompts(segmentation_node, node) for node in prompt_nodes_of(segmentation_node)]
    return [
        [(one.id, record.plane.index, record.accepted) for one in file.segments for record in one.slices]
        for file in files
    ]


def another_volume(desk, volume, name="other"):
    """A volume of the same place, which the editor segments from now on."""
    from SAMSegmenterLib.scene.volumes import node_from_volume
    from support.effect_desk import display_all

    node = node_from_volume(volume, name)
    display_all(node)
    desk.editing.editor.setSourceVolumeNode(node)
    desk.settle()
    return node


def test_it_follows_the_editor_to_another_segmentation_and_to_none(desk):
    import slicer

    owner, first = desk.controller.owner, desk.session
    desk.click("Red", desk.editing.ras(8, 12, 12))
    second = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "second")
    second.CreateDefaultDisplayNodes()
    second.SetReferenceImageGeometryParameterFromVolumeNode(desk.editing.volume_node)
    second.GetSegmentation().AddEmptySegment("a", "a")
    desk.editing.editor.setSegmentationNode(second)
    desk.editing.activate("SAM")
    desk.settle()
    assert owner.session is not first and len(owner.session.marks) == 0
    assert kept(desk.editing.segmentation_node) == [[("one", 8, False)]], "the prompts stayed with the first one"
    desk.editing.editor.setSegmentationNode(None)
    owner.follow()
    assert owner.session is None and owner.grid() is None
    desk.editing.editor.setSegmentationNode(desk.editing.segmentation_node)
    desk.editing.activate("SAM")
    desk.editing.select("one")
    desk.editing.views["Red"].move(desk.editing.ras(8, 12, 20))
    desk.settle()
    assert len(desk.session.marks) == 1 and desk.session.preview is not None


def test_a_removed_segmentation_ends_the_session(desk):
    import slicer

    desk.click("Red", desk.editing.ras(8, 12, 12))
    slicer.mrmlScene.RemoveNode(desk.editing.segmentation_node)
    desk.controller._tick()
    assert desk.session is None


def test_the_view_in_use_is_the_one_that_was_worked_in_last(desk):
    owner = desk.controller.owner
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert owner.view_name == "Red" and owner.session.plane.axis == 0
    desk.click("Green", desk.editing.ras(8, 12, 14))
    assert owner.view_name == "Green" and owner.session.plane.axis == 1
    assert owner.slice_node is desk.editing.views["Green"].widget.mrmlSliceNode()


def test_places_in_views_are_those_of_the_slice_and_none_outside_the_volume(desk):
    owner, red = desk.controller.owner, desk.editing.views["Red"]
    desk.click("Red", desk.editing.ras(8, 12, 12))
    node = red.widget.mrmlSliceNode()
    x, y = owner.image_xy(node, red.xy(desk.editing.ras(8, 12, 12)))
    assert (round(x), round(y)) == (12, 12)
    assert owner.image_xy(node, (-5000, 3)) is None
    assert owner.grid().shape == (40, 48)


def test_prompts_are_in_the_scene_soon_after_they_were_made(desk):
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert kept(desk.editing.segmentation_node) == []
    rest(desk)
    assert kept(desk.editing.segmentation_node) == [[("one", 8, False)]]
    desk.effect.self().onApply()
    rest(desk)
    assert kept(desk.editing.segmentation_node) == [[("one", 8, True)]]
    desk.editing.editor.undo()
    desk.settle()
    rest(desk)
    assert kept(desk.editing.segmentation_node) == [[("one", 8, False)]], "what was undone is not accepted any more"


def test_keeping_prompts_is_no_step_of_the_editors_history_and_draws_nothing(desk):
    import slicer

    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    drawn = [hand.widget.mrmlSliceNode().GetMTime() for hand in desk.editing.views.values()]
    stored = desk.editing.segmentation_node.GetMTime()
    events = []
    tag = slicer.mrmlScene.AddObserver(slicer.mrmlScene.NodeAddedEvent, lambda *_: events.append(1))
    rest(desk)
    slicer.mrmlScene.RemoveObserver(tag)
    assert len(events) == 1 and stored == desk.editing.segmentation_node.GetMTime()
    assert drawn == [hand.widget.mrmlSliceNode().GetMTime() for hand in desk.editing.views.values()]
    desk.editing.editor.undo()
    assert not desk.mask().any()


def test_prompts_on_two_volumes_of_a_segmentation_are_both_kept_and_shown_again(desk, labels):
    first = desk.editing.volume_node
    desk.click("Red", desk.editing.ras(8, 12, 12))
    second = another_volume(desk, Volume(two_boxes_volume()[0].array + np.uint8(5), matrix()))
    assert len(desk.session.marks) == 0 and desk.session.preview is None
    desk.click("Red", desk.editing.ras(8, 20, 34))
    desk.click("Red", desk.editing.ras(8, 22, 34))
    desk.controller.owner.close()
    desk.settle()
    assert kept(desk.editing.segmentation_node) == [[("one", 8, False)]] * 2
    desk.editing.views["Red"].move(desk.editing.ras(8, 20, 20))
    desk.settle()
    assert len(desk.session.marks) == 2
    desk.editing.editor.setSourceVolumeNode(first)
    desk.settle()
    assert len(desk.session.marks) == 1
    assert desk.session.preview.mask.sum() == (labels[8] == 1).sum()
    assert second.GetScene() is not None


def test_a_second_editor_is_not_offered_what_the_first_one_has_not_accepted(desk):
    import slicer

    from support.desktop.editing import open_editor

    desk.click("Red", desk.editing.ras(8, 12, 12))
    change = desk.session._autosave._changes[desk.session.source.volume_id]
    change._changed_at -= 100
    desk.settle()
    assert len(list(desk.session._autosave._folder.glob("*.json"))) == 1
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode", "Second")
    other = open_editor(node, desk.editing.segmentation_node, desk.editing.volume_node)
    other.setCurrentSegmentID("two")
    other.setActiveEffectByName("SAM")
    controller = other.activeEffect().self().controller
    for _ in range(3):
        controller._tick()
        desk.settle()
    assert controller.owner.session is not desk.session
    assert controller.owner.session.recovery is None and desk.session.recovery is None
    other.setActiveEffectByName("")


def test_frames_of_a_sequence_keep_their_prompts_apart_and_no_mask_lands_in_another_frame(desk, labels):
    from support.effect_desk import display_all
    from support.scene_desk import a_sequence

    frames = [Volume(np.roll(two_boxes_volume()[0].array, 3 * n, axis=2), matrix()) for n in range(2)]
    node, go_to = a_sequence(frames)
    display_all(node)
    desk.editing.editor.setSourceVolumeNode(node)
    desk.settle()
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert desk.session.preview is not None
    go_to(1)
    assert desk.effect.self().onApply() == 0, "a key pressed right after stepping, before any tick"
    desk.settle()
    assert len(desk.session.marks) == 0 and desk.session.preview is None and not desk.mask().any()
    desk.editing.views["Red"].click(desk.editing.ras(8, 12, 12))
    go_to(0)
    desk.settle()  # the mask of frame 1 arrives now
    assert len(desk.session.marks) == 1
    assert desk.session.preview.mask.sum() == (labels[8] == 1).sum()
    assert desk.effect.self().onApply() == (labels[8] == 1).sum()
    assert np.array_equal(desk.mask()[8], labels[8] == 1)
    go_to(1)
    desk.settle()
    assert len(desk.session.marks) == 1 and desk.session.prompts.is_pending
    assert desk.effect.self().onApply() > 0
    assert np.array_equal(desk.mask()[8], np.roll(labels[8] == 1, 3, axis=1)), "set on this slice"
    desk.editing.editor.undo()
    assert np.array_equal(desk.mask()[8], labels[8] == 1)


def test_a_scene_saved_in_the_middle_of_work_by_a_script_comes_back_as_it_was(desk, labels, tmp_path, capfd):
    """Nothing is called but the scene's own writing, which tells nobody beforehand."""
    import slicer

    from support.desktop.editing import open_editor
    from support.segment_command import Bench

    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    desk.editing.select("two")
    desk.click("Red", desk.editing.ras(8, 20, 34))
    desk.effect.self().onApply()
    desk.click("Red", desk.editing.ras(9, 20, 34))
    desk.session.next_candidate()
    preview, accepted = desk.session.preview, {name: desk.mask(name) for name in ("one", "two")}
    rest(desk)
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "s.mrb"))
    desk.editing.activate("")
    slicer.mrmlScene.Clear(0)
    assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "s.mrb"), False)
    segmentation = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    volume = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode", "Again")
    desk.editing.editor = open_editor(node, segmentation, volume)
    desk.editing.editor_node, desk.editing.segmentation_node, desk.editing.volume_node = node, segmentation, volume
    desk.editing.select("two")
    desk.editing.activate("SAM")
    desk.settle()
    hand = desk.editing.views["Red"]
    hand.show((20, 20, 9))
    hand.widget.fitSliceToBackground()
    hand.show((20, 20, 9))
    hand.move((20, 20, 9))
    desk.settle()
    assert len(desk.session.marks) == 1 and desk.session.prompts.is_pending
    assert desk.session.preview.chosen == preview.chosen == 1
    assert np.array_equal(desk.session.preview.mask, preview.mask)
    assert len(desk.session.book.accepted) == 2
    bench = Bench.of(tmp_path)
    assert bench.run("--replay", "s.mrb", volume=False) == 0
    for number, name in enumerate(("one", "two"), start=1):
        assert np.array_equal(bench.labels() == number, accepted[name])
        assert np.array_equal(desk.mask(name), accepted[name])
    assert "bit for bit" in capfd.readouterr().out

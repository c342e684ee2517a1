"""Which cases are evaluated: pairs of nodes, or files of a folder."""

from __future__ import annotations

from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.benchmark_panel import (
    choose_folder,
    click_row,
    load_pair,
    nodes_of,
    pair_states,
    references,
    run,
    show_table,
)
from support.phantoms import matrix, two_boxes_volume


def test_several_volumes_are_paired_with_their_references(a_widget):
    load_pair("CT 1", "first")
    load_pair("CT 2", "second")
    node_from_volume(two_boxes_volume()[0], "MR")
    a_widget.panel.refresh()
    assert pair_states(a_widget, "volume") == ["CT 1", "CT 2", "MR"]
    assert references(a_widget) == ["first", "second", "(none)"]
    assert [pair.volume.GetName() for pair in a_widget.panel.inputs.pairs()] == ["CT 1", "CT 2"]


def test_a_volume_can_be_left_out_and_paired_by_hand(a_widget):
    import qt

    load_pair("CT 1", "first")
    load_pair("CT 2", "second")
    a_widget.panel.refresh()
    a_widget.ui.pairsTable.item(0, 0).setCheckState(qt.Qt.Unchecked)
    box = a_widget.ui.pairsTable.cellWidget(1, 1)
    box.setCurrentIndex(box.findText("first"))
    a_widget.panel.refresh()  # both choices stay
    (pair,) = a_widget.panel.inputs.pairs()
    assert (pair.volume.GetName(), pair.reference.GetName()) == ("CT 2", "first")


def test_a_volume_without_reference_by_choice_stays_so_when_the_scene_changes(a_widget):
    load_pair("CT 1", "first")
    load_pair("CT 2", "second")
    a_widget.panel.refresh()
    a_widget.ui.pairsTable.cellWidget(0, 1).setCurrentIndex(0)
    a_widget.panel.refresh()
    assert references(a_widget) == ["(none)", "second"]
    assert [pair.volume.GetName() for pair in a_widget.panel.inputs.pairs()] == ["CT 2"]


def test_a_pair_that_does_not_meet_in_space_cannot_be_run(a_widget, chosen):
    elsewhere = two_boxes_volume(ijk_to_ras=matrix(origin_ras=(900, 0, 0)))[1]
    node = node_from_segmentation(elsewhere, "elsewhere", None)
    a_widget.panel.refresh()
    box = a_widget.ui.pairsTable.cellWidget(0, 1)
    box.setCurrentIndex(box.findData(node.GetID()))
    assert pair_states(a_widget, "state") == ["lies elsewhere"]
    assert not a_widget.ui.runButton.enabled


def test_an_empty_segmentation_is_named(a_widget, chosen, a_scene):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "new")
    a_widget.panel.refresh()
    box = a_widget.ui.pairsTable.cellWidget(0, 1)
    box.setCurrentIndex(box.findData(node.GetID()))
    assert pair_states(a_widget, "state") == ["no segments"]
    node.GetSegmentation().AddEmptySegment("first")
    a_widget.panel.refresh()
    assert pair_states(a_widget, "state") == ["nothing drawn"]


def test_a_folder_of_files_is_evaluated_and_its_objects_are_shown(a_widget, chosen, a_folder, wait_until, a_scene):
    choose_folder(a_widget, a_folder)
    assert a_widget.ui.pairsTable.isHidden()
    assert a_widget.ui.inputsInfoLabel.text == "2 cases found."
    run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text.startswith("Done: 4 slices, 16 results.")
    before = a_scene.GetNumberOfNodes()
    show_table(a_widget, "predicted IoU: Objects, worst first")
    click_row(a_widget, 0)
    assert [n.GetName() for n in nodes_of(a_scene, "vtkMRMLScalarVolumeNode")] == ["phantom", "one"]
    a_widget.ui.hideButton.click()
    assert a_scene.GetNumberOfNodes() == before


def test_a_folder_is_looked_through_when_it_is_chosen_and_not_whenever_the_scene_changes(
    a_widget, chosen, a_folder, monkeypatch
):
    from SAMBenchmarkLib.desktop import inputs_section

    looked, look = [], inputs_section.inputs_from_folder
    monkeypatch.setattr(inputs_section, "inputs_from_folder", lambda *args: looked.append(args) or look(*args))
    a_widget.ui.modalitySelector.setEditText("MR")
    choose_folder(a_widget, a_folder)
    assert set(looked) == {(a_folder, "MR")}
    looked.clear()
    a_widget.panel.refresh()
    assert looked == []
    assert a_widget.ui.inputsInfoLabel.text == "2 cases found."
    a_widget.panel.restoreChoices()
    assert set(looked) == {(a_folder, "MR")}


def test_an_empty_folder_is_told_of_at_once(a_widget, chosen, tmp_path):
    choose_folder(a_widget, tmp_path)
    assert "no image has a reference" in a_widget.ui.inputsInfoLabel.text

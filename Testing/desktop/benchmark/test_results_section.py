"""Tables, single objects and export."""

from __future__ import annotations

import types

from support.benchmark_panel import click_row, is_running, nodes_of, run, show_table, shown_object, shown_table
from support.phantoms import two_boxes_volume


def test_another_table_is_shown_when_it_is_chosen(a_widget, chosen, wait_until):
    run(a_widget, wait_until)
    show_table(a_widget, "Time per slice [s]")
    assert {"embedding", "S5"} <= {row[0] for row in shown_table(a_widget)}


def test_a_clicked_row_is_shown_with_reference_prediction_and_prompts(a_widget, chosen, wait_until, a_scene):
    import slicer

    run(a_widget, wait_until)
    show_table(a_widget, "predicted IoU: Objects, worst first")
    assert [row[:3] for row in shown_table(a_widget)[:2]] == [["1", "100.0", "left box"], ["2", "100.0", "right box"]]
    click_row(a_widget, 1)
    shown = shown_object(a_scene)
    assert list(shown) == ["phantom, slice 4, S5 box", "Prompt box"]
    node = shown["phantom, slice 4, S5 box"]
    names = [node.GetSegmentation().GetNthSegment(n).GetName() for n in (0, 1)]
    assert names == ["right box, reference", "right box, prediction"]
    reference = two_boxes_volume()[1]
    for number in (0, 1):
        voxels = slicer.util.arrayFromSegmentBinaryLabelmap(
            node, node.GetSegmentation().GetNthSegmentID(number), chosen[0]
        )
        expected = reference.mask(reference.structures[1])
        assert (voxels[4] != 0).tolist() == expected[4].tolist()
        assert not voxels[:4].any() and not voxels[5:].any()
    assert shown["Prompt box"].GetNumberOfControlPoints() == 4
    assert not chosen[1].GetDisplayNode().GetVisibility2D()  # it would cover the object
    assert "right box, phantom, slice 4, S5: DICE 100.0 %" in a_widget.ui.objectLabel.text


def test_stepping_through_the_list_keeps_one_object_and_hide_removes_it(a_widget, chosen, wait_until, a_scene):
    run(a_widget, wait_until)
    before = a_scene.GetNumberOfNodes()
    show_table(a_widget, "predicted IoU: Objects, worst first")
    click_row(a_widget, 0)
    many = a_scene.GetNumberOfNodes()
    a_widget.ui.nextButton.click()
    assert a_widget.ui.objectLabel.text.startswith("2: ")
    a_widget.ui.previousButton.click()
    assert not a_widget.ui.previousButton.enabled
    assert a_scene.GetNumberOfNodes() == many
    a_widget.ui.hideButton.click()
    assert a_scene.GetNumberOfNodes() == before
    assert chosen[1].GetDisplayNode().GetVisibility2D()


def test_a_case_that_is_gone_cannot_be_shown(a_widget, chosen, wait_until, a_scene):
    run(a_widget, wait_until)
    a_scene.RemoveNode(chosen[0])
    show_table(a_widget, "predicted IoU: Objects, worst first")
    click_row(a_widget, 0)
    assert a_widget.ui.errorLabel.text == ""  # its voxels are still known: it is shown with a volume of its own
    assert [n.GetName() for n in nodes_of(a_scene, "vtkMRMLScalarVolumeNode")] == ["phantom"]


def test_results_are_exported_whole(a_widget, chosen, wait_until, tmp_path, monkeypatch):
    run(a_widget, wait_until)
    target = tmp_path / "export"
    monkeypatch.setattr(a_widget.panel._dialogs, "choose_folder", lambda *_: str(target))
    a_widget.ui.exportSceneCheckBox.setChecked(True)
    a_widget.ui.exportButton.click()
    wait_until(lambda: not is_running(a_widget))
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text == f"Exported to {target}."
    names = {str(path.relative_to(target)).replace("\\", "/") for path in target.rglob("*")}
    needed = {"results.sqlite", "report.html", "scene.mrb", "tables/objects_worst_first.tsv", "csv/dice_oracle.csv"}
    assert needed <= names
    assert "left box" in (target / "csv" / "dice_oracle.csv").read_text(encoding="utf-8-sig")


def test_an_export_that_is_stopped_says_so(a_widget, tmp_path):
    stopped = types.SimpleNamespace(result=lambda: ([], []), should_stop=lambda: True)
    a_widget.panel.onExportDone(stopped, tmp_path)
    assert a_widget.ui.statusLabel.text == f"Stopped. What was written until then is in {tmp_path}."


def test_nothing_is_exported_while_something_is_under_way(a_widget, chosen, a_predictor, wait_until):
    run(a_widget, wait_until)
    a_predictor.hold_at = a_predictor.encoded_images
    a_widget.ui.estimateButton.click()
    wait_until(a_predictor.reached.is_set)
    show_table(a_widget, "Time per slice [s]")
    assert not a_widget.ui.exportButton.enabled
    a_predictor.go_on.set()
    wait_until(lambda: not is_running(a_widget))
    assert a_widget.ui.exportButton.enabled


def test_a_folder_with_other_files_is_not_exported_into(a_widget, chosen, wait_until, tmp_path, monkeypatch):
    run(a_widget, wait_until)
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(a_widget.panel._dialogs, "choose_folder", lambda *_: str(tmp_path))
    a_widget.ui.exportButton.click()
    assert "not empty" in a_widget.ui.errorLabel.text
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_closing_the_scene_forgets_the_results(a_widget, chosen, wait_until, a_scene):
    run(a_widget, wait_until)
    a_scene.Clear(0)
    ui = a_widget.ui
    assert (ui.resultSelector.count, ui.plotSelector.count, ui.pairsTable.rowCount) == (0, 0, 0)
    assert ui.tableView.mrmlTableNode() is None
    assert not ui.runButton.enabled and not ui.exportButton.enabled

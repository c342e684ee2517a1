"""What goes wrong during a run of the panel."""

from __future__ import annotations

from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from support.benchmark_panel import is_running, load_pair, run, shown_table
from support.phantoms import matrix, two_boxes_volume


def test_a_volume_deleted_during_the_run_is_said_and_no_table_is_made(
    a_widget, chosen, a_predictor, wait_until, a_scene
):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_scene.RemoveNode(chosen[0])
    a_predictor.go_on.set()
    wait_until(lambda: not is_running(a_widget))
    assert a_widget.ui.errorLabel.text.startswith("'phantom' was removed while the work was under way.\n")
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0
    assert not a_widget.ui.runButton.enabled


def test_of_two_volumes_the_one_deleted_during_the_run_is_left_out(a_widget, chosen, a_predictor, wait_until, a_scene):
    second = load_pair("second", "its boxes")
    a_widget.panel.refresh()
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_scene.RemoveNode(second[0])
    a_predictor.go_on.set()
    wait_until(lambda: not is_running(a_widget))
    assert a_widget.ui.errorLabel.text == ""
    assert "second was changed or removed meanwhile" in a_widget.ui.statusLabel.text
    assert shown_table(a_widget)[0] == ["left box", "4", "100.00 (0.00)"]


def test_a_scene_closed_during_the_run_stops_it(a_widget, chosen, a_predictor, wait_until, a_scene):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_scene.Clear(0)
    a_predictor.go_on.set()
    wait_until(lambda: not is_running(a_widget))
    assert a_widget.ui.errorLabel.text.startswith("The scene was closed while the evaluation was under way")
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0
    assert a_predictor.encoded_images < 4
    assert not a_widget.ui.runButton.enabled


def test_an_error_of_the_work_is_shown_and_the_next_run_works(a_widget, chosen, a_predictor, wait_until, monkeypatch):
    def fail(*_):
        raise ValueError("weights upside down")

    with monkeypatch.context() as patched:
        patched.setattr(a_predictor, "encode", fail)
        run(a_widget, wait_until)
    assert "ValueError: weights upside down" in a_widget.ui.errorLabel.text
    run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text.startswith("Done")


def test_closing_the_panel_during_a_run_stops_it(a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    job = a_widget.logic.evaluation.job
    a_widget.cleanup()
    a_predictor.go_on.set()
    outcome, _results = job.result()
    assert outcome.stopped


def test_a_resampled_reference_is_mentioned(a_widget, chosen, wait_until):
    moved = two_boxes_volume(ijk_to_ras=matrix(origin_ras=(0.3, 0.3, 0)))[1]
    node = node_from_segmentation(moved, "moved", None)
    a_widget.panel.refresh()
    box = a_widget.ui.pairsTable.cellWidget(0, 1)
    box.setCurrentIndex(box.findData(node.GetID()))
    run(a_widget, wait_until)
    assert "resampled" in a_widget.ui.statusLabel.text

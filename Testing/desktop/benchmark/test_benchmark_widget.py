"""Running, with progress, pause, cancel and estimate; the panel is driven as a user does."""

from __future__ import annotations

import pytest

from support.benchmark_panel import (
    check,
    choose_models,
    enabled_strategies,
    is_running,
    load_pair,
    nodes_of,
    run,
    shown_table,
    stopped_after,
)
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor


def test_a_run_ends_with_tables_and_charts(a_widget, chosen, wait_until, a_scene):
    run(a_widget, wait_until)
    ui = a_widget.ui
    assert ui.errorLabel.text == ""
    assert ui.statusLabel.text == "Done: 4 slices, 16 results."
    assert ui.resultSelector.currentText == "predicted IoU: DICE [%]"
    assert shown_table(a_widget)[0] == ["left box", "4", "100.00 (0.00)"]
    charts = {node.GetTitle() for node in nodes_of(a_scene, "vtkMRMLPlotChartNode")}
    assert {"DICE by strategy", "DICE by size", "DICE by aspect ratio", "DICE by intensity difference"} <= charts
    assert ui.plotSelector.count == len(nodes_of(a_scene, "vtkMRMLPlotChartNode"))
    assert not ui.resultsButton.collapsed
    assert ui.runButton.enabled and not ui.cancelButton.enabled and not ui.pauseButton.enabled
    assert ui.progressBar.isHidden()


def test_a_second_run_adds_no_nodes(a_widget, chosen, wait_until, a_scene):
    run(a_widget, wait_until)
    before = a_scene.GetNumberOfNodes()
    run(a_widget, wait_until)
    assert a_scene.GetNumberOfNodes() == before
    a_widget.ui.strategyS2CheckBox.setChecked(True)  # one more strategy: more to plot, the same folder
    run(a_widget, wait_until)
    assert len(nodes_of(a_scene, "vtkMRMLTableNode")) == a_widget.ui.resultSelector.count + 4  # behind the charts
    assert shown_table(a_widget)[0][2:] == ["100.00 (0.00)", "100.00 (0.00)"]


def test_several_volumes_are_one_evaluation(a_widget, chosen, wait_until):
    load_pair("second", "its boxes")
    a_widget.panel.refresh()
    run(a_widget, wait_until)
    assert a_widget.ui.statusLabel.text == "Done: 8 slices, 32 results."
    assert shown_table(a_widget)[0] == ["left box", "8", "100.00 (0.00)"]


def test_several_models_have_their_own_results(a_widget, chosen, a_promptless_model, wait_until, monkeypatch, a_scene):
    import SAMSegmenterLib.models.registry as registry

    models = {"sam-small": ThresholdPredictor(), "vessels": PromptlessPredictor()}
    monkeypatch.setattr(registry, "load", lambda name, *_: models[name])
    choose_models(a_widget, "sam-small", "vessels")
    assert enabled_strategies(a_widget) == [0, 1, 2, 3, 4, 5, 6]
    a_widget.ui.strategyS0CheckBox.setChecked(True)
    run(a_widget, wait_until)
    ui = a_widget.ui
    assert ui.errorLabel.text == ""
    assert ui.statusLabel.text == "Done: 8 slices, 32 results."
    assert [ui.resultModelSelector.itemText(n) for n in range(ui.resultModelSelector.count)] == ["sam-small", "vessels"]
    assert shown_table(a_widget)[1][2] == "100.00 (0.00)"
    ui.resultModelSelector.setCurrentIndex(1)
    assert shown_table(a_widget)[1][2] == "0.00 (0.00)"  # it finds the left box only
    choose_models(a_widget, "sam-small")
    run(a_widget, wait_until)
    assert {node.GetAttribute("SAMBenchmark.Model") for node in nodes_of(a_scene, "vtkMRMLTableNode")} == {"sam-small"}


def test_a_promptless_model_runs_by_itself(a_widget, chosen, a_promptless_model, wait_until, monkeypatch):
    import SAMSegmenterLib.models.registry as registry

    monkeypatch.setattr(registry, "load", lambda *_: PromptlessPredictor())
    choose_models(a_widget, "vessels")
    assert a_widget.ui.runButton.enabled
    run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text == "Done: 4 slices, 16 results."
    a_widget.ui.strategyS0CheckBox.setChecked(False)
    assert not a_widget.ui.runButton.enabled and "strategy" in a_widget.ui.runButton.toolTip


def test_a_protocol_gives_its_table_and_its_curve(a_widget, chosen, wait_until, a_scene):
    check(a_widget.ui.protocolsList, "Interactive clicks")
    a_widget.ui.maxSlicesSpinBox.setValue(1)
    run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert "DICE by number of clicks" in {node.GetTitle() for node in nodes_of(a_scene, "vtkMRMLPlotChartNode")}
    assert "huang-rounds_oracle" in {node.GetName() for node in nodes_of(a_scene, "vtkMRMLTableNode")}


def test_structures_window_and_correction_effort_reach_the_results(a_widget, chosen, wait_until, a_scene):
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    a_widget.ui.structuresEdit.setText("Right Box")
    a_widget.ui.windowSelector.setEditText("limits:0,255")
    a_widget.ui.effortCheckBox.setChecked(True)
    run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert [row[0] for row in shown_table(a_widget) if "box" in row[0]] == ["right box"]
    assert "hce_oracle" in {node.GetName() for node in nodes_of(a_scene, "vtkMRMLTableNode")}


def test_progress_is_shown_while_the_work_is_under_way(a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 2
    a_widget.ui.runButton.click()
    ui = a_widget.ui
    wait_until(lambda: a_predictor.reached.is_set() and ui.progressBar.value == 2)
    assert ui.progressBar.maximum == 4
    assert ui.statusLabel.text.startswith("Evaluating slices - 2 of 4 - about ")
    assert "left" in ui.statusLabel.text
    assert not ui.runButton.enabled and not ui.inputsButton.enabled and ui.cancelButton.enabled
    a_predictor.go_on.set()
    wait_until(lambda: not is_running(a_widget))
    assert ui.statusLabel.text == "Done: 4 slices, 16 results."


def test_cancel_keeps_the_finished_slices_and_the_next_run_goes_on(a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 2
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_widget.ui.cancelButton.click()
    assert "Stopping" in a_widget.ui.statusLabel.text
    assert not a_widget.ui.cancelButton.enabled
    a_predictor.go_on.set()
    wait_until(lambda: not is_running(a_widget))
    kept = stopped_after(a_widget)
    assert kept in (1, 2, 3)
    assert shown_table(a_widget)[0] == ["left box", str(kept), "100.00 (0.00)"]
    before = a_predictor.encoded_images
    run(a_widget, wait_until)
    assert a_widget.ui.statusLabel.text == "Done: 4 slices, 16 results."
    assert a_predictor.encoded_images - before == 4 - kept  # nothing that was finished is computed again


def test_a_paused_run_leaves_the_worker_to_others_and_goes_on(a_widget, chosen, a_predictor, wait_until):
    from SAMSegmenterLib.session.worker import shared_worker

    a_predictor.hold_at = 1
    ui = a_widget.ui
    ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    ui.pauseButton.click()
    assert ui.pauseButton.text == "Resume"
    assert "Paused" in ui.statusLabel.text
    a_predictor.go_on.set()
    job = a_widget.logic.evaluation.job
    wait_until(lambda: job.is_resting)
    assert shared_worker().submit(lambda *_: "meanwhile").result() == "meanwhile"
    assert a_predictor.encoded_images < 4
    ui.pauseButton.click()
    assert ui.pauseButton.text == "Pause"
    wait_until(lambda: not is_running(a_widget))
    assert ui.statusLabel.text == "Done: 4 slices, 16 results."


def test_a_paused_run_can_be_cancelled(a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_widget.ui.pauseButton.click()
    a_predictor.go_on.set()
    wait_until(lambda: a_widget.logic.evaluation.job.is_resting)
    a_widget.ui.cancelButton.click()
    wait_until(lambda: not is_running(a_widget))
    assert stopped_after(a_widget) in (1, 2)


def test_the_time_is_estimated_before_the_start(a_widget, chosen, wait_until, a_scene):
    a_widget.ui.estimateButton.click()
    wait_until(lambda: not is_running(a_widget))
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.estimateLabel.text.startswith("About ")
    assert a_widget.ui.estimateLabel.text.endswith(" for 4 slices")
    assert "Not counted" in a_widget.ui.estimateLabel.toolTip
    assert nodes_of(a_scene, "vtkMRMLTableNode") == []
    a_widget.ui.strideSpinBox.setValue(1)  # the estimate is of other choices
    assert a_widget.ui.estimateLabel.text == ""


def test_results_can_be_kept_in_a_folder_and_gone_on_with(a_widget, chosen, a_predictor, wait_until, tmp_path):
    a_widget.ui.keepEdit.setText(str(tmp_path / "kept"))
    run(a_widget, wait_until)
    assert (tmp_path / "kept" / "results.sqlite").is_file()
    run(a_widget, wait_until)
    assert a_predictor.encoded_images == 4

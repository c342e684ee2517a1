"""The module file, its .ui file and its panel, driven as a user does."""

from __future__ import annotations

import re
import threading
import types
from dataclasses import replace
from pathlib import Path

import pytest

from SAMSegmenterLib.models.imported import write_sidecar
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.case_files import write_case
from support.desktop.module_parent import ModuleParent
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.phantoms import matrix, two_boxes_volume

ROOT = Path(__file__).resolve().parents[2]


class _HeldPredictor(ThresholdPredictor):
    """Begins slice `hold_at` only when it is told to, so that a test can act in the middle of a run."""

    def __init__(self, hold_at=None):
        super().__init__()
        self.hold_at, self.reached, self.go_on = hold_at, threading.Event(), threading.Event()

    def encode(self, images):
        if self.encoded_images == self.hold_at:
            self.reached.set()
            assert self.go_on.wait(60)
        return super().encode(images)


@pytest.fixture
def a_module(a_desktop):
    from support.desktop import load_module_file

    return load_module_file(ROOT / "SAMBenchmark" / "SAMBenchmark.py")


@pytest.fixture
def a_widget(a_module):
    widget = a_module.SAMBenchmarkWidget()
    yield widget
    widget.cleanup()


@pytest.fixture
def a_predictor(monkeypatch):
    import SAMSegmenterLib.models.registry as registry

    predictor = _HeldPredictor()
    monkeypatch.setattr(registry, "load", lambda *_: predictor)
    yield predictor
    predictor.go_on.set()


@pytest.fixture
def chosen(a_widget, a_predictor):
    """Nodes of a phantom, paired in the panel; four slices of S5."""
    nodes = _load("phantom", "boxes")
    a_widget.panel.refresh()
    a_widget.ui.strideSpinBox.setValue(2)
    for name in ("S1", "S2", "S3", "S4", "S6"):
        getattr(a_widget.ui, f"strategy{name}CheckBox").setChecked(False)
    return nodes


def _load(volume_name, reference_name, **place):
    volume, reference = two_boxes_volume(**place)
    volume_node = node_from_volume(volume, volume_name)
    return volume_node, node_from_segmentation(reference, reference_name, volume_node)


def _running(widget):
    return not widget.ui.inputsButton.enabled


def _run(widget, wait_until):
    widget.ui.runButton.click()
    wait_until(lambda: not _running(widget))


def _stopped_after(widget):
    """How many slices the message of a stopped run names."""
    found = re.match(r"Stopped. (\d) slices were finished and are in the tables", widget.ui.statusLabel.text)
    return int(found[1])


def _shown_table(widget):
    model = widget.ui.tableView.model()
    return [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def _show_table(widget, title):
    selector = widget.ui.resultSelector
    names = [selector.itemText(number) for number in range(selector.count)]
    selector.setCurrentIndex(names.index(title))


def _table(widget, name):
    """The table of pairs: texts of a column."""
    table = widget.ui.pairsTable
    column = {"volume": 0, "state": 2}[name]
    return [table.item(row, column).text() for row in range(table.rowCount)]


def _references(widget):
    return [widget.ui.pairsTable.cellWidget(row, 1).currentText for row in range(widget.ui.pairsTable.rowCount)]


def _check(widget_list, text, checked=True):
    import qt

    items = [widget_list.item(row) for row in range(widget_list.count)]
    item = next(one for one in items if one.text().startswith(text))
    item.setCheckState(qt.Qt.Checked if checked else qt.Qt.Unchecked)


def _nodes(scene, kind):
    return [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]


# Choices


def test_the_module_introduces_itself(a_module):
    parent = ModuleParent()
    a_module.SAMBenchmark(parent)
    assert parent.title == "SAM Benchmark"
    assert parent.categories == ["Segmentation"]
    assert "SAMSegmenter" in parent.dependencies
    assert all([parent.contributors, parent.acknowledgementText])
    assert "not for diagnosis" in parent.helpText


def test_run_waits_for_a_volume_a_segmentation_and_a_strategy(a_widget, wait_until):
    ui = a_widget.ui
    assert not ui.runButton.enabled
    assert "volume" in ui.runButton.toolTip
    volume, reference = two_boxes_volume()
    volume_node = node_from_volume(volume, "CT")
    wait_until(lambda: ui.pairsTable.rowCount == 1)  # the list follows the scene
    assert not ui.runButton.enabled
    assert _table(a_widget, "state") == ["no reference"]
    node_from_segmentation(reference, "boxes", volume_node)
    wait_until(lambda: ui.runButton.enabled)
    assert (_references(a_widget), _table(a_widget, "state")) == (["boxes"], ["ready"])
    for number in range(1, 7):
        getattr(ui, f"strategyS{number}CheckBox").click()
    assert not ui.runButton.enabled
    assert "strategy" in ui.runButton.toolTip


def test_several_volumes_are_paired_with_their_references(a_widget):
    _load("CT 1", "first")
    _load("CT 2", "second")
    node_from_volume(two_boxes_volume()[0], "MR")
    a_widget.panel.refresh()
    assert _table(a_widget, "volume") == ["CT 1", "CT 2", "MR"]
    assert _references(a_widget) == ["first", "second", "(none)"]
    assert [pair.volume.GetName() for pair in a_widget.panel.inputs.pairs()] == ["CT 1", "CT 2"]


def test_a_volume_can_be_left_out_and_paired_by_hand(a_widget):
    import qt

    _load("CT 1", "first")
    _load("CT 2", "second")
    a_widget.panel.refresh()
    a_widget.ui.pairsTable.item(0, 0).setCheckState(qt.Qt.Unchecked)
    box = a_widget.ui.pairsTable.cellWidget(1, 1)
    box.setCurrentIndex(box.findText("first"))
    a_widget.panel.refresh()  # both choices stay
    (pair,) = a_widget.panel.inputs.pairs()
    assert (pair.volume.GetName(), pair.reference.GetName()) == ("CT 2", "first")


def test_a_volume_without_reference_by_choice_stays_so_when_the_scene_changes(a_widget):
    _load("CT 1", "first")
    _load("CT 2", "second")
    a_widget.panel.refresh()
    a_widget.ui.pairsTable.cellWidget(0, 1).setCurrentIndex(0)
    a_widget.panel.refresh()
    assert _references(a_widget) == ["(none)", "second"]
    assert [pair.volume.GetName() for pair in a_widget.panel.inputs.pairs()] == ["CT 2"]


def test_the_choices_of_the_panel_are_the_options_of_the_run(a_widget):
    ui = a_widget.ui
    ui.strategyS1CheckBox.setChecked(False)
    ui.planeSelector.setCurrentIndex(ui.planeSelector.findData("coronal"))
    ui.presetSelector.setCurrentIndex(ui.presetSelector.findData("authors_code"))
    ui.strideSpinBox.setValue(3)
    ui.maxSlicesSpinBox.setValue(7)
    ui.gridSpinBox.setValue(16)
    _check(ui.protocolsList, "Interactive clicks")
    _check(ui.baselinesList, "Otsu")
    options = a_widget.panel.options()
    assert options.strategies == ("S2", "S3", "S4", "S5", "S6")
    assert (options.plane, options.stride, options.max_slices, options.points_per_side) == ("coronal", 3, 7, 16)
    assert (options.preset, options.protocols, options.baselines) == ("authors_code", ("huang-rounds",), ("Otsu",))


def test_every_protocol_is_offered(a_widget):
    from SAMBenchmarkLib.core.protocols.registry import PROTOCOLS

    assert a_widget.ui.protocolsList.count == len(PROTOCOLS)


def test_choices_are_kept_with_the_scene(a_module, a_widget, a_scene):
    _load("CT 1", "first")
    second = _load("CT 2", "second")
    a_widget.panel.refresh()
    ui = a_widget.ui
    ui.strideSpinBox.setValue(5)
    ui.strategyS4CheckBox.setChecked(False)
    _check(ui.protocolsList, "Five modes")
    ui.modalitySelector.setEditText("CT")
    box = ui.pairsTable.cellWidget(0, 1)
    box.setCurrentIndex(box.findData(second[1].GetID()))
    other = a_module.SAMBenchmarkWidget()  # as after loading the scene
    assert other.panel.choices() == a_widget.panel.choices()
    assert other.panel.choices().protocols == ("mazurowski-modes",)
    assert (other.panel.choices().stride, other.panel.choices().modality) == (5, "CT")
    assert _references(other) == ["second", "second"]
    assert not other.ui.moreButton.collapsed  # what is chosen can be seen
    other.cleanup()


@pytest.fixture
def a_promptless_model(a_widget, monkeypatch, tmp_path):
    """A promptless model among the installed ones; its weights are not read."""
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path))
    (tmp_path / "vessels.safetensors").write_bytes(b"weights")
    spec = replace(blank_spec("vessels", "small"), promptless=True, card="Promptless: finds vessels.", bytes=7)
    write_sidecar(replace(spec, path=tmp_path / "vessels.safetensors"))
    a_widget.panel.refresh()
    return spec


def _choose_models(widget, *names):
    models = widget.ui.modelsList
    for row in range(models.count):
        text = models.item(row).text()
        _check(models, text, text in names)


def _enabled_strategies(widget):
    return [n for n in range(7) if getattr(widget.ui, f"strategyS{n}CheckBox").enabled]


def test_the_strategies_offered_are_those_that_suit_a_model(a_widget, a_promptless_model):
    ui = a_widget.ui
    assert ui.strategyS0CheckBox.text == "S0  no prompt"
    ui.strategyS1CheckBox.setChecked(False)
    assert _enabled_strategies(a_widget) == [1, 2, 3, 4, 5, 6]
    _choose_models(a_widget, "vessels")
    assert _enabled_strategies(a_widget) == [0]
    assert a_widget.panel.options().strategies == ("S0",)
    _choose_models(a_widget, "sam-small")
    assert _enabled_strategies(a_widget) == [1, 2, 3, 4, 5, 6]
    assert a_widget.panel.options().strategies == ("S2", "S3", "S4", "S5", "S6")


def test_the_card_of_a_model_is_shown(a_widget, a_promptless_model):
    models = a_widget.ui.modelsList
    names = [models.item(row).text() for row in range(models.count)]
    models.setCurrentRow(names.index("vessels"))
    assert "Promptless" in a_widget.ui.modelCardLabel.text


def test_models_that_are_not_installed_cannot_be_chosen(a_widget, monkeypatch, tmp_path):
    import qt

    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path))
    a_widget.panel.refresh()
    models = a_widget.ui.modelsList
    items = {models.item(row).text(): models.item(row) for row in range(models.count)}
    assert not items["vit_b (not installed)"].flags() & qt.Qt.ItemIsEnabled
    _choose_models(a_widget)
    assert not a_widget.ui.runButton.enabled


# Running


def test_a_run_ends_with_tables_and_charts(a_widget, chosen, wait_until, a_scene):
    _run(a_widget, wait_until)
    ui = a_widget.ui
    assert ui.errorLabel.text == ""
    assert ui.statusLabel.text == "Done: 4 slices, 16 results."
    assert ui.resultSelector.currentText == "predicted IoU: DICE [%]"
    assert _shown_table(a_widget)[0] == ["left box", "4", "100.00 (0.00)"]
    charts = {node.GetTitle() for node in _nodes(a_scene, "vtkMRMLPlotChartNode")}
    assert {"DICE by strategy", "DICE by size", "DICE by aspect ratio", "DICE by intensity difference"} <= charts
    assert ui.plotSelector.count == len(_nodes(a_scene, "vtkMRMLPlotChartNode"))
    assert not ui.resultsButton.collapsed
    assert ui.runButton.enabled and not ui.cancelButton.enabled and not ui.pauseButton.enabled
    assert ui.progressBar.isHidden()


def test_another_table_is_shown_when_it_is_chosen(a_widget, chosen, wait_until):
    _run(a_widget, wait_until)
    _show_table(a_widget, "Time per slice [s]")
    assert {"embedding", "S5"} <= {row[0] for row in _shown_table(a_widget)}


def test_a_second_run_adds_no_nodes(a_widget, chosen, wait_until, a_scene):
    _run(a_widget, wait_until)
    before = a_scene.GetNumberOfNodes()
    _run(a_widget, wait_until)
    assert a_scene.GetNumberOfNodes() == before
    a_widget.ui.strategyS2CheckBox.setChecked(True)  # one more strategy: more to plot, the same folder
    _run(a_widget, wait_until)
    assert len(_nodes(a_scene, "vtkMRMLTableNode")) == a_widget.ui.resultSelector.count + 4  # behind the charts
    assert _shown_table(a_widget)[0][2:] == ["100.00 (0.00)", "100.00 (0.00)"]


def test_several_volumes_are_one_evaluation(a_widget, chosen, wait_until):
    _load("second", "its boxes")
    a_widget.panel.refresh()
    _run(a_widget, wait_until)
    assert a_widget.ui.statusLabel.text == "Done: 8 slices, 32 results."
    assert _shown_table(a_widget)[0] == ["left box", "8", "100.00 (0.00)"]


def test_several_models_have_their_own_results(a_widget, chosen, a_promptless_model, wait_until, monkeypatch, a_scene):
    import SAMSegmenterLib.models.registry as registry

    models = {"sam-small": ThresholdPredictor(), "vessels": PromptlessPredictor()}
    monkeypatch.setattr(registry, "load", lambda name, *_: models[name])
    _choose_models(a_widget, "sam-small", "vessels")
    assert _enabled_strategies(a_widget) == [0, 1, 2, 3, 4, 5, 6]
    a_widget.ui.strategyS0CheckBox.setChecked(True)
    _run(a_widget, wait_until)
    ui = a_widget.ui
    assert ui.errorLabel.text == ""
    assert ui.statusLabel.text == "Done: 8 slices, 32 results."
    assert [ui.resultModelSelector.itemText(n) for n in range(ui.resultModelSelector.count)] == ["sam-small", "vessels"]
    assert _shown_table(a_widget)[1][2] == "100.00 (0.00)"
    ui.resultModelSelector.setCurrentIndex(1)
    assert _shown_table(a_widget)[1][2] == "0.00 (0.00)"  # it finds the left box only
    _choose_models(a_widget, "sam-small")
    _run(a_widget, wait_until)
    assert {node.GetAttribute("SAMBenchmark.Model") for node in _nodes(a_scene, "vtkMRMLTableNode")} == {"sam-small"}


def test_a_promptless_model_runs_by_itself(a_widget, chosen, a_promptless_model, wait_until, monkeypatch):
    import SAMSegmenterLib.models.registry as registry

    monkeypatch.setattr(registry, "load", lambda *_: PromptlessPredictor())
    _choose_models(a_widget, "vessels")
    assert a_widget.ui.runButton.enabled
    _run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text == "Done: 4 slices, 16 results."
    a_widget.ui.strategyS0CheckBox.setChecked(False)
    assert not a_widget.ui.runButton.enabled and "strategy" in a_widget.ui.runButton.toolTip


def test_a_protocol_gives_its_table_and_its_curve(a_widget, chosen, wait_until, a_scene):
    _check(a_widget.ui.protocolsList, "Interactive clicks")
    a_widget.ui.maxSlicesSpinBox.setValue(1)
    _run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert "DICE by number of clicks" in {node.GetTitle() for node in _nodes(a_scene, "vtkMRMLPlotChartNode")}
    assert "huang-rounds_oracle" in {node.GetName() for node in _nodes(a_scene, "vtkMRMLTableNode")}


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
    wait_until(lambda: not _running(a_widget))
    assert ui.statusLabel.text == "Done: 4 slices, 16 results."


def test_cancel_keeps_the_finished_slices_and_the_next_run_goes_on(a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 2
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_widget.ui.cancelButton.click()
    assert "Stopping" in a_widget.ui.statusLabel.text
    assert not a_widget.ui.cancelButton.enabled
    a_predictor.go_on.set()
    wait_until(lambda: not _running(a_widget))
    kept = _stopped_after(a_widget)
    assert kept in (1, 2, 3)
    assert _shown_table(a_widget)[0] == ["left box", str(kept), "100.00 (0.00)"]
    before = a_predictor.encoded_images
    _run(a_widget, wait_until)
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
    wait_until(lambda: not _running(a_widget))
    assert ui.statusLabel.text == "Done: 4 slices, 16 results."


def test_a_paused_run_can_be_cancelled(a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_widget.ui.pauseButton.click()
    a_predictor.go_on.set()
    wait_until(lambda: a_widget.logic.evaluation.job.is_resting)
    a_widget.ui.cancelButton.click()
    wait_until(lambda: not _running(a_widget))
    assert _stopped_after(a_widget) in (1, 2)


def test_the_time_is_estimated_before_the_start(a_widget, chosen, wait_until, a_scene):
    a_widget.ui.estimateButton.click()
    wait_until(lambda: not _running(a_widget))
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.estimateLabel.text.startswith("About ")
    assert a_widget.ui.estimateLabel.text.endswith(" for 4 slices")
    assert _nodes(a_scene, "vtkMRMLTableNode") == []
    a_widget.ui.strideSpinBox.setValue(1)  # the estimate is of other choices
    assert a_widget.ui.estimateLabel.text == ""


# Single objects, plots, export


def _shown_object(scene):
    kinds = ("vtkMRMLSegmentationNode", "vtkMRMLMarkupsFiducialNode", "vtkMRMLMarkupsClosedCurveNode")
    return {n.GetName(): n for kind in kinds for n in _nodes(scene, kind) if n.GetAttribute("SAMBenchmark.Shown")}


def _click_row(widget, row):
    view = widget.ui.tableView
    view.clicked.emit(view.model().index(row, 1))


def test_a_clicked_row_is_shown_with_reference_prediction_and_prompts(a_widget, chosen, wait_until, a_scene):
    import slicer

    _run(a_widget, wait_until)
    _show_table(a_widget, "predicted IoU: Objects, worst first")
    assert [row[:3] for row in _shown_table(a_widget)[:2]] == [["1", "100.0", "left box"], ["2", "100.0", "right box"]]
    _click_row(a_widget, 1)
    shown = _shown_object(a_scene)
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
    _run(a_widget, wait_until)
    before = a_scene.GetNumberOfNodes()
    _show_table(a_widget, "predicted IoU: Objects, worst first")
    _click_row(a_widget, 0)
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
    _run(a_widget, wait_until)
    a_scene.RemoveNode(chosen[0])
    _show_table(a_widget, "predicted IoU: Objects, worst first")
    _click_row(a_widget, 0)
    assert a_widget.ui.errorLabel.text == ""  # its voxels are still known: it is shown with a volume of its own
    assert [n.GetName() for n in _nodes(a_scene, "vtkMRMLScalarVolumeNode")] == ["phantom"]


def test_results_are_exported_whole(a_widget, chosen, wait_until, tmp_path, monkeypatch):
    _run(a_widget, wait_until)
    target = tmp_path / "export"
    monkeypatch.setattr(a_widget.panel._dialogs, "choose_folder", lambda *_: str(target))
    a_widget.ui.exportSceneCheckBox.setChecked(True)
    a_widget.ui.exportButton.click()
    wait_until(lambda: not _running(a_widget))
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
    _run(a_widget, wait_until)
    a_predictor.hold_at = a_predictor.encoded_images
    a_widget.ui.estimateButton.click()
    wait_until(a_predictor.reached.is_set)
    _show_table(a_widget, "Time per slice [s]")
    assert not a_widget.ui.exportButton.enabled
    a_predictor.go_on.set()
    wait_until(lambda: not _running(a_widget))
    assert a_widget.ui.exportButton.enabled


def test_a_folder_with_other_files_is_not_exported_into(a_widget, chosen, wait_until, tmp_path, monkeypatch):
    _run(a_widget, wait_until)
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(a_widget.panel._dialogs, "choose_folder", lambda *_: str(tmp_path))
    a_widget.ui.exportButton.click()
    assert "not empty" in a_widget.ui.errorLabel.text
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


# Files


@pytest.fixture
def a_folder(tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in ("one", "two"):
        write_case(folder, name)
    return folder


def _choose_folder(widget, folder):
    widget.ui.sourceSelector.setCurrentIndex(widget.ui.sourceSelector.findData("folder"))
    widget.ui.folderEdit.setText(str(folder))
    widget.ui.folderEdit.editingFinished.emit()


def test_a_folder_of_files_is_evaluated_and_its_objects_are_shown(a_widget, chosen, a_folder, wait_until, a_scene):
    _choose_folder(a_widget, a_folder)
    assert a_widget.ui.pairsTable.isHidden()
    assert a_widget.ui.inputsInfoLabel.text == "2 cases found."
    _run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text.startswith("Done: 4 slices, 16 results.")
    before = a_scene.GetNumberOfNodes()
    _show_table(a_widget, "predicted IoU: Objects, worst first")
    _click_row(a_widget, 0)
    assert [n.GetName() for n in _nodes(a_scene, "vtkMRMLScalarVolumeNode")] == ["phantom", "one"]
    a_widget.ui.hideButton.click()
    assert a_scene.GetNumberOfNodes() == before


def test_a_folder_is_looked_through_when_it_is_chosen_and_not_whenever_the_scene_changes(
    a_widget, chosen, a_folder, monkeypatch
):
    from SAMBenchmarkLib.desktop import inputs_section

    looked, look = [], inputs_section.inputs_from_folder
    monkeypatch.setattr(inputs_section, "inputs_from_folder", lambda *args: looked.append(args) or look(*args))
    a_widget.ui.modalitySelector.setEditText("MR")
    _choose_folder(a_widget, a_folder)
    assert set(looked) == {(a_folder, "MR")}
    looked.clear()
    a_widget.panel.refresh()
    assert looked == []
    assert a_widget.ui.inputsInfoLabel.text == "2 cases found."
    a_widget.panel.restoreChoices()
    assert set(looked) == {(a_folder, "MR")}


def test_an_empty_folder_is_told_of_at_once(a_widget, chosen, tmp_path):
    _choose_folder(a_widget, tmp_path)
    assert "no image has a reference" in a_widget.ui.inputsInfoLabel.text


def test_results_can_be_kept_in_a_folder_and_gone_on_with(a_widget, chosen, a_predictor, wait_until, tmp_path):
    a_widget.ui.keepEdit.setText(str(tmp_path / "kept"))
    _run(a_widget, wait_until)
    assert (tmp_path / "kept" / "results.sqlite").is_file()
    _run(a_widget, wait_until)
    assert a_predictor.encoded_images == 4


# Faults


def test_a_volume_deleted_during_the_run_is_said_and_no_table_is_made(
    a_widget, chosen, a_predictor, wait_until, a_scene
):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_scene.RemoveNode(chosen[0])
    a_predictor.go_on.set()
    wait_until(lambda: not _running(a_widget))
    assert a_widget.ui.errorLabel.text.startswith("'phantom' was removed while the work was under way.\n")
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0
    assert not a_widget.ui.runButton.enabled


def test_of_two_volumes_the_one_deleted_during_the_run_is_left_out(a_widget, chosen, a_predictor, wait_until, a_scene):
    second = _load("second", "its boxes")
    a_widget.panel.refresh()
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_scene.RemoveNode(second[0])
    a_predictor.go_on.set()
    wait_until(lambda: not _running(a_widget))
    assert a_widget.ui.errorLabel.text == ""
    assert "second was changed or removed meanwhile" in a_widget.ui.statusLabel.text
    assert _shown_table(a_widget)[0] == ["left box", "4", "100.00 (0.00)"]


def test_a_scene_closed_during_the_run_stops_it(a_widget, chosen, a_predictor, wait_until, a_scene):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_scene.Clear(0)
    a_predictor.go_on.set()
    wait_until(lambda: not _running(a_widget))
    assert a_widget.ui.errorLabel.text.startswith("The scene was closed while the evaluation was under way")
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0
    assert a_predictor.encoded_images < 4
    assert not a_widget.ui.runButton.enabled


def test_a_pair_that_does_not_meet_in_space_cannot_be_run(a_widget, chosen):
    elsewhere = two_boxes_volume(ijk_to_ras=matrix(origin_ras=(900, 0, 0)))[1]
    node = node_from_segmentation(elsewhere, "elsewhere", None)
    a_widget.panel.refresh()
    box = a_widget.ui.pairsTable.cellWidget(0, 1)
    box.setCurrentIndex(box.findData(node.GetID()))
    assert _table(a_widget, "state") == ["lies elsewhere"]
    assert not a_widget.ui.runButton.enabled


def test_an_empty_segmentation_is_named(a_widget, chosen, a_scene):
    node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "new")
    a_widget.panel.refresh()
    box = a_widget.ui.pairsTable.cellWidget(0, 1)
    box.setCurrentIndex(box.findData(node.GetID()))
    assert _table(a_widget, "state") == ["no segments"]
    node.GetSegmentation().AddEmptySegment("first")
    a_widget.panel.refresh()
    assert _table(a_widget, "state") == ["nothing drawn"]


def test_an_error_of_the_work_is_shown_and_the_next_run_works(a_widget, chosen, a_predictor, wait_until, monkeypatch):
    def fail(*_):
        raise ValueError("weights upside down")

    with monkeypatch.context() as patched:
        patched.setattr(a_predictor, "encode", fail)
        _run(a_widget, wait_until)
    assert "ValueError: weights upside down" in a_widget.ui.errorLabel.text
    _run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text.startswith("Done")


def test_closing_the_scene_forgets_the_results(a_widget, chosen, wait_until, a_scene):
    _run(a_widget, wait_until)
    a_scene.Clear(0)
    ui = a_widget.ui
    assert (ui.resultSelector.count, ui.plotSelector.count, ui.pairsTable.rowCount) == (0, 0, 0)
    assert ui.tableView.mrmlTableNode() is None
    assert not ui.runButton.enabled and not ui.exportButton.enabled


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
    _run(a_widget, wait_until)
    assert "resampled" in a_widget.ui.statusLabel.text


def test_the_modules_own_test_passes(a_module):
    a_module.SAMBenchmarkTest().runTest()

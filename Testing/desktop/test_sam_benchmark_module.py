"""The module file, its .ui file and its panel, driven as a user does."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from SAMSegmenterLib.models.imported import write_sidecar
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
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
    """Nodes of a phantom, chosen in the panel; four slices of S5."""
    volume, reference = two_boxes_volume()
    volume_node = node_from_volume(volume, "phantom")
    nodes = volume_node, node_from_segmentation(reference, "boxes", volume_node)
    a_widget.ui.volumeSelector.setCurrentNode(nodes[0])
    a_widget.ui.segmentationSelector.setCurrentNode(nodes[1])
    a_widget.ui.strideSpinBox.value = 2
    for name in ("S1", "S2", "S3", "S4", "S6"):
        getattr(a_widget.ui, f"strategy{name}CheckBox").setChecked(False)
    return nodes


def _running(widget):
    return widget.ui.cancelButton.enabled or not widget.ui.inputsButton.enabled


def _run(widget, wait_until):
    widget.ui.runButton.click()
    wait_until(lambda: not _running(widget))


def _shown_table(widget):
    model = widget.ui.tableView.model()
    cells = [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
    return cells


def test_the_module_introduces_itself(a_module):
    parent = ModuleParent()
    a_module.SAMBenchmark(parent)
    assert parent.title == "SAM Benchmark"
    assert parent.categories == ["Segmentation"]
    assert "SAMSegmenter" in parent.dependencies
    assert all([parent.contributors, parent.acknowledgementText])
    assert "not for diagnosis" in parent.helpText


def test_run_waits_for_a_volume_a_segmentation_and_a_strategy(a_widget):
    ui = a_widget.ui
    assert not ui.runButton.enabled
    assert "volume" in ui.runButton.toolTip
    volume, reference = two_boxes_volume()
    volume_node = node_from_volume(volume)
    ui.volumeSelector.setCurrentNode(volume_node)
    assert not ui.runButton.enabled
    ui.segmentationSelector.setCurrentNode(node_from_segmentation(reference, "boxes", volume_node))
    assert ui.runButton.enabled
    for number in range(1, 7):
        getattr(ui, f"strategyS{number}CheckBox").click()
    assert not ui.runButton.enabled
    assert "strategy" in ui.runButton.toolTip


def test_the_choices_of_the_panel_are_the_options_of_the_run(a_widget):
    ui = a_widget.ui
    ui.strategyS1CheckBox.setChecked(False)
    ui.planeSelector.setCurrentIndex(ui.planeSelector.findData("coronal"))
    ui.strideSpinBox.value = 3
    ui.maxSlicesSpinBox.value = 7
    ui.gridSpinBox.value = 16
    options = a_widget.panel.options()
    assert options.strategies == ("S2", "S3", "S4", "S5", "S6")
    assert (options.plane, options.stride, options.max_slices, options.points_per_side) == ("coronal", 3, 7, 16)


@pytest.fixture
def a_promptless_model(a_widget, monkeypatch, tmp_path):
    """A promptless model among the installed ones; its weights are not read."""
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path))
    (tmp_path / "vessels.safetensors").write_bytes(b"weights")
    spec = replace(blank_spec("vessels", "small"), promptless=True, card="Promptless: finds vessels.", bytes=7)
    write_sidecar(replace(spec, path=tmp_path / "vessels.safetensors"))
    a_widget.panel.fillModels()
    return spec


def _choose_model(widget, name):
    widget.ui.modelSelector.setCurrentIndex(widget.ui.modelSelector.findData(name))


def _enabled_strategies(widget):
    return [n for n in range(7) if getattr(widget.ui, f"strategyS{n}CheckBox").enabled]


def test_the_strategies_offered_are_those_that_suit_the_model(a_widget, a_promptless_model):
    ui = a_widget.ui
    assert ui.strategyS0CheckBox.text == "S0  no prompt"
    ui.strategyS1CheckBox.setChecked(False)
    assert _enabled_strategies(a_widget) == [1, 2, 3, 4, 5, 6]
    _choose_model(a_widget, "vessels")
    assert _enabled_strategies(a_widget) == [0]
    assert a_widget.panel.options().strategies == ("S0",)
    assert "Promptless" in ui.modelCardLabel.text
    _choose_model(a_widget, "sam-small")
    assert _enabled_strategies(a_widget) == [1, 2, 3, 4, 5, 6]
    assert a_widget.panel.options().strategies == ("S2", "S3", "S4", "S5", "S6")


def test_a_promptless_model_runs_without_the_other_strategies(
    a_widget, chosen, a_promptless_model, wait_until, monkeypatch
):
    import SAMSegmenterLib.models.registry as registry

    monkeypatch.setattr(registry, "load", lambda *_: PromptlessPredictor())
    _choose_model(a_widget, "vessels")
    assert a_widget.ui.runButton.enabled
    _run(a_widget, wait_until)
    assert a_widget.ui.errorLabel.text == ""
    assert a_widget.ui.statusLabel.text == "Done: 4 slices, 16 results."
    assert [row[:3] for row in _shown_table(a_widget)[:2]] == [
        ["left box", "4", "100.00 (0.00)"],
        ["right box", "4", "0.00 (0.00)"],
    ]
    a_widget.ui.strategyS0CheckBox.setChecked(False)
    assert not a_widget.ui.runButton.enabled and "strategy" in a_widget.ui.runButton.toolTip


def test_labelmaps_are_references_and_not_volumes(a_widget, a_scene):
    node = a_scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    a_widget.ui.segmentationSelector.setCurrentNode(node)
    assert a_widget.ui.segmentationSelector.currentNode() is node
    with contextlib.suppress(ValueError):  # Slicer ignores what it does not list
        a_widget.ui.volumeSelector.setCurrentNode(node)
    assert a_widget.ui.volumeSelector.currentNode() is None


def test_a_run_ends_with_tables(a_widget, chosen, wait_until, a_scene):
    _run(a_widget, wait_until)
    ui = a_widget.ui
    assert ui.errorLabel.text == ""
    assert ui.statusLabel.text == "Done: 4 slices, 16 results."
    assert ui.resultSelector.currentText == "predicted IoU: DICE [%]"
    assert _shown_table(a_widget)[0] == ["left box", "4", "100.00 (0.00)"]
    assert ui.resultSelector.count == a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode")
    assert not ui.resultsButton.collapsed
    assert ui.runButton.enabled and not ui.cancelButton.enabled
    assert ui.progressBar.isHidden()


def test_another_table_is_shown_when_it_is_chosen(a_widget, chosen, wait_until):
    _run(a_widget, wait_until)
    names = [a_widget.ui.resultSelector.itemText(number) for number in range(a_widget.ui.resultSelector.count)]
    a_widget.ui.resultSelector.setCurrentIndex(names.index("Time per slice [s]"))
    assert [row[0] for row in _shown_table(a_widget)] == ["embedding", "S5"]


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


def test_cancel_keeps_the_finished_slices(a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 2
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    a_widget.ui.cancelButton.click()
    assert "Stopping" in a_widget.ui.statusLabel.text
    assert not a_widget.ui.cancelButton.enabled
    a_predictor.go_on.set()
    wait_until(lambda: not _running(a_widget))
    assert a_widget.ui.statusLabel.text == "Stopped. 3 slices were finished and are in the tables."
    assert _shown_table(a_widget)[0] == ["left box", "3", "100.00 (0.00)"]


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


def test_an_error_before_the_run_is_shown_with_its_hint(a_widget, chosen, a_scene):
    elsewhere = two_boxes_volume(ijk_to_ras=matrix(origin_ras=(900, 0, 0)))[1]
    node = node_from_segmentation(elsewhere, "elsewhere", None)
    a_widget.ui.segmentationSelector.setCurrentNode(node)
    a_widget.ui.runButton.click()
    message, hint = a_widget.ui.errorLabel.text.split("\n")
    assert "do not overlap in space" in message
    assert "patients" in hint
    assert not a_widget.ui.errorLabel.isHidden()
    assert a_widget.ui.runButton.enabled


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


def test_a_model_that_is_not_installed_is_an_error_with_a_hint(a_widget, chosen, wait_until, monkeypatch, tmp_path):
    monkeypatch.undo()  # the real registry
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path))
    a_widget.panel.fillModels()
    a_widget.ui.modelSelector.setCurrentIndex(a_widget.ui.modelSelector.findData("vit_b"))
    assert a_widget.ui.modelSelector.currentText == "vit_b (not installed)"
    _run(a_widget, wait_until)
    assert "not on this computer" in a_widget.ui.errorLabel.text


def test_closing_the_scene_forgets_the_tables(a_widget, chosen, wait_until, a_scene):
    _run(a_widget, wait_until)
    a_scene.Clear(0)
    assert a_widget.ui.resultSelector.count == 0
    assert a_widget.ui.tableView.mrmlTableNode() is None
    assert not a_widget.ui.runButton.enabled


def test_closing_the_panel_during_a_run_stops_it(a_module, a_widget, chosen, a_predictor, wait_until):
    a_predictor.hold_at = 1
    a_widget.ui.runButton.click()
    wait_until(a_predictor.reached.is_set)
    job = a_widget.logic.job
    a_widget.cleanup()
    a_predictor.go_on.set()
    assert job.result().stopped


def test_a_resampled_reference_is_mentioned(a_widget, chosen, wait_until):
    moved = two_boxes_volume(ijk_to_ras=matrix(origin_ras=(0.3, 0.3, 0)))[1]
    a_widget.ui.segmentationSelector.setCurrentNode(node_from_segmentation(moved, "moved", None))
    _run(a_widget, wait_until)
    assert "resampled" in a_widget.ui.statusLabel.text


def test_the_modules_own_test_passes(a_module):
    a_module.SAMBenchmarkTest().runTest()

"""Models, strategies and options, and what a run still lacks."""

from __future__ import annotations

from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.benchmark_panel import check, choose_models, enabled_strategies, load_pair, pair_states, references
from support.phantoms import two_boxes_volume


def test_run_waits_for_a_volume_a_segmentation_and_a_strategy(a_widget, wait_until):
    ui = a_widget.ui
    assert not ui.runButton.enabled
    assert "volume" in ui.runButton.toolTip
    volume, reference = two_boxes_volume()
    volume_node = node_from_volume(volume, "CT")
    wait_until(lambda: ui.pairsTable.rowCount == 1)  # the list follows the scene
    assert not ui.runButton.enabled
    assert pair_states(a_widget, "state") == ["no reference"]
    node_from_segmentation(reference, "boxes", volume_node)
    wait_until(lambda: ui.runButton.enabled)
    assert (references(a_widget), pair_states(a_widget, "state")) == (["boxes"], ["ready"])
    for number in range(1, 7):
        getattr(ui, f"strategyS{number}CheckBox").click()
    assert not ui.runButton.enabled
    assert "strategy" in ui.runButton.toolTip


def test_the_choices_of_the_panel_are_the_options_of_the_run(a_widget):
    ui = a_widget.ui
    ui.strategyS1CheckBox.setChecked(False)
    ui.planeSelector.setCurrentIndex(ui.planeSelector.findData("coronal"))
    ui.presetSelector.setCurrentIndex(ui.presetSelector.findData("authors_code"))
    ui.strideSpinBox.setValue(3)
    ui.maxSlicesSpinBox.setValue(7)
    ui.gridSpinBox.setValue(16)
    check(ui.protocolsList, "Interactive clicks")
    check(ui.baselinesList, "Otsu")
    options = a_widget.panel.options()
    assert options.strategies == ("S2", "S3", "S4", "S5", "S6")
    assert (options.plane, options.stride, options.max_slices, options.points_per_side) == ("coronal", 3, 7, 16)
    assert (options.preset, options.protocols, options.baselines) == ("authors_code", ("huang-rounds",), ("Otsu",))
    assert (options.window, options.structures, options.correction_effort) == ("minmax", (), False)
    ui.windowSelector.setEditText("level-width:40,400")
    ui.structuresEdit.setText("left box + right box; Right Box;")
    ui.effortCheckBox.click()
    options = a_widget.panel.options()
    assert (options.window, options.correction_effort) == ("level-width:40,400", True)
    assert options.structures == ("left box + right box", "Right Box")


def test_a_window_that_does_not_exist_is_said_when_the_run_begins(a_widget, chosen):
    a_widget.ui.windowSelector.setEditText("cellar")
    a_widget.ui.runButton.click()
    assert "cellar" in a_widget.ui.errorLabel.text and a_widget.ui.runButton.enabled


def test_every_protocol_is_offered(a_widget):
    from SAMBenchmarkLib.core.protocols.registry import PROTOCOLS

    assert a_widget.ui.protocolsList.count == len(PROTOCOLS)


def test_choices_are_kept_with_the_scene(a_module, a_widget, a_scene):
    load_pair("CT 1", "first")
    second = load_pair("CT 2", "second")
    a_widget.panel.refresh()
    ui = a_widget.ui
    ui.strideSpinBox.setValue(5)
    ui.strategyS4CheckBox.setChecked(False)
    check(ui.protocolsList, "Five modes")
    ui.modalitySelector.setEditText("CT")
    ui.windowSelector.setEditText("abdomen")
    ui.effortCheckBox.setChecked(True)
    box = ui.pairsTable.cellWidget(0, 1)
    box.setCurrentIndex(box.findData(second[1].GetID()))
    other = a_module.SAMBenchmarkWidget()  # as after loading the scene
    assert other.panel.choices() == a_widget.panel.choices()
    assert other.panel.choices().protocols == ("mazurowski-modes",)
    assert (other.panel.choices().stride, other.panel.choices().modality) == (5, "CT")
    assert (other.panel.options().window, other.panel.options().correction_effort) == ("abdomen", True)
    assert references(other) == ["second", "second"]
    assert not other.ui.moreButton.collapsed  # what is chosen can be seen
    other.cleanup()


def test_the_strategies_offered_are_those_that_suit_a_model(a_widget, a_promptless_model):
    ui = a_widget.ui
    assert ui.strategyS0CheckBox.text == "S0  no prompt"
    ui.strategyS1CheckBox.setChecked(False)
    assert enabled_strategies(a_widget) == [1, 2, 3, 4, 5, 6]
    choose_models(a_widget, "vessels")
    assert enabled_strategies(a_widget) == [0]
    assert a_widget.panel.options().strategies == ("S0",)
    choose_models(a_widget, "sam-small")
    assert enabled_strategies(a_widget) == [1, 2, 3, 4, 5, 6]
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
    choose_models(a_widget)
    assert not a_widget.ui.runButton.enabled

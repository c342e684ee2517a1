"""Curves of loss and validation Dice."""

import xml.etree.ElementTree as ElementTree

from SAMBenchmarkLib.report.fine_tuning_curve import curves_svg, loss_panel, validation_panel

HISTORY = [{"epoch": n + 1, "loss": 1.0 - 0.2 * n, "validation": 0.5 + 0.1 * n} for n in range(3)]
UNVALIDATED = [{**record, "validation": None} for record in HISTORY]


def test_the_loss_is_spoken_for_those_who_do_not_see_it():
    assert "Training loss: 1.000 in epoch 1, 0.600 in the last." in loss_panel(HISTORY, 2)


def test_validation_begins_with_the_base_model():
    panel = validation_panel(HISTORY, 3, 0.25)
    assert "Validation DICE in percent: 25.0 in epoch 0, 70.0 in epoch 3." in panel
    assert "50.0 in epoch 1" in validation_panel(HISTORY, 3, None)


def test_without_validation_there_is_no_panel():
    assert validation_panel(UNVALIDATED, 3, 0.25) is None


def test_a_single_epoch_is_drawn():
    assert "in epoch 1, 1.000 in the last" in loss_panel(HISTORY[:1], 1)


def test_the_file_is_complete_and_always_the_same():
    svg = curves_svg(HISTORY, 2, 0.25)
    assert svg == curves_svg(HISTORY, 2, 0.25)
    assert ElementTree.fromstring(svg).tag.endswith("svg") and "validation DICE (%)" in svg
    assert "validation" not in curves_svg(UNVALIDATED, 2, None)

"""The panel of the module SAM Benchmark, driven as a user does."""

from __future__ import annotations

import re
import threading

from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume


class HeldPredictor(ThresholdPredictor):
    """Begins slice `hold_at` only when it is told to, so that a test can act in the middle of a run."""

    def __init__(self, hold_at=None):
        super().__init__()
        self.hold_at, self.reached, self.go_on = hold_at, threading.Event(), threading.Event()

    def encode(self, images):
        if self.encoded_images == self.hold_at:
            self.reached.set()
            assert self.go_on.wait(60)
        return super().encode(images)


def load_pair(volume_name, reference_name, **place):
    """Nodes of the phantom with two boxes: volume, reference."""
    volume, reference = two_boxes_volume(**place)
    volume_node = node_from_volume(volume, volume_name)
    return volume_node, node_from_segmentation(reference, reference_name, volume_node)


def is_running(widget):
    """Whether the panel follows a job."""
    return not widget.ui.inputsButton.enabled


def run(widget, wait_until):
    """Press Run and wait for the end."""
    widget.ui.runButton.click()
    wait_until(lambda: not is_running(widget))


def stopped_after(widget):
    """How many slices the message of a stopped run names."""
    found = re.match(r"Stopped. (\d) slices were finished and are in the tables", widget.ui.statusLabel.text)
    return int(found[1])


def shown_table(widget):
    """Texts of the table on display, row by row."""
    model = widget.ui.tableView.model()
    return [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def show_table(widget, title):
    """Choose a table by its title."""
    selector = widget.ui.resultSelector
    names = [selector.itemText(number) for number in range(selector.count)]
    selector.setCurrentIndex(names.index(title))


def pair_states(widget, name):
    """The table of pairs: texts of a column."""
    table = widget.ui.pairsTable
    column = {"volume": 0, "state": 2}[name]
    return [table.item(row, column).text() for row in range(table.rowCount)]


def references(widget):
    """What is paired with each volume."""
    return [widget.ui.pairsTable.cellWidget(row, 1).currentText for row in range(widget.ui.pairsTable.rowCount)]


def check(widget_list, text, checked=True):
    """Set the check mark of the line that begins so."""
    import qt

    items = [widget_list.item(row) for row in range(widget_list.count)]
    item = next(one for one in items if one.text().startswith(text))
    item.setCheckState(qt.Qt.Checked if checked else qt.Qt.Unchecked)


def nodes_of(scene, kind):
    """All nodes of a class."""
    return [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]


def choose_models(widget, *names):
    """Check these models and no others."""
    models = widget.ui.modelsList
    for row in range(models.count):
        text = models.item(row).text()
        check(models, text, text in names)


def enabled_strategies(widget):
    """Numbers of the strategies that can be checked."""
    return [n for n in range(7) if getattr(widget.ui, f"strategyS{n}CheckBox").enabled]


def shown_object(scene):
    """Nodes that show a single object, by name."""
    kinds = ("vtkMRMLSegmentationNode", "vtkMRMLMarkupsFiducialNode", "vtkMRMLMarkupsClosedCurveNode")
    return {n.GetName(): n for kind in kinds for n in nodes_of(scene, kind) if n.GetAttribute("SAMBenchmark.Shown")}


def click_row(widget, row):
    """As a click into the table."""
    view = widget.ui.tableView
    view.clicked.emit(view.model().index(row, 1))


def choose_folder(widget, folder):
    """Evaluate files of a folder instead of the scene."""
    widget.ui.sourceSelector.setCurrentIndex(widget.ui.sourceSelector.findData("folder"))
    widget.ui.folderEdit.setText(str(folder))
    widget.ui.folderEdit.editingFinished.emit()

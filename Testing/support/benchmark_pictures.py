"""Makes the picture of the module SAM Benchmark for the README, on the stand-in for Slicer's desktop:

    python Testing/support/benchmark_pictures.py [folder]

The bundled model is evaluated on the synthetic CT; the picture shows one of its worst objects beside the panel.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.chart_rendering import chart_picture
from support.module_pictures import ROOT, beside, save, wait_until

FOLDER = ROOT / "SAMBenchmark" / "Resources" / "Screenshots"
PANEL = "SAMBenchmarkPanel.png"
PANEL_WIDTH = 480
VIEW_PIXELS = (620, 620)
STRATEGIES = ("S2", "S3", "S5", "S6")
FIELD_MM = 260.0
CHART_PIXELS = (620, 350)
CHARTS = ("DICE by strategy", "DICE by size")
WORST_SHOWN = 4
"""Place in the list of the worst objects that is shown."""


def load_sample() -> tuple[Any, Any]:
    """The synthetic CT and its organs as nodes: volume, reference."""
    from SAMSegmenterLib.core.sample_volume import sample_volume
    from SAMSegmenterLib.scene.segmentations import node_from_segmentation
    from SAMSegmenterLib.scene.volumes import node_from_volume

    volume, reference = sample_volume()
    volume_node = node_from_volume(volume, "Synthetic CT")
    volume_node.GetDisplayNode().SetAutoWindowLevel(False)
    volume_node.GetDisplayNode().SetWindowLevel(400.0, 40.0)
    return volume_node, node_from_segmentation(reference, "Organs", volume_node)


def evaluated_widget() -> Any:
    """The module's widget after a run on what the scene holds."""
    from support.desktop import load_module_file

    widget = load_module_file(ROOT / "SAMBenchmark" / "SAMBenchmark.py").SAMBenchmarkWidget()
    ui = widget.ui
    for number in range(1, 7):
        getattr(ui, f"strategyS{number}CheckBox").setChecked(f"S{number}" in STRATEGIES)
    ui.maxSlicesSpinBox.setValue(6)
    ui.modalitySelector.setEditText("CT")
    ui.estimateButton.click()
    wait_until(lambda: ui.runButton.enabled)
    ui.runButton.click()
    wait_until(lambda: ui.runButton.enabled)
    ui.resultSelector.setCurrentIndex(0)
    return widget


def show_object(widget: Any, rank: int) -> None:
    """As a click on a row of the list of the worst objects."""
    view = widget.ui.tableView
    view.clicked.emit(view.model().index(rank - 1, 0))
    view.selectRow(rank - 1)


def panel_picture(widget: Any, width: int = PANEL_WIDTH) -> Any:
    """The panel as wide as given and as high as it needs to be."""
    import slicer

    panel = widget.parent
    panel.resize(width, 10)
    slicer.app.processEvents()
    panel.resize(width, max(panel.sizeHint.height(), panel.minimumSizeHint.height()) + 10)
    slicer.app.processEvents()
    return panel.grab()


def main(folder: Path) -> None:
    """Make the picture."""
    from support.desktop import close_windows, install

    install()
    import qt
    import slicer

    from support.desktop import layout_manager, subject_hierarchy
    from support.desktop.view_hand import ViewHand

    folder.mkdir(parents=True, exist_ok=True)
    layout_manager.VIEWS["Red"] = ("Axial", VIEW_PIXELS)
    slicer.app._open_window()
    subject_hierarchy.follow(slicer.mrmlScene)
    load_sample()
    slicer.app.layoutManager().resetSliceViews()
    widget = evaluated_widget()
    show_object(widget, WORST_SHOWN)
    slicer.app.layoutManager().resetSliceViews()
    show_object(widget, WORST_SHOWN)
    hand = ViewHand(slicer.app.layoutManager().sliceWidget("Red"))
    hand.widget.mrmlSliceNode().SetFieldOfView(FIELD_MM, FIELD_MM, 1.0)
    charts = {node.GetTitle(): node for node in widget.panel.results.charts()}
    pictures = [chart_picture(charts[title], CHART_PIXELS) for title in CHARTS]
    save(beside(np.concatenate([hand.picture(), *pictures]), panel_picture(widget), qt), folder / PANEL, qt)
    widget.cleanup()
    close_windows()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["SAM_MODELS_DIR"] = str(Path(scratch) / "models")
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

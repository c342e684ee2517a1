"""The panel of the module SAM Benchmark: choices in, progress and tables out. What it does is in the module's logic."""

from __future__ import annotations

import logging
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from SAMBenchmarkLib.core.options import (
    ALL_STRATEGIES,
    STRATEGIES,
    STRATEGY_TITLES,
    BenchmarkOptions,
    suiting_strategies,
)
from SAMBenchmarkLib.desktop.texts import error_text, progress_text, table_title
from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.geometry import PLANES
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.desktop.tick import JobTick
from SAMSegmenterLib.models.registry import registry
from SAMSegmenterLib.session.worker import Job

logger = logging.getLogger(__name__)


class BenchmarkPanel:
    """Connects the widgets of SAMBenchmark.ui with the logic.

    Args:
        ui: widgets by name, as `slicer.util.childWidgetVariables` gives them.
        logic: has `start(volume, segmentation, options, model)` and `finish()`.
        parent: widget that owns timers; the module's own.
    """

    def __init__(self, ui: Any, logic: Any, parent: Any) -> None:
        self.ui, self._logic, self._parent = ui, logic, parent
        self._tick: JobTick | None = None
        self._tableIds: list[str] = []
        self._suiting = STRATEGIES
        self._strategyBoxes = {name: getattr(ui, f"strategy{name}CheckBox") for name in ALL_STRATEGIES}
        self._fillChoices()
        self._connections = [
            (ui.volumeSelector, "currentNodeChanged(vtkMRMLNode*)", self.updateButtons),
            (ui.segmentationSelector, "currentNodeChanged(vtkMRMLNode*)", self.updateButtons),
            (ui.modelSelector, "currentIndexChanged(int)", self.onModelChanged),
            (ui.runButton, "clicked()", self.onRunClicked),
            (ui.cancelButton, "clicked()", self.onCancelClicked),
            (ui.resultSelector, "currentIndexChanged(int)", self.onResultChanged),
        ]
        self._connections += [(box, "toggled(bool)", self.updateButtons) for box in self._strategyBoxes.values()]
        for widget, signal, slot in self._connections:
            widget.connect(signal, slot)
        self._showMessage("")
        self.onModelChanged()
        self.onResultChanged()

    def cleanup(self) -> None:
        """Let go of everything; a running evaluation is asked to stop."""
        if self._tick is not None:
            self._tick.stop()
            self._tick = None
            self._logic.job.stop()
        for widget, signal, slot in self._connections:
            widget.disconnect(signal, slot)
        self._connections = []

    # Choices

    def _fillChoices(self) -> None:
        for name, box in self._strategyBoxes.items():
            box.setText(f"{name}  {STRATEGY_TITLES[name]}")
            box.setChecked(True)
        self.ui.planeSelector.addItem(_("across the largest spacing"), "auto")
        for plane in PLANES:
            self.ui.planeSelector.addItem(plane, plane)
        self.ui.progressBar.setVisible(False)
        self.fillModels()

    def fillModels(self) -> None:
        """List the models, those that are installed first; the choice stays if it can."""
        if self._tick is not None:
            return
        chosen = self.ui.modelSelector.currentData
        specs = sorted(registry().values(), key=lambda spec: spec.path is None)
        self.ui.modelSelector.blockSignals(True)
        self.ui.modelSelector.clear()
        for spec in specs:
            text = spec.name if spec.path is not None else _("{name} (not installed)").format(name=spec.name)
            self.ui.modelSelector.addItem(text, spec.name)
        self.ui.modelSelector.setCurrentIndex(max(0, self.ui.modelSelector.findData(chosen)))
        self.ui.modelSelector.blockSignals(False)
        self.onModelChanged()

    def onModelChanged(self, _index: int = 0) -> None:
        """Say what is to be known about the chosen model, and offer the strategies that suit it."""
        spec = registry().get(self.ui.modelSelector.currentData)
        card = spec.summary if spec is not None else ""
        self.ui.modelCardLabel.setText(card)
        self.ui.modelCardLabel.setVisible(bool(card))
        self._suiting = STRATEGIES if spec is None else suiting_strategies(spec)
        for name, box in self._strategyBoxes.items():
            box.setEnabled(name in self._suiting)
        self.updateButtons()

    def options(self) -> BenchmarkOptions:
        """The choices of the panel.

        Raises:
            InputError: they do not go together.
        """
        return BenchmarkOptions(
            strategies=self._chosenStrategies(),
            plane=self.ui.planeSelector.currentData,
            stride=self.ui.strideSpinBox.value,
            max_slices=self.ui.maxSlicesSpinBox.value,
            points_per_side=self.ui.gridSpinBox.value,
        )

    def _chosenStrategies(self) -> tuple[str, ...]:
        """Those that are checked and suit the model; the choice among the others waits for another model."""
        return tuple(name for name in self._suiting if self._strategyBoxes[name].isChecked())

    def updateButtons(self, _changed: Any = None) -> None:
        """Run needs a volume, a segmentation and a strategy; Cancel needs a run."""
        running = self._tick is not None
        selectors = (self.ui.volumeSelector, self.ui.segmentationSelector)
        chosen = all(selector.currentNode() is not None for selector in selectors)
        ready = chosen and bool(self._chosenStrategies())
        self.ui.runButton.setEnabled(ready and not running)
        self.ui.cancelButton.setEnabled(running and not self._logic.job.should_stop())
        for name in ("inputsButton", "optionsButton"):
            getattr(self.ui, name).setEnabled(not running)
        missing = _("Choose a volume and a segmentation.") if not chosen else _("Choose at least one strategy.")
        self.ui.runButton.setToolTip(_("Evaluate the chosen strategies.") if ready else missing)

    # Running

    def onRunClicked(self) -> None:
        """Read the nodes and begin."""
        self._showMessage("")
        try:
            options = self.options()
            volume, segmentation = self.ui.volumeSelector.currentNode(), self.ui.segmentationSelector.currentNode()
            job = self._logic.start(volume, segmentation, options, self.ui.modelSelector.currentData)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self._showError(error)
            return
        self.ui.progressBar.setMaximum(0)
        self.ui.progressBar.setVisible(True)
        self._showMessage(_("Starting ..."))
        self._tick = JobTick(job, self.onProgress, self.onDone, self._parent)
        self.updateButtons()

    def onCancelClicked(self) -> None:
        """Stop after the slice at hand; what is finished is kept."""
        if self._tick is not None:
            self._logic.job.stop()
            self._showMessage(_("Stopping after this slice ..."))
            self.updateButtons()

    def onProgress(self, event: ProgressEvent) -> None:
        """Show where the work is."""
        self.ui.progressBar.setMaximum(event.total or 0)
        self.ui.progressBar.setValue(event.done)
        if not self._logic.job.should_stop():
            self._showMessage(progress_text(event))

    def onDone(self, _job: Job) -> None:
        """Write and show the tables, or say what went wrong."""
        self._tick = None
        self.ui.progressBar.setVisible(False)
        try:
            tables, outcome, work = self._logic.finish()
            self._showMessage(_summary(outcome, work))
            self.showTables(tables)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self._showError(error)
        self.updateButtons()

    # Results

    def showTables(self, nodes: list[Any]) -> None:
        """Offer table nodes in the list of results, and show the Dice table first."""
        if not nodes:
            return
        self._tableIds = [node.GetID() for node in nodes]
        self.ui.resultSelector.clear()
        for node in nodes:
            self.ui.resultSelector.addItem(table_title(node.GetDescription() or node.GetName()), node.GetID())
        first = next((n for n, node in enumerate(nodes) if node.GetName() == "dice_predicted_iou"), 0)
        self.ui.resultSelector.setCurrentIndex(first)
        self.ui.resultsButton.collapsed = False
        self.onResultChanged()

    def forgetTables(self) -> None:
        """The scene was closed: its tables are gone."""
        self._tableIds = []
        self.ui.resultSelector.clear()
        self.onResultChanged()
        self.updateButtons()

    def onResultChanged(self, _index: int = 0) -> None:
        """Show the chosen table."""
        node_id = self.ui.resultSelector.currentData
        node = slicer.mrmlScene.GetNodeByID(node_id) if node_id else None
        self.ui.tableView.setMRMLTableNode(node)
        self.ui.tableView.resizeColumnsToContents()
        self.ui.resultSelector.setEnabled(bool(self._tableIds))
        self.ui.resultSelector.setToolTip(node.GetDescription() if node is not None else "")

    # Messages

    def _showMessage(self, text: str) -> None:
        self.ui.statusLabel.setText(text)
        self.ui.errorLabel.setText("")
        self.ui.errorLabel.setVisible(False)
        self.ui.statusLabel.setVisible(bool(text))

    def _showError(self, error: BaseException) -> None:
        if isinstance(error, SAMError):
            logger.info("Shown to the user: %s", error)
        else:
            logger.error("The evaluation failed.", exc_info=error)
        self._showMessage("")
        self.ui.errorLabel.setTextFormat(qt.Qt.PlainText)  # names of nodes may hold what looks like markup
        self.ui.errorLabel.setText(error_text(error))
        self.ui.errorLabel.setVisible(True)


def _summary(outcome: Any, work: Any) -> str:
    """One or two sentences on what was done."""
    if outcome.stopped:
        text = _("Stopped. {slices} slices were finished and are in the tables.").format(slices=outcome.slices)
    else:
        text = _("Done: {slices} slices, {rows} results.").format(slices=outcome.slices, rows=len(outcome.rows))
    if work.resampled:
        text += " " + _("The segmentation lay on another lattice and was resampled (nearest neighbour).")
    return text

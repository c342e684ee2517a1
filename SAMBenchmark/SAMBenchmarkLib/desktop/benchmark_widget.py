"""The panel of the module SAM Benchmark: choices in, progress, tables and plots out. What it does is elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.desktop.inputs_section import InputsSection
from SAMBenchmarkLib.desktop.options_section import OptionsSection
from SAMBenchmarkLib.desktop.results_section import ResultsSection
from SAMBenchmarkLib.desktop.texts import error_text, estimate_text, progress_text, summary_text
from SAMBenchmarkLib.scene.choices_node import (
    choices_node,
    read_pairs,
    read_parameters,
    write_pairs,
    write_parameters,
)
from SAMBenchmarkLib.session.panel_choices import PanelChoices
from SAMBenchmarkLib.session.time_estimate import NOT_COUNTED
from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.desktop.dialogs import Dialogs
from SAMSegmenterLib.desktop.tick import JobTick

logger = logging.getLogger(__name__)

_FOLDED = ("protocols", "baselines", "window", "structures", "correction_effort")
"""Choices in the part of the panel that is folded at first."""


class BenchmarkPanel:
    """Connects the widgets of SAMBenchmark.ui with the logic.

    Args:
        ui: widgets by name, as `slicer.util.childWidgetVariables` gives them.
        logic: has `evaluation`, `start(inputs, choices)`, `estimate(inputs, choices)` and `finish()`.
        parent: widget that owns timers; the module's own.
        dialogs: asks for folders.
    """

    def __init__(self, ui: Any, logic: Any, parent: Any, dialogs: Any = None) -> None:
        self.ui, self._logic, self._parent = ui, logic, parent
        self._dialogs = dialogs if dialogs is not None else Dialogs(parent)
        self._tick: JobTick | None = None
        self._job: Any = None
        self._pausable = False
        self._restoring = False
        self.inputs = InputsSection(ui, self._dialogs, self.onChoicesChanged)
        self.options_section = OptionsSection(ui, self._dialogs, self.onChoicesChanged)
        self.results = ResultsSection(ui, logic.evaluation, self.showError, self.onExportClicked)
        self._connections = [
            (ui.runButton, "clicked()", self.onRunClicked),
            (ui.pauseButton, "clicked()", self.onPauseClicked),
            (ui.cancelButton, "clicked()", self.onCancelClicked),
            (ui.estimateButton, "clicked()", self.onEstimateClicked),
        ]
        for widget, signal, slot in self._connections:
            widget.connect(signal, slot)
        ui.progressBar.setVisible(False)
        ui.estimateLabel.setText("")
        self.showMessage("")
        self.restoreChoices()

    def cleanup(self) -> None:
        """Let go of everything; what is under way is asked to stop."""
        if self._tick is not None:
            self._tick.stop()
            self._tick = None
            self._job.stop()
        for widget, signal, slot in self._connections:
            widget.disconnect(signal, slot)
        self._connections = []
        for section in (self.inputs, self.options_section, self.results):
            section.cleanup()
        self._logic.evaluation.close()

    # Choices

    def refresh(self) -> None:
        """The scene or the installed models may have changed."""
        if self._tick is None:
            self.inputs.refresh()
            self.options_section.refresh_models()
            self.updateButtons()

    def choices(self) -> PanelChoices:
        """Everything that is chosen beside the nodes."""
        return self._withInputs(self.options_section.choices())

    def options(self) -> BenchmarkOptions:
        """The choices as options of the run.

        Raises:
            InputError: they do not go together.
        """
        return self.choices().options()

    def _withInputs(self, choices: PanelChoices) -> PanelChoices:
        folder = self.ui.folderEdit.text.strip()
        return replace(choices, source=self.inputs.source, folder=folder, modality=self.inputs.modality)

    def onChoicesChanged(self) -> None:
        """Keep the choices with the scene."""
        if self._restoring:
            return
        node = choices_node(slicer.mrmlScene)
        write_parameters(node, self._withInputs(self.options_section.kept_choices()).to_parameters())
        write_pairs(node, self.inputs.hand_made_pairs())
        self.ui.estimateLabel.setText("")
        self.updateButtons()

    def restoreChoices(self) -> None:
        """Choose what the scene keeps; without such the usual."""
        self._restoring = True
        node = choices_node(slicer.mrmlScene)
        choices = PanelChoices.from_parameters(read_parameters(node))
        self.options_section.restore(choices)
        unusual = any(getattr(choices, name) != getattr(PanelChoices(), name) for name in _FOLDED)
        self.ui.moreButton.collapsed = self.ui.moreButton.collapsed and not unusual  # what is chosen can be seen
        self.inputs.restore(choices.source, choices.folder, choices.modality, read_pairs(node))
        self._restoring = False
        self.updateButtons()

    def updateButtons(self, _changed: Any = None) -> None:
        """Run needs cases, models and something to evaluate; Pause and Cancel need a run."""
        running = self._tick is not None
        missing = self.inputs.missing() or self.options_section.missing()
        stopping = running and self._job.should_stop()
        self.ui.runButton.setEnabled(not missing and not running)
        self.ui.estimateButton.setEnabled(not missing and not running)
        self.ui.cancelButton.setEnabled(running and not stopping)
        self.ui.pauseButton.setEnabled(running and self._pausable and not stopping)
        paused = running and self._pausable and self._job.is_paused
        self.ui.pauseButton.setText(_("Resume") if paused else _("Pause"))
        for name in ("inputsButton", "optionsButton", "moreButton"):
            getattr(self.ui, name).setEnabled(not running)
        self.ui.runButton.setToolTip(missing or _("Evaluate the chosen cases."))
        self.results.set_busy(running)

    # Running

    def onRunClicked(self) -> None:
        """Read the nodes and begin."""
        self._begin(lambda: self._logic.start(self.inputs.inputs(), self.choices()), self.onRunDone, pausable=True)

    def onEstimateClicked(self) -> None:
        """Try one slice."""
        self.ui.estimateLabel.setText("")
        self._begin(lambda: self._logic.estimate(self.inputs.inputs(), self.choices()), self.onEstimateDone)

    def onExportClicked(self) -> None:
        """Ask for a folder and write into it."""
        chosen = self._dialogs.choose_folder(_("Export results into a new or empty folder"), "")
        if chosen:
            target = Path(chosen)
            self._begin(lambda: self._logic.evaluation.export(target), lambda job: self.onExportDone(job, target))

    def onPauseClicked(self) -> None:
        """Rest after the slice at hand, or go on."""
        if self._tick is None or not self._pausable:
            return
        if self._job.is_paused:
            self._job.resume()
            self.showMessage(_("Going on ..."))
        else:
            self._job.pause()
            self.showMessage(_("Paused after this slice."))
        self.updateButtons()

    def onCancelClicked(self) -> None:
        """Stop after the slice at hand; what is finished is kept."""
        if self._tick is not None:
            self._job.stop()
            self.showMessage(_("Stopping after this slice ..."))
            self.updateButtons()

    def _begin(self, start: Callable[[], Any], on_done: Callable[[Any], None], pausable: bool = False) -> None:
        """Start a job and follow it."""
        if self._tick is not None:
            return
        self.showMessage("")
        try:
            job = start()
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self.showError(error)
            self.updateButtons()
            return
        self.ui.progressBar.setMaximum(0)
        self.ui.progressBar.setVisible(True)
        self.showMessage(_("Starting ..."))
        self._job, self._pausable = job, pausable
        self._tick = JobTick(job, self.onProgress, lambda done: self._end(done, on_done), self._parent)
        self.updateButtons()

    def _end(self, job: Any, on_done: Callable[[Any], None]) -> None:
        self._tick = self._job = None  # what follows may let the user do something
        self.ui.progressBar.setVisible(False)
        try:
            on_done(job)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self.showError(error)
        self.refresh()

    def onProgress(self, event: ProgressEvent) -> None:
        """Show where the work is."""
        self.ui.progressBar.setMaximum(event.total or 0)
        self.ui.progressBar.setValue(event.done)
        if not self._job.should_stop() and not (self._pausable and self._job.is_paused):
            self.showMessage(progress_text(event))

    def onRunDone(self, _job: Any) -> None:
        """Write and show tables and charts, or say what went wrong."""
        finished = self._logic.finish()
        self.showMessage(summary_text(finished))
        if finished.published:
            self.results.show(finished.published)

    def onEstimateDone(self, job: Any) -> None:
        """Say how long it will take."""
        self.ui.estimateLabel.setText(estimate_text(job.result()))
        self.ui.estimateLabel.setToolTip(_(NOT_COUNTED))
        self.showMessage("")

    def onExportDone(self, job: Any, target: Path) -> None:
        """Write the scenes, too, and say where everything is."""
        _paths, notices = job.result()
        if job.should_stop():
            self.showMessage(_("Stopped. What was written until then is in {folder}.").format(folder=target))
            return
        if self.ui.exportSceneCheckBox.isChecked():
            self.showMessage(_("Writing scenes ..."))
            slicer.app.processEvents()
            self._logic.evaluation.export_scenes(target)
        self.showMessage("\n".join([_("Exported to {folder}.").format(folder=target), *notices]))

    # The scene

    def sceneClosing(self) -> None:
        """The nodes go; what is under way on them stops."""
        self._logic.evaluation.scene_closing()
        self.results.forget()
        self.inputs.forget()

    def sceneClosed(self) -> None:
        """The scene is empty now."""
        self.restoreChoices()

    # Messages

    def showMessage(self, text: str) -> None:
        """Say something in place of what was said before."""
        self.ui.statusLabel.setTextFormat(qt.Qt.PlainText)
        self.ui.statusLabel.setText(text)
        self.ui.errorLabel.setText("")
        self.ui.errorLabel.setVisible(False)
        self.ui.statusLabel.setVisible(bool(text))

    def showError(self, error: BaseException) -> None:
        """Say what went wrong and what to do about it."""
        if isinstance(error, SAMError):
            logger.info("Shown to the user: %s", error)
        else:
            logger.error("The evaluation failed.", exc_info=error)
        self.showMessage("")
        self.ui.errorLabel.setTextFormat(qt.Qt.PlainText)  # names of nodes may hold what looks like markup
        self.ui.errorLabel.setText(error_text(error))
        self.ui.errorLabel.setVisible(True)

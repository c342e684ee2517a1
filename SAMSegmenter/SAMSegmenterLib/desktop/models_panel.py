"""The section "Models": which there are, which are here, and how they come and go."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import Cancelled, SAMError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.desktop.model_manager import ModelManager, can_download, can_remove
from SAMSegmenterLib.desktop.model_texts import card_text, imported_text, licence_text, model_line
from SAMSegmenterLib.desktop.texts import bytes_progress_text, error_text, on_the_page, size_text
from SAMSegmenterLib.desktop.tick import JobTick
from SAMSegmenterLib.session.worker import Job

logger = logging.getLogger(__name__)

_WEIGHTS = "*.pth *.pt *.safetensors"


class ModelsPanel:
    """Connects the widgets of the section with `ModelManager`.

    Args:
        ui: widgets by name.
        manager: does the work.
        dialogs: asks, see `Dialogs`.
        parent: widget that owns timers.
        on_changed: called when a model came or went.
    """

    def __init__(
        self, ui: Any, manager: ModelManager, dialogs: Any, parent: Any, on_changed: Callable[[], None] = lambda: None
    ) -> None:
        self.ui, self._manager, self._dialogs, self._parent = ui, manager, dialogs, parent
        self._on_changed = on_changed
        self._specs: dict[str, ModelSpec] = {}
        self._job: Job | None = None
        self._tick: JobTick | None = None
        self._done_text: Callable[[Any], str] = str
        self._connections = [
            (ui.modelsTable, "itemSelectionChanged()", self._showChosen),
            (ui.downloadButton, "clicked()", self.onDownloadClicked),
            (ui.importButton, "clicked()", self.onImportClicked),
            (ui.verifyButton, "clicked()", self.onVerifyClicked),
            (ui.removeButton, "clicked()", self.onRemoveClicked),
            (ui.cardButton, "clicked()", self.onCardClicked),
            (ui.modelsCancelButton, "clicked()", self.onCancelClicked),
        ]
        for widget, signal, slot in self._connections:
            widget.connect(signal, slot)
        self._say("")
        self.refresh()

    def cleanup(self) -> None:
        """Let go of everything; work under way is asked to stop, a download can be continued later."""
        if self._tick is not None:
            self._tick.stop()
            self._tick = None
            self._job.stop()
        for widget, signal, slot in self._connections:
            widget.disconnect(signal, slot)
        self._connections = []

    def refresh(self) -> None:
        """List the models again; the chosen one stays chosen."""
        chosen = self.chosen()
        self._specs = {spec.name: spec for spec in self._manager.specs()}
        table = self.ui.modelsTable
        table.blockSignals(True)
        table.clear()
        for spec in self._specs.values():
            item = qt.QTreeWidgetItem(model_line(spec))
            item.setToolTip(0, spec.summary)
            table.addTopLevelItem(item)
            if chosen is not None and chosen.name == spec.name:
                table.setCurrentItem(item)
        if chosen is None and self._specs:
            table.setCurrentItem(table.topLevelItem(0))
        for column in range(4):
            table.resizeColumnToContents(column)
        table.blockSignals(False)
        self._showChosen()

    def chosen(self) -> ModelSpec | None:
        """The model of the chosen line."""
        item = self.ui.modelsTable.currentItem()
        return self._specs.get(item.text(0)) if item is not None else None

    def choose(self, name: str) -> None:
        """Choose a model's line."""
        for row, known in enumerate(self._specs):
            if known == name:
                self.ui.modelsTable.setCurrentItem(self.ui.modelsTable.topLevelItem(row))

    # What the buttons do

    def onDownloadClicked(self) -> None:
        """Show size, address and licence; download when they are accepted."""
        spec = self.chosen()
        if spec is None or not can_download(spec):
            return
        details = "\n\n".join(
            (
                _("{size} from {address}").format(size=size_text(spec.bytes), address=spec.url),
                _("Licence: {licence}").format(licence=licence_text(spec)),
                spec.summary,
            )
        )
        question = _("Download '{name}' and accept its licence?").format(name=spec.name)
        if not self._dialogs.confirm(_("Download a model"), question, details, _("Accept and download")):
            self._say(_("Nothing was downloaded."))
            return
        done = _("'{name}' is installed and verified.").format(name=spec.name)
        self._begin(lambda: self._manager.download(spec.name), lambda _path: done)

    def onImportClicked(self) -> None:
        """Ask for a file, check it, and copy it to the models."""
        pattern = _("Weights") + f" ({_WEIGHTS})"
        path = self._dialogs.choose_file(_("Import a model"), pattern)
        if path:
            self._begin(lambda: self._manager.import_file(path), imported_text)

    def onVerifyClicked(self) -> None:
        """Compare the file with its checksum."""
        spec = self.chosen()
        if spec is not None:
            done = _("'{name}' is as it should be.").format(name=spec.name)
            self._begin(lambda: self._manager.verify(spec.name), lambda _none: done)

    def onRemoveClicked(self) -> None:
        """Delete the file, after asking."""
        spec = self.chosen()
        if spec is None or not can_remove(spec):
            return
        question = _("Delete '{name}' from this computer?").format(name=spec.name)
        details = f"{spec.path} ({size_text(spec.bytes)})"
        if not self._dialogs.confirm(_("Remove a model"), question, details, _("Delete")):
            return
        try:
            self._manager.remove(spec.name)
        except SAMError as error:
            self._showError(error)
            return
        self._say(_("'{name}' was removed.").format(name=spec.name))
        self._changed()

    def onCardClicked(self) -> None:
        """Show all that is known of the model."""
        spec = self.chosen()
        if spec is not None:
            self._dialogs.show_text(spec.name, card_text(spec))

    def onCancelClicked(self) -> None:
        """Stop; a download can be continued later."""
        if self._job is not None:
            self._job.stop()
            self._say(_("Stopping ..."))
            self._updateButtons()

    # Work

    def _begin(self, start: Callable[[], Job], done_text: Callable[[Any], str]) -> None:
        if self._tick is not None:
            return
        try:
            self._job = start()
        except SAMError as error:
            self._showError(error)
            return
        self._done_text = done_text
        self.ui.modelsProgressBar.setMaximum(0)
        self._say(_("Starting ..."))
        self._tick = JobTick(self._job, self._onProgress, self._onDone, self._parent)
        self._updateButtons()

    def _onProgress(self, event: ProgressEvent) -> None:
        total = event.total or 0
        self.ui.modelsProgressBar.setMaximum(1000 if total else 0)  # bytes do not fit into the bar's whole numbers
        self.ui.modelsProgressBar.setValue(round(1000 * event.done / total) if total else 0)
        if not self._job.should_stop():
            self._say(bytes_progress_text(event))

    def _onDone(self, job: Job) -> None:
        self._tick = self._job = None
        try:
            self._say(self._done_text(job.result()))
        except Cancelled:
            self._say(_("Stopped. What was downloaded is kept: Download goes on from there."))
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must read about it here
            self._showError(error)
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self._on_changed()

    # What is shown

    def _showChosen(self) -> None:
        spec = self.chosen()
        self.ui.modelLabel.setText(spec.summary if spec is not None else "")
        self._updateButtons()

    def _updateButtons(self) -> None:
        spec, idle = self.chosen(), self._tick is None
        self.ui.downloadButton.setEnabled(idle and spec is not None and can_download(spec))
        self.ui.importButton.setEnabled(idle)
        self.ui.verifyButton.setEnabled(idle and spec is not None and spec.path is not None)
        self.ui.removeButton.setEnabled(idle and spec is not None and can_remove(spec))
        self.ui.cardButton.setEnabled(spec is not None)
        self.ui.modelsProgressBar.setVisible(not idle)
        self.ui.modelsCancelButton.setVisible(not idle)
        self.ui.modelsCancelButton.setEnabled(self._job is not None and not self._job.should_stop())

    def _say(self, text: str) -> None:
        self.ui.modelsMessageLabel.setText(text)
        self.ui.modelsMessageLabel.setVisible(bool(text))

    def _showError(self, error: BaseException) -> None:
        if isinstance(error, SAMError):
            logger.info("Shown to the user: %s", error)
        else:
            logger.error("Work on the models failed.", exc_info=error)
        self._say(on_the_page(error_text(error)))

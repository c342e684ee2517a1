"""The section "Settings": what the effect begins with, and how much it may keep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.desktop.cache_section import CacheSection
from SAMSegmenterLib.desktop.settings_store import read_preferences, write_preferences
from SAMSegmenterLib.desktop.texts import error_text
from SAMSegmenterLib.models.folders import make_private
from SAMSegmenterLib.session.preferences import DEVICES, Preferences
from SAMSegmenterLib.session.worker import Worker

logger = logging.getLogger(__name__)


class SettingsPanel:
    """Connects the widgets of the section with the application's settings; every change is kept at once.

    Args:
        ui: widgets by name.
        specs: gives the models.
        dialogs: asks, see `Dialogs`.
        parent: widget that owns timers.
        on_changed: called with the new preferences.
        worker: for kept slices; the shared one when None.
    """

    def __init__(
        self,
        ui: Any,
        specs: Callable[[], list[ModelSpec]],
        dialogs: Any,
        parent: Any,
        on_changed: Callable[[Preferences], None] = lambda preferences: None,
        worker: Worker | None = None,
    ) -> None:
        self.ui, self._specs, self._dialogs, self._on_changed = ui, specs, dialogs, on_changed
        self.cache = CacheSection(ui, dialogs, self._say, parent, worker)
        for device in DEVICES:
            ui.deviceSelector.addItem(device_name(device), device)
        self._connections = [
            (ui.defaultModelSelector, "currentIndexChanged(int)", self.onChanged),
            (ui.deviceSelector, "currentIndexChanged(int)", self.onChanged),
            (ui.threadsSpinBox, "valueChanged(int)", self.onChanged),
            (ui.memorySpinBox, "valueChanged(int)", self.onChanged),
            (ui.diskCheckBox, "toggled(bool)", self.onChanged),
            (ui.diskSpinBox, "valueChanged(int)", self.onChanged),
            (ui.folderEdit, "editingFinished()", self.onFolderEdited),
            (ui.folderButton, "clicked()", self.onFolderClicked),
        ]
        self.refresh()
        for widget, signal, slot in self._connections:
            widget.connect(signal, slot)

    def cleanup(self) -> None:
        """Let go of everything."""
        for widget, signal, slot in self._connections:
            widget.disconnect(signal, slot)
        self._connections = []
        self.cache.cleanup()

    def refresh(self) -> None:
        """Show what is chosen, and how much is kept on disk."""
        preferences = read_preferences()
        blocked = [widget for widget, _signal, _slot in self._connections]
        for widget in blocked:
            widget.blockSignals(True)
        self._fillModels(preferences.model)
        self.ui.deviceSelector.setCurrentIndex(self.ui.deviceSelector.findData(preferences.device))
        self.ui.threadsSpinBox.setValue(preferences.threads)
        self.ui.memorySpinBox.setValue(preferences.memory_megabytes)
        self.ui.diskCheckBox.setChecked(preferences.keep_on_disk)
        self.ui.diskSpinBox.setValue(preferences.disk_megabytes)
        self.ui.folderEdit.setText(str(preferences.folder()))
        for widget in blocked:
            widget.blockSignals(False)
        self.ui.diskSpinBox.setEnabled(preferences.keep_on_disk)
        self._say("")
        self.cache.show(preferences.folder())

    def onChanged(self, _value: Any = None) -> None:
        """Keep what is chosen."""
        self._keep(
            replace(
                read_preferences(),
                model=self.ui.defaultModelSelector.currentData or read_preferences().model,
                device=self.ui.deviceSelector.currentData,
                threads=self.ui.threadsSpinBox.value,
                memory_megabytes=self.ui.memorySpinBox.value,
                keep_on_disk=self.ui.diskCheckBox.isChecked(),
                disk_megabytes=self.ui.diskSpinBox.value,
            )
        )

    def onFolderClicked(self) -> None:
        """Choose another folder for kept slices."""
        chosen = self._dialogs.choose_folder(_("Folder for prepared slices"), self.ui.folderEdit.text)
        if chosen:
            self._useFolder(chosen)

    def onFolderEdited(self) -> None:
        """Take the folder that was typed; an empty line is the usual one."""
        text = self.ui.folderEdit.text.strip()
        if text != str(read_preferences().folder()):
            self._useFolder(text)

    def _useFolder(self, text: str) -> None:
        """A folder that can be made; otherwise the old one stays."""
        try:
            preferences = replace(read_preferences(), cache_folder=text)
            if text:
                make_private(Path(text).expanduser())
        except SAMError as error:
            self.refresh()
            self._say(error_text(error))
            return
        self._keep(preferences)
        self.refresh()

    def _keep(self, preferences: Preferences) -> None:
        write_preferences(preferences)
        self._say("")
        self.ui.diskSpinBox.setEnabled(preferences.keep_on_disk)
        self._on_changed(preferences)

    def _fillModels(self, chosen: str) -> None:
        """Those that are here; the chosen one stays in the list when it is not."""
        selector = self.ui.defaultModelSelector
        selector.clear()
        for spec in self._specs():
            if spec.path is not None:
                selector.addItem(spec.name, spec.name)
        if selector.findData(chosen) < 0:
            selector.addItem(_("{name} (not installed)").format(name=chosen), chosen)
        selector.setCurrentIndex(selector.findData(chosen))

    def _say(self, text: str) -> None:
        self.ui.settingsMessageLabel.setText(text)
        self.ui.settingsMessageLabel.setVisible(bool(text))


def device_name(device: str) -> str:
    """A device in words."""
    names = {
        "auto": _("automatic"),
        "cpu": _("processor (CPU)"),
        "cuda": _("NVIDIA GPU (CUDA)"),
        "mps": _("Apple GPU (MPS)"),
    }
    return names.get(device, device)

"""The page of the module SAM Segmenter, put together from its sections."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.desktop.dialogs import Dialogs
from SAMSegmenterLib.desktop.installation import Installation
from SAMSegmenterLib.desktop.installation_panel import InstallationPanel
from SAMSegmenterLib.desktop.model_manager import ModelManager
from SAMSegmenterLib.desktop.models_panel import ModelsPanel
from SAMSegmenterLib.desktop.open_editor import open_segment_editor
from SAMSegmenterLib.desktop.sample_data import load_sample
from SAMSegmenterLib.desktop.settings_panel import SettingsPanel
from SAMSegmenterLib.desktop.shared_service import use_preferences
from SAMSegmenterLib.desktop.slicer_installer import SlicerInstaller
from SAMSegmenterLib.desktop.start_panel import StartPanel


class ModulePage:
    """All sections of the page.

    Args:
        ui: widgets of SAMSegmenter.ui by name.
        parent: widget that owns timers and message boxes; the module's own.
        manager, installation, dialogs: do what the sections offer; Slicer's own when None.
    """

    def __init__(
        self,
        ui: Any,
        parent: Any,
        manager: ModelManager | None = None,
        installation: Installation | None = None,
        dialogs: Any = None,
    ) -> None:
        manager = manager if manager is not None else ModelManager()
        installation = installation if installation is not None else Installation(SlicerInstaller())
        dialogs = dialogs if dialogs is not None else Dialogs(parent)
        self.start = StartPanel(ui, open_segment_editor, load_sample)
        self.installation = InstallationPanel(ui, installation, dialogs, parent)
        self.settings = SettingsPanel(ui, manager.specs, dialogs, parent, use_preferences)
        self.models = ModelsPanel(ui, manager, dialogs, parent, self.settings.refresh)
        ui.installationSection.collapsed = not installation.plan().is_needed

    def refresh(self) -> None:
        """The user came back: packages, models and caches may have changed meanwhile."""
        self.installation.refresh()
        self.models.refresh()
        self.settings.refresh()

    def cleanup(self) -> None:
        """Let go of everything."""
        for section in (self.start, self.installation, self.models, self.settings):
            section.cleanup()

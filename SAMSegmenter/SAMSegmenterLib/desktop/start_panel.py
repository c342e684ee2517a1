"""The section "Segment": the way into the Segment Editor, and something to try it on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.desktop.texts import error_text

logger = logging.getLogger(__name__)


class StartPanel:
    """Connects the buttons of the section.

    Args:
        ui: widgets by name.
        open_editor: goes to the Segment Editor with the effect.
        load_sample: puts the sample into the scene.
    """

    def __init__(self, ui: Any, open_editor: Callable[[], None], load_sample: Callable[[], Any]) -> None:
        self.ui, self._open_editor, self._load_sample = ui, open_editor, load_sample
        self._connections = [
            (ui.openEditorButton, self.onOpenClicked),
            (ui.sampleButton, self.onSampleClicked),
        ]
        for button, slot in self._connections:
            button.connect("clicked()", slot)
        self._say("")

    def cleanup(self) -> None:
        """Let go of everything."""
        for button, slot in self._connections:
            button.disconnect("clicked()", slot)
        self._connections = []

    def onOpenClicked(self) -> None:
        """Go to the Segment Editor, or say what is in the way."""
        self._try(self._open_editor, "")

    def onSampleClicked(self) -> None:
        """Put the sample into the scene."""
        self._try(
            self._load_sample, _("Loaded: a synthetic CT of an abdomen. Open the Segment Editor and click an organ.")
        )

    def _try(self, action: Callable[[], Any], done: str) -> None:
        try:
            action()
        except Exception as error:  # whatever it is, the user must read about it here
            if isinstance(error, SAMError):
                logger.info("Shown to the user: %s", error)
            else:
                logger.error("The page's request failed.", exc_info=error)
            self._say(error_text(error))
            return
        self._say(done)

    def _say(self, text: str) -> None:
        self.ui.startMessageLabel.setText(text)
        self.ui.startMessageLabel.setVisible(bool(text))

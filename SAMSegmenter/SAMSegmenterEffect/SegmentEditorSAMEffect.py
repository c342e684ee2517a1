"""The Segment Editor effect "SAM". Slicer loads this file by its path and makes a copy of the effect for each editor.

What it does is in `SAMSegmenterLib.desktop`, which is imported when the effect is first used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import slicer
from SegmentEditorEffects import AbstractScriptedSegmentEditorEffect
from slicer.i18n import tr as _

_ICON = Path(__file__).resolve().parents[1] / "Resources" / "Icons" / "SAMSegmenter.png"


class SegmentEditorSAMEffect(AbstractScriptedSegmentEditorEffect):
    """Passes Slicer's calls on to an `EffectController`."""

    def __init__(self, scriptedEffect: Any) -> None:
        scriptedEffect.name = "SAM"  # not translated: parameters in scenes begin with it
        scriptedEffect.title = _("SAM")
        scriptedEffect.perSegment = True
        scriptedEffect.requireSegments = True
        AbstractScriptedSegmentEditorEffect.__init__(self, scriptedEffect)
        self.controller: Any = None

    def clone(self) -> Any:
        clonedEffect = slicer.qSlicerSegmentEditorScriptedEffect(None)
        clonedEffect.setPythonSource(__file__.replace("\\", "/"))
        return clonedEffect

    def icon(self) -> Any:
        return qt.QIcon(str(_ICON)) if _ICON.exists() else qt.QIcon()

    def helpText(self) -> str:
        from SAMSegmenterLib.desktop.panel_texts import help_text

        return help_text()

    def createCursor(self, widget: Any) -> Any:
        return qt.QCursor(qt.Qt.CrossCursor)

    def setMRMLDefaults(self) -> None:
        from SAMSegmenterLib.desktop.effect_options import set_defaults

        set_defaults(self.scriptedEffect)

    def setupOptionsFrame(self) -> None:
        from SAMSegmenterLib.desktop.effect_controller import EffectController

        self.controller = EffectController(self.scriptedEffect)
        self.scriptedEffect.addOptionsWidget(self.controller.panel.widget)

    def activate(self) -> None:
        self.controller.activate()

    def deactivate(self) -> None:
        self.controller.deactivate()

    def cleanup(self) -> None:
        if self.controller is not None:
            self.controller.clean_up()
            self.controller = None

    def processInteractionEvents(self, callerInteractor: Any, eventId: int, viewWidget: Any) -> bool:
        return self.controller.handle(callerInteractor, eventId, viewWidget)

    def processViewNodeEvents(self, callerViewNode: Any, eventId: int, viewWidget: Any) -> None:
        self.controller.view_changed(viewWidget)

    def layoutChanged(self) -> None:
        if self.controller is not None:
            self.controller.layout_changed()

    def interactionNodeModified(self, interactionNode: Any) -> None:
        """Stay active while regions of interest and points are placed."""

    def updateGUIFromMRML(self) -> None:
        self.controller.update_from_node()

    def updateMRMLFromGUI(self) -> None:
        """The panel writes each choice when it is made."""

    def onApply(self) -> int:
        """For scripts: run the prompts in the parameter "PromptFile" (see `SAMSegmenterLib.desktop.prompt_parameter`),
        or accept the preview where there are none; returns how many voxels changed."""
        return self.controller.apply()

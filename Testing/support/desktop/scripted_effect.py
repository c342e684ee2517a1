"""Stands for `qSlicerSegmentEditorScriptedEffect`: the C++ half of an effect written in Python."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtGui

from support.desktop import python_source
from support.desktop.abstract_effect import qSlicerSegmentEditorAbstractEffect
from support.desktop.complaints import log
from support.desktop.scripted_hooks import ScriptedHooks

HOOKS = (
    *("icon", "helpText", "clone", "activate", "deactivate", "setupOptionsFrame", "createCursor"),
    *("processInteractionEvents", "processViewNodeEvents", "setMRMLDefaults", "referenceGeometryChanged"),
    *("sourceVolumeNodeChanged", "masterVolumeNodeChanged", "layoutChanged", "interactionNodeModified"),
    *("updateGUIFromMRML", "updateMRMLFromGUI", "cleanup"),
)


class qSlicerSegmentEditorScriptedEffect(qSlicerSegmentEditorAbstractEffect):  # noqa: N801
    """Calls the hooks of the Python half, which are those of this class only (other adaptors have others)."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._name = "UnnamedScriptedEffect"
        self._hooks = ScriptedHooks(HOOKS)
        self._source = ""

    def setPythonSource(self, source: str) -> bool:
        name, cls = python_source.class_of(source)
        if cls is None or not self._hooks.instantiate(cls, self):
            return False
        self._source = source
        setattr(slicer, name, self._hooks.instance)
        return True

    def pythonSource(self) -> str:
        return self._source

    def self(self) -> Any:
        return self._hooks.instance

    def helpText(self) -> str:
        done, text = self._hooks.call("helpText")
        if done and not isinstance(text, str):
            self._warn("helpText", "a string")
        return text if isinstance(text, str) else ""

    def activate(self) -> None:
        super().activate()
        self._hooks.call("activate")

    def deactivate(self) -> None:
        super().deactivate()
        self._hooks.call("deactivate")

    def updateGUIFromMRML(self) -> None:
        if self._active:
            self._hooks.call("updateGUIFromMRML")

    def updateMRMLFromGUI(self) -> None:
        self._hooks.call("updateMRMLFromGUI")

    def cleanup(self) -> None:
        self._hooks.call("cleanup")

    def createCursor(self, viewWidget: Any) -> Any:
        done, cursor = self._hooks.call("createCursor", viewWidget)
        if not done:
            return super().createCursor(viewWidget)
        return cursor if isinstance(cursor, QtGui.QCursor) else QtGui.QCursor()

    def _icon(self) -> Any:
        icon = self._hooks.call("icon")[1]
        return icon if isinstance(icon, QtGui.QIcon) else QtGui.QIcon()

    def _clone(self) -> Any:
        done, copy = self._hooks.call("clone")
        if not done:
            log.add("critical", f"{self._source}: clone: Failed to call mandatory clone method!")
            return None
        if not isinstance(copy, qSlicerSegmentEditorAbstractEffect):
            log.add("critical", f"{self._source}: clone: Invalid cloned effect object returned from python!")
            return None
        return copy

    def _process_interaction_events(self, interactor: Any, event: int, viewWidget: Any) -> bool:
        """Whether other observers shall not get the event; only a real bool counts."""
        done, result = self._hooks.call("processInteractionEvents", interactor, event, viewWidget)
        if done and not isinstance(result, bool):
            self._warn("processInteractionEvents", "a boolean")
        return result is True

    def _process_view_node_events(self, node: Any, event: int, viewWidget: Any) -> None:
        self._hooks.call("processViewNodeEvents", node, event, viewWidget)

    def _interaction_node_modified(self, node: Any) -> None:
        if not self._hooks.call("interactionNodeModified", node)[0]:
            super()._interaction_node_modified(node)

    def _tell(self, hook: str) -> None:
        """Call a hook that takes and returns nothing."""
        self._hooks.call(hook)

    def _destroy(self) -> None:
        """What the C++ destructor does, as far as Python notices."""
        self._hooks.forget()
        self._frame.setParent(None)
        self._frame.deleteLater()
        self._node = self._logic = self._select_effect = None

    def _warn(self, hook: str, kind: str) -> None:
        log.add("warning", f"{self._source} - function '{hook}' is expected to return {kind}")

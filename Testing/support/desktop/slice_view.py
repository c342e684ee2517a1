"""Stands for `qMRMLSliceView`: the drawing area of a slice view."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from support.desktop.key_symbols import key_symbol
from support.desktop.slice_rendering import SliceRendering


class qMRMLSliceView(QtWidgets.QWidget):  # noqa: N801 - its name in Slicer
    """Draws when it is told to; keys that reach it go on to VTK, as those of Slicer's widget do.

    Attributes for tests: `_scheduled`, how often drawing was asked for since the last drawing; `_cursor` and
    `_default_cursor`.
    """

    def __init__(self, logic: Any, application_logic: Any, size: tuple[int, int], parent: Any = None) -> None:
        super().__init__(parent)
        self.setFixedSize(*size)
        self.setFocusPolicy(QtCore.Qt.StrongFocus)
        self._logic = logic
        self._rendering = SliceRendering(logic, application_logic, size)
        self._scheduled = 0
        self._cursor = self._default_cursor = QtGui.QCursor()

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    def renderWindow(self) -> Any:
        return self._rendering.window

    def interactor(self) -> Any:
        return self._rendering.interactor

    def interactorStyle(self) -> Any:
        return self._rendering.interactor.GetInteractorStyle()

    def sliceViewInteractorStyle(self) -> Any:
        return self._rendering.style

    def displayableManagerByClassName(self, name: str) -> Any:
        return self._rendering.managers.GetDisplayableManagerByClassName(name)

    def getDisplayableManagers(self, collection: Any) -> None:
        managers = self._rendering.managers
        for number in range(managers.GetDisplayableManagerCount()):
            collection.AddItem(managers.GetNthDisplayableManager(number))

    def scheduleRender(self) -> None:
        self._scheduled += 1

    def forceRender(self) -> None:
        self._scheduled = 0
        self._rendering.draw()

    def setViewCursor(self, cursor: Any) -> None:
        self._cursor = cursor

    def unsetViewCursor(self) -> None:
        self._cursor = self._default_cursor

    def setDefaultViewCursor(self, cursor: Any) -> None:
        self._default_cursor = cursor

    def convertDeviceToXYZ(self, xy: Any) -> tuple[float, ...]:
        return (float(xy[0]), float(xy[1]), 0.0)

    def keyPressEvent(self, event: Any) -> None:
        self._send_key(event, "KeyPressEvent")
        self._rendering.interactor.InvokeEvent("CharEvent")

    def keyReleaseEvent(self, event: Any) -> None:
        self._send_key(event, "KeyReleaseEvent")

    def _send_key(self, event: Any, name: str) -> None:
        interactor, modifiers = self._rendering.interactor, event.modifiers()
        control, shift = (bool(modifiers & key) for key in (QtCore.Qt.ControlModifier, QtCore.Qt.ShiftModifier))
        character = event.text()[:1]
        symbol = key_symbol(event.key(), character)
        interactor.SetKeyEventInformation(control, shift, character or "\0", event.count(), symbol)
        interactor.SetAltKey(bool(modifiers & QtCore.Qt.AltModifier))
        interactor.InvokeEvent(name)

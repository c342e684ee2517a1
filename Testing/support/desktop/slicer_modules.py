"""Stand-ins of `slicer.app`, `slicer.i18n` and `slicer.ScriptedLoadableModule`."""

from __future__ import annotations

import inspect
import unittest
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from support.desktop.mrml_widgets import qMRMLWidget


class Application:
    """`slicer.app` in testing mode; without a main window until views are opened."""

    applicationName = "Slicer"
    majorVersion, minorVersion = 5, 12

    def __init__(self, application_logic: Any) -> None:
        self._application_logic = application_logic
        self._at_startup: list[Callable[[], None]] = []
        self._window: Any = None
        self._layout_manager: Any = None

    def testingEnabled(self) -> bool:
        return True

    def applicationLogic(self) -> Any:
        return self._application_logic

    def layoutManager(self) -> Any:
        """None without a main window."""
        return self._layout_manager

    def mainWindow(self) -> Any:
        return self._window

    def topLevelWidgets(self) -> tuple[Any, ...]:
        return tuple(QtWidgets.QApplication.topLevelWidgets())

    def commandOptions(self) -> Any:
        return SimpleNamespace(noMainWindow=self._window is None)

    def pauseRender(self) -> None:
        """Nothing: views are drawn when tests ask for it."""

    def resumeRender(self) -> None:
        """Nothing."""

    def processEvents(self) -> None:
        QtWidgets.QApplication.processEvents()

    def settings(self) -> QtCore.QSettings:
        return QtCore.QSettings()

    def connect(self, signature: str, function: Callable[[], None]) -> bool:
        """Only "startupCompleted()"; `emitStartupCompleted` sends it."""
        if signature != "startupCompleted()":
            raise ValueError(f"the application has no signal {signature}")
        self._at_startup.append(function)
        return True

    def emitStartupCompleted(self) -> None:
        for function in self._at_startup:
            function()

    def _open_window(self) -> None:
        """Slicer's main window with its slice views."""
        from support.desktop.layout_manager import MainWindow, qSlicerLayoutManager

        self._window = MainWindow()
        self._layout_manager = qSlicerLayoutManager(self._application_logic, self._window)
        self._window.show()
        self._window.activateWindow()
        self.processEvents()

    def _close_window(self) -> None:
        if self._window is not None:
            self._layout_manager._close()
            self._window.close()
            self._window.deleteLater()
            self._window = self._layout_manager = None


def tr(text: str) -> str:
    """Text as it is: there is no translation."""
    return text


def translate(_context: str, text: str) -> str:
    """Text as it is: there is no translation."""
    return text


class ScriptedLoadableModule:
    """A module's description."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent


class ScriptedLoadableModuleWidget:
    """A module's panel; without a parent it makes a window for itself, and its contents at once."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.parent = parent if parent is not None else _window()
        self.layout = self.parent.layout()
        if parent is None:
            self.setup()
            self.parent.show()

    def resourcePath(self, filename: str) -> str:
        return str(Path(inspect.getfile(type(self))).parent / "Resources" / filename)

    def setup(self) -> None:
        """Nothing: Slicer adds a developer's section here."""


class ScriptedLoadableModuleLogic:
    """A module's logic."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Logic")


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A module's own test."""

    def delayDisplay(self, message: str, requestedDelay: int | None = None, msec: int | None = None) -> None:
        QtWidgets.QApplication.processEvents()

    def runTest(self) -> None:
        """Slicer only warns here that there is no test."""


def _window() -> Any:
    window = qMRMLWidget()
    window.setLayout(QtWidgets.QVBoxLayout())
    window.setMRMLScene(slicer.mrmlScene)
    return window


def _module(name: str, *members: Any) -> ModuleType:
    module = ModuleType(f"slicer.{name}")
    module.__dict__.update({member.__name__: member for member in members})
    return module


MODULES = {
    "i18n": _module("i18n", tr, translate),
    "ScriptedLoadableModule": _module(
        "ScriptedLoadableModule",
        ScriptedLoadableModule,
        ScriptedLoadableModuleWidget,
        ScriptedLoadableModuleLogic,
        ScriptedLoadableModuleTest,
    ),
}

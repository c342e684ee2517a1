"""Stand-ins of `slicer.app`, `slicer.i18n` and `slicer.ScriptedLoadableModule`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtWidgets

from support.desktop.mrml_widgets import qMRMLWidget


class Application:
    """`slicer.app` of a Slicer without a main window, in testing mode."""

    def __init__(self, application_logic: Any) -> None:
        self._application_logic = application_logic
        self._at_startup: list[Callable[[], None]] = []

    def testingEnabled(self) -> bool:
        return True

    def applicationLogic(self) -> Any:
        return self._application_logic

    def layoutManager(self) -> None:
        return None

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
    """A module's panel."""

    def __init__(self, parent: Any = None) -> None:
        if parent is None:
            parent = qMRMLWidget()
            parent.setLayout(QtWidgets.QVBoxLayout())
        self.parent = parent
        self.layout = parent.layout()
        self.moduleName = type(self).__name__.removesuffix("Widget")

    def resourcePath(self, filename: str) -> str:
        return str(Path(inspect.getfile(type(self))).parent / "Resources" / filename)

    def setup(self) -> None:
        """Nothing: Slicer adds a developer's section here."""


class ScriptedLoadableModuleLogic:
    """A module's logic."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Logic")


class ScriptedLoadableModuleTest:
    """A module's own test."""

    def delayDisplay(self, message: str, msec: int = 0) -> None:
        QtWidgets.QApplication.processEvents()


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

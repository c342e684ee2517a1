"""The flat module `qt`."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

from support.desktop import pythonqt


def build() -> ModuleType:
    """`qt` with everything of QtCore, QtGui and QtWidgets, behaving as in PythonQt."""
    if QtWidgets.QApplication.instance() is None:
        build.application = QtWidgets.QApplication([])  # type: ignore[attr-defined] - must outlive every widget
    module = ModuleType("qt")
    for source in (QtCore, QtGui, QtWidgets, QtUiTools):
        names = (name for name in dir(source) if name.startswith("Q"))
        module.__dict__.update({name: getattr(source, name) for name in names})
    pythonqt.install()  # after every class was looked up: PySide6 makes them when they are first asked for
    module.__dict__["QUiLoader"] = UiLoader
    return module


class UiLoader(QtUiTools.QUiLoader):
    """Loads .ui files with the stand-ins of Slicer's widgets."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        from support.desktop import ctk_widgets, mrml_widgets

        for widget in (*ctk_widgets.WIDGETS.values(), *mrml_widgets.WIDGETS.values()):
            self.registerCustomWidget(widget)

    def load(self, device: Any, parent: Any = None) -> Any:
        with pythonqt.lenient():
            return super().load(device, parent)

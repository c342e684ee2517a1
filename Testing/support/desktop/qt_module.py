"""The flat module `qt`."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

from support.desktop import pythonqt


def build() -> ModuleType:
    """`qt` with everything of QtCore, QtGui and QtWidgets, behaving as in PythonQt."""
    if QtWidgets.QApplication.instance() is None:
        build.application = QtWidgets.QApplication([])  # type: ignore[attr-defined] - must outlive every widget
    _keep_settings_apart()
    module = ModuleType("qt")
    for source in (QtCore, QtGui, QtWidgets, QtUiTools):
        names = (name for name in dir(source) if name.startswith("Q"))
        module.__dict__.update({name: getattr(source, name) for name in names})
    pythonqt.install()  # after every class was looked up: PySide6 makes them when they are first asked for
    module.__dict__["QUiLoader"] = UiLoader
    return module


def _keep_settings_apart() -> None:
    """Settings go into a file of this process, in the format that Slicer uses, never into the user's own."""
    folder = tempfile.mkdtemp(prefix="desktop-stand-in-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    QtCore.QCoreApplication.setOrganizationName("slicer.org")
    QtCore.QCoreApplication.setApplicationName("Slicer")
    QtCore.QSettings.setDefaultFormat(QtCore.QSettings.IniFormat)
    QtCore.QSettings.setPath(QtCore.QSettings.IniFormat, QtCore.QSettings.UserScope, folder)


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

"""Stands for `slicer.app.layoutManager()` and Slicer's main window with slice views and no 3D view."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets
from vtkmodules.vtkCommonCore import vtkCollection

from support.desktop.slice_widget import qMRMLSliceWidget

VIEWS = {
    "Red": ("Axial", (320, 240)),
    "Green": ("Coronal", (300, 260)),
    "Yellow": ("Sagittal", (260, 240)),
    "Slice4": ("Axial", (280, 220)),
}
"""Orientation and size of each view; none is square, so that width and height are not confused."""

THREE_VIEWS = ("Red", "Green", "Yellow")


def _views_of(layout: int) -> tuple[str, ...]:
    kinds = slicer.vtkMRMLLayoutNode
    return {
        kinds.SlicerLayoutOneUpRedSliceView: ("Red",),
        kinds.SlicerLayoutOneUpYellowSliceView: ("Yellow",),
        kinds.SlicerLayoutOneUpGreenSliceView: ("Green",),
        kinds.SlicerLayoutTwoOverTwoView: ("Red", "Green", "Yellow", "Slice4"),
    }.get(layout, THREE_VIEWS)


class qSlicerLayoutManager(QtCore.QObject):  # noqa: N801 - its name in Slicer
    """Makes the views and keeps them."""

    layoutChanged = QtCore.Signal(int)
    SIGNATURES = ("layoutChanged(int)",)

    def __init__(self, application_logic: Any, window: QtWidgets.QMainWindow) -> None:
        super().__init__(window)
        self._application_logic = application_logic
        self._layout = 1
        self._added: list[Any] = []
        _prepare(application_logic, self._added)
        self._widgets: dict[str, Any] = {}
        self._row = QtWidgets.QHBoxLayout(window.centralWidget())
        self._show(THREE_VIEWS)

    layout = QtCore.Property(int, lambda self: self._layout, lambda self, value: self.setLayout(value))
    threeDViewCount = QtCore.Property(int, lambda self: 0)
    tableViewCount = QtCore.Property(int, lambda self: 0)
    plotViewCount = QtCore.Property(int, lambda self: 0)

    def sliceViewNames(self) -> tuple[str, ...]:
        """Also of views that the layout does not show now."""
        return tuple(self._widgets)

    def sliceWidget(self, name: str) -> Any:
        return self._widgets.get(name)

    def mrmlSliceLogics(self) -> Any:
        return self._application_logic.GetSliceLogics()

    def setLayout(self, layout: int) -> None:
        """Make the views that it needs, hide the others, then tell."""
        self._layout = layout
        self._show(_views_of(layout))
        self.layoutChanged.emit(layout)

    def resetSliceViews(self) -> None:
        for widget in self._widgets.values():
            widget.fitSliceToBackground()

    def _show(self, names: tuple[str, ...]) -> None:
        for widget in self._widgets.values():  # Slicer takes all views out before it puts some of them in again
            widget.mrmlSliceNode().SetMappedInLayout(0)
        for name in names:
            if name not in self._widgets:
                self._widgets[name] = qMRMLSliceWidget(name, *VIEWS[name], self._application_logic)
                self._row.addWidget(self._widgets[name])
            self._widgets[name].mrmlSliceNode().SetMappedInLayout(1)
        for name, widget in self._widgets.items():
            widget.setVisible(name in names)

    def _remove_view(self, name: str) -> None:
        """What happens when the node of a view is removed from the scene: its widget goes, no signal tells."""
        self._widgets.pop(name)._close()

    def _close(self) -> None:
        for widget in self._widgets.values():
            widget._close()
        scene = self._application_logic.GetMRMLScene()
        for node in self._added:
            if scene.IsNodePresent(node):
                scene.RemoveNode(node)


def _prepare(application_logic: Any, added: list[Any]) -> None:
    """What Slicer's start-up puts into the scene for views."""
    scene = application_logic.GetMRMLScene()
    if application_logic.GetSliceLogics() is None:
        application_logic.SetSliceLogics(vtkCollection())
        application_logic.SetViewLogics(vtkCollection())
    if scene.GetFirstNodeByClass("vtkMRMLCrosshairNode") is None:
        crosshair = scene.CreateNodeByClass("vtkMRMLCrosshairNode")
        crosshair.SetSingletonTag("default")
        crosshair.UnRegister(None)
        added.append(scene.AddNode(crosshair))


class MainWindow(QtWidgets.QMainWindow):
    """Slicer's main window, as far as `slicer.util.mainWindow()` and shortcuts need it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self.setCentralWidget(QtWidgets.QWidget())
        self._selector = ModuleSelector(self)

    def moduleSelector(self) -> Any:
        return self._selector


class ModuleSelector(QtWidgets.QWidget):
    """Switches between modules: the Segment Editor is entered and left, others are only noted."""

    selectedModule = QtCore.Property(str, lambda self: self._selected)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._selected = ""

    def selectModule(self, name: str) -> None:
        if name == self._selected:
            return
        editor = slicer.modules.segmenteditor
        if self._selected == editor.name:
            editor.widgetRepresentation().exit()
        self._selected = name
        if name == editor.name:
            editor.widgetRepresentation().enter()

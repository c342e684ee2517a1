"""Stand-ins of the qMRML widgets that the panels use."""

from __future__ import annotations

import string
import weakref
from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from support.desktop.complaints import log
from support.desktop.markups_widgets import MARKUPS_WIDGETS
from support.desktop.numeric_widgets import MRML_WIDGETS


class qMRMLWidget(QtWidgets.QWidget):  # noqa: N801 - its name in .ui files
    """Hands the scene to the widgets in it."""

    mrmlSceneChanged = QtCore.Signal(object)
    SIGNATURES = ("mrmlSceneChanged(vtkMRMLScene*)",)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        """In Slicer the .ui file's connections do this; `vtkMRMLScene*` means nothing to Qt here."""
        self._scene = scene
        for child in self.findChildren(QtWidgets.QWidget):
            if isinstance(child, (qMRMLNodeComboBox, qMRMLTableView)):
                child.setMRMLScene(scene)
        self.mrmlSceneChanged.emit(scene)


class qMRMLNodeComboBox(QtWidgets.QWidget):  # noqa: N801
    """Chooses a node of the scene by its class."""

    currentNodeChanged = QtCore.Signal(object)
    SIGNATURES = ("currentNodeChanged(vtkMRMLNode*)", "currentNodeChanged(bool)")

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._observed: list[int] = []
        self._types: list[str] = []
        self._flags = {
            **dict.fromkeys(("noneEnabled", "renameEnabled", "editEnabled", "showHidden"), False),
            **dict.fromkeys(("addEnabled", "removeEnabled", "showChildNodeTypes", "selectNodeUponCreation"), True),
        }
        self._box = QtWidgets.QComboBox(self)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._nodes: list[Any] = []
        self._current: Any = None
        self._box.connect("currentIndexChanged(int)", self._chosen)

    def _get_types(self) -> list[str]:
        return self._types

    def _set_types(self, types: list[str]) -> None:
        self._types = list(types)
        self._refresh()

    nodeTypes = QtCore.Property("QStringList", _get_types, _set_types)

    def _flag(name: str) -> Any:  # type: ignore[misc] # noqa: N805 - makes properties while the class is made
        def read(self: Any) -> bool:
            return self._flags[name]

        def write(self: Any, value: bool) -> None:
            self._flags[name] = value
            self._refresh()

        return QtCore.Property(bool, read, write)

    noneEnabled, addEnabled = _flag("noneEnabled"), _flag("addEnabled")
    removeEnabled, showChildNodeTypes = _flag("removeEnabled"), _flag("showChildNodeTypes")
    renameEnabled, editEnabled, showHidden = _flag("renameEnabled"), _flag("editEnabled"), _flag("showHidden")
    selectNodeUponCreation = _flag("selectNodeUponCreation")
    del _flag

    def setMRMLScene(self, scene: Any) -> None:
        for tag in self._observed:
            self._scene.RemoveObserver(tag)
        self._scene, self._observed = scene, []
        if scene is not None:
            widget = weakref.ref(self)
            for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndCloseEvent):
                self._observed.append(scene.AddObserver(event, lambda *_: _refresh_if_alive(widget())))
        self._refresh()

    def currentNode(self) -> Any:
        return self._current

    def setCurrentNode(self, node: Any) -> None:
        """None for a node that is not in the list, as in Slicer."""
        if node is not None and node in self._nodes:
            self._box.setCurrentIndex(self._nodes.index(node))
        else:
            self._box.setCurrentIndex(0 if self._flags["noneEnabled"] else -1)

    def addNode(self, kind: str) -> Any:
        """What "Create new ..." in the list does; only for the types that are listed."""
        if kind not in self._types:
            log.add("warning", f"qMRMLNodeComboBox::addNode() attempted with node type {kind}, which is not allowed")
            return None
        node = self._scene.AddNewNodeByClass(kind)
        if self._flags["selectNodeUponCreation"]:
            self.setCurrentNode(node)
        return node

    def _refresh(self) -> None:
        """List the scene's nodes again; the choice stays while its node is there."""
        before = self._current
        self._nodes = ([None] if self._flags["noneEnabled"] else []) + list(self._suitable())
        self._box.blockSignals(True)
        self._box.clear()
        for node in self._nodes:
            self._box.addItem("None" if node is None else node.GetName())
        keep = self._nodes.index(before) if before in self._nodes else (0 if self._nodes else -1)
        self._box.setCurrentIndex(keep)
        self._box.blockSignals(False)
        self._chosen(keep)

    def _suitable(self) -> Any:
        if self._scene is None:
            return
        for number in range(self._scene.GetNumberOfNodes()):
            node = self._scene.GetNthNode(number)
            exact = node.GetClassName() in self._types
            below = self._flags["showChildNodeTypes"] and any(node.IsA(kind) for kind in self._types)
            if (exact or below) and (self._flags["showHidden"] or not node.GetHideFromEditors()):
                yield node

    def _chosen(self, index: int) -> None:
        node = self._nodes[index] if 0 <= index < len(self._nodes) else None
        if node is not self._current:
            self._current = node
            self.currentNodeChanged.emit(node)


def _refresh_if_alive(widget: qMRMLNodeComboBox | None) -> None:
    """The scene outlives the widgets of a test."""
    if widget is not None and shiboken6.isValid(widget):
        widget._refresh()


class qMRMLTableView(QtWidgets.QTableView):  # noqa: N801
    """Shows a table node; its columns' names stand in a first row unless the node says that they are headers."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self._scene: Any = None
        self.verticalHeader().setVisible(False)

    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene

    def mrmlTableNode(self) -> Any:
        return self._node

    def setMRMLTableNode(self, node: Any) -> None:
        self._node = node
        columns = [node.GetTable().GetColumn(n) for n in range(node.GetNumberOfColumns())] if node is not None else []
        model = QtGui.QStandardItemModel(self)
        headers = node is not None and node.GetUseColumnTitleAsColumnHeader()
        titles = [node.GetColumnTitle(column.GetName()) for column in columns]
        model.setHorizontalHeaderLabels(titles if headers else list(string.ascii_uppercase[: len(titles)]))
        for at, column in enumerate(columns):
            names = [] if headers else [column.GetName()]
            values = [column.GetValue(row) for row in range(column.GetNumberOfTuples())]
            for row, value in enumerate([*names, *values]):
                model.setItem(row, at, QtGui.QStandardItem(str(value)))
        self.setModel(model)


WIDGETS = {
    "qMRMLWidget": qMRMLWidget,
    "qMRMLNodeComboBox": qMRMLNodeComboBox,
    "qMRMLTableView": qMRMLTableView,
    **MRML_WIDGETS,
    **MARKUPS_WIDGETS,
}

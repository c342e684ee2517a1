"""Stand-in of the widget that places markups: it switches Slicer's mouse mode, the clicks are not imitated."""

from __future__ import annotations

import weakref
from typing import Any

import shiboken6
from PySide6 import QtCore, QtWidgets

from support.desktop.complaints import log


class qSlicerMarkupsPlaceWidget(QtWidgets.QWidget):  # noqa: N801 - its name in Slicer
    """Buttons to place the points of one markups node and to delete the last one."""

    activeMarkupsPlaceModeChanged = QtCore.Signal(bool)
    SIGNATURES = ("activeMarkupsPlaceModeChanged(bool)",)

    ShowPlaceMultipleMarkupsOption, HidePlaceMultipleMarkupsOption = 0, 1
    ForcePlaceSingleMarkup, ForcePlaceMultipleMarkups = 2, 3

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene = self._node = self._interaction = None
        self._multiple = self.ShowPlaceMultipleMarkupsOption
        self._was_placing = False
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._place, self._delete, self._colour, self._more = (QtWidgets.QToolButton() for _ in range(4))
        self._place.setCheckable(True)
        for button, text in ((self._colour, "c"), (self._place, "+"), (self._delete, "x"), (self._more, "...")):
            button.setText(text)
            layout.addWidget(button)
        self._place.connect("toggled(bool)", self.setPlaceModeEnabled)
        self._delete.connect("clicked()", self.deleteLastPoint)
        self._update()

    def _set_multiple(self, option: int) -> None:
        self._multiple = option
        if self.property("placeModeEnabled"):
            self._set_persistence()

    placeMultipleMarkups = QtCore.Property(int, lambda self: self._multiple, _set_multiple)
    placeModeEnabled = QtCore.Property(
        bool, lambda self: self._is_placing(), lambda self, value: self.setPlaceModeEnabled(value)
    )
    buttonsVisible = QtCore.Property(
        bool,
        lambda self: all(button.isVisible() for button in self._buttons()),
        lambda self, value: self.setButtonsVisible(value),
    )

    def setButtonsVisible(self, visible: bool) -> None:
        for button in self._buttons():
            button.setVisible(visible)

    def placeButton(self) -> Any:
        return self._place

    def deleteButton(self) -> Any:
        return self._delete

    def mrmlScene(self) -> Any:
        return self._scene

    def currentNode(self) -> Any:
        return self._node

    def setMRMLScene(self, scene: Any) -> None:
        """Finds the interaction node, of which there is one per scene."""
        self._scene = scene
        self._interaction = None if scene is None else scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
        if self._interaction is not None:
            _follow(self._interaction, self)
        self._update()

    def setCurrentNode(self, node: Any) -> None:
        """Anything but a markups node counts as none."""
        self._node = node if node is not None and node.IsA("vtkMRMLMarkupsNode") else None
        self._update()

    def setPlaceModeEnabled(self, enable: bool) -> None:
        if self._interaction is None or self._node is None:
            if enable:
                log.add("critical", "setPlaceModeEnabled activate failed: scene or interaction node is invalid")
            return
        if enable:
            selection = self._scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
            selection.SetReferenceActivePlaceNodeClassName(self._node.GetClassName())
            selection.SetReferenceActivePlaceNodeID(self._node.GetID())
            self._set_persistence()
            self._interaction.SetCurrentInteractionMode(self._interaction.Place)
        else:
            self._interaction.SetCurrentInteractionMode(self._interaction.ViewTransform)

    def deleteLastPoint(self) -> None:
        if self._node is not None and self._node.GetNumberOfControlPoints():
            self._node.RemoveNthControlPoint(self._node.GetNumberOfControlPoints() - 1)

    def _buttons(self) -> tuple[Any, ...]:
        return self._colour, self._place, self._delete, self._more

    def _set_persistence(self) -> None:
        if self._multiple in (self.ForcePlaceSingleMarkup, self.ForcePlaceMultipleMarkups):
            self._interaction.SetPlaceModePersistence(self._multiple == self.ForcePlaceMultipleMarkups)

    def _is_placing(self) -> bool:
        if self._interaction is None or self._node is None:
            return False
        selection = self._scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
        active = selection.GetActivePlaceNodeID() == self._node.GetID()
        return active and self._interaction.GetCurrentInteractionMode() == self._interaction.Place

    def _update(self) -> None:
        """The delete button is shown again whenever there is a node, as in Slicer."""
        self._place.setEnabled(self._node is not None)
        self._delete.setEnabled(self._node is not None)
        if self._node is not None:
            self._delete.setVisible(True)
        placing = self._is_placing()
        self._place.blockSignals(True)
        self._place.setChecked(placing)
        self._place.blockSignals(False)
        if placing != self._was_placing:
            self._was_placing = placing
            self.activeMarkupsPlaceModeChanged.emit(placing)


_widgets: weakref.WeakSet[qSlicerMarkupsPlaceWidget] = weakref.WeakSet()
_followed: list[Any] = []
"""Interaction nodes with an observer. Kept: with the last reference Python would collect the observer, too, while the
node in the scene goes on calling it."""


def _follow(node: Any, widget: qSlicerMarkupsPlaceWidget) -> None:
    """Update a widget when the node changes; nodes outlive the widgets of a test."""
    _widgets.add(widget)
    if all(known is not node for known in _followed):
        _followed.append(node)
        node.AddObserver("ModifiedEvent", _modified)


def _modified(node: Any, _event: str) -> None:
    for widget in list(_widgets):
        if shiboken6.isValid(widget) and widget._interaction is node:
            widget._update()


MARKUPS_WIDGETS = {"qSlicerMarkupsPlaceWidget": qSlicerMarkupsPlaceWidget}

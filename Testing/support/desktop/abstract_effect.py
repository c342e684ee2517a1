"""Stands for `qSlicerSegmentEditorAbstractEffect`: what an effect can call on its C++ half.

As in PythonQt only properties, slots and invokable methods can be reached from Python; what the editor calls begins
with an underscore here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from support.desktop import questions
from support.desktop.arguments import check
from support.desktop.complaints import log
from support.desktop.effect_parameters import EffectParameters
from support.desktop.effect_views import EffectViews
from support.desktop.effect_volumes import EffectVolumes


def _value(kind: Any, name: str) -> Any:
    """A property that is read and written as it is."""
    return QtCore.Property(kind, lambda self: getattr(self, name), lambda self, value: setattr(self, name, value))


class qSlicerSegmentEditorAbstractEffect(  # noqa: N801 - its name in Slicer
    EffectParameters, EffectViews, EffectVolumes, QtCore.QObject
):
    """Properties, options frame, activation."""

    NotConfirmed, ConfirmedWithoutDialog, ConfirmedWithDialog = range(3)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._name, self._title = "", ""
        self._per_segment = self._require_segments = True
        self._slice_cursor, self._three_d_cursor = True, False
        self._active = False
        self._node = self._logic = self._confirmed_segment = None
        self._select_effect: Callable[[str], None] | None = None
        self._saved_cursor = QtGui.QCursor(QtCore.Qt.ArrowCursor)
        self._frame = QtWidgets.QFrame()
        layout = QtWidgets.QFormLayout(self._frame)
        layout.setContentsMargins(4, 4, 4, 4)

    def _get_name(self) -> str:
        if not self._name:
            log.add("critical", "Empty effect name!")
        return self._name

    def _set_name(self, name: str) -> None:
        self._name = name

    def _get_title(self) -> str:
        return self._title or self._name

    def _set_title(self, title: str) -> None:
        self._title = title

    name = QtCore.Property(str, _get_name, _set_name)
    title = QtCore.Property(str, _get_title, _set_title)
    perSegment = _value(bool, "_per_segment")
    requireSegments = _value(bool, "_require_segments")
    showEffectCursorInSliceView = _value(bool, "_slice_cursor")
    showEffectCursorInThreeDView = _value(bool, "_three_d_cursor")

    def activate(self) -> None:
        self._frame.setVisible(True)
        self._active = True
        self.updateGUIFromMRML()

    def deactivate(self) -> None:
        self._frame.setVisible(False)
        self._active = False

    def active(self) -> bool:
        return self._active

    def helpText(self) -> str:
        return ""

    def updateGUIFromMRML(self) -> None:
        """Nothing: for subclasses."""

    def updateMRMLFromGUI(self) -> None:
        """Nothing: for subclasses."""

    def cleanup(self) -> None:
        """Nothing: for subclasses."""

    def optionsFrame(self) -> Any:
        return self._frame

    def optionsLayout(self) -> Any:
        return self._frame.layout()

    def addOptionsWidget(self, widget: Any) -> None:
        check("addOptionsWidget", (widget, (QtWidgets.QWidget, QtWidgets.QLayout)), none_allowed=False)
        self.optionsLayout().addRow(widget)

    def addLabeledOptionsWidget(self, label: str, widget: Any) -> Any:
        check("addLabeledOptionsWidget", (label, str), none_allowed=False)
        check("addLabeledOptionsWidget", (widget, (QtWidgets.QWidget, QtWidgets.QLayout)), none_allowed=False)
        text = QtWidgets.QLabel(label)
        self.optionsLayout().addRow(text, widget)
        return text

    def selectEffect(self, name: str) -> None:
        if self._select_effect is not None:
            self._select_effect(name)

    def saveStateForUndo(self) -> None:
        if self._logic is not None:
            self._logic.SaveStateForUndo()

    def createCursor(self, viewWidget: Any) -> Any:
        icon = self._icon()
        if icon.isNull():
            return QtGui.QCursor(QtCore.Qt.ArrowCursor)
        if not icon.availableSizes():
            log.add("critical", "createCursor: Slicer takes the icon's first size and would crash, there is none")
            return QtGui.QCursor(QtCore.Qt.ArrowCursor)
        return QtGui.QCursor(icon.pixmap(icon.availableSizes()[0]))

    def confirmCurrentSegmentVisible(self) -> int:
        """Asks whether a hidden segment shall be edited; `questions.answer` says what the user answers."""
        node = self._node
        segmentation = None if node is None else node.GetSegmentationNode()
        segment_id = None if node is None else node.GetSelectedSegmentID()
        if segmentation is None or not segment_id:
            return self.ConfirmedWithoutDialog
        segment = segmentation.GetSegmentation().GetSegment(segment_id)
        if self._confirmed_segment is segment or _visible(segmentation, segment_id):
            return self.ConfirmedWithoutDialog
        answer = questions.ask("Operate on invisible segment?", ("yes", "no", "cancel"))
        if answer == "cancel":
            return self.NotConfirmed
        if answer == "yes":
            segmentation.GetDisplayNode().SetVisibility(True)
            segmentation.GetDisplayNode().SetSegmentVisibility(segment_id, True)
        else:
            self._confirmed_segment = segment
        return self.ConfirmedWithDialog

    def _icon(self) -> Any:
        return QtGui.QIcon()

    def _interaction_node_modified(self, node: Any) -> None:
        """Placing a markup ends the effect."""
        if node is not None and node.GetCurrentInteractionMode() != node.ViewTransform:
            self.selectEffect("")


def _visible(segmentation: Any, segment_id: str) -> bool:
    displays = (segmentation.GetNthDisplayNode(n) for n in range(segmentation.GetNumberOfDisplayNodes()))
    return any(display.GetVisibility() and display.GetSegmentVisibility(segment_id) for display in displays)

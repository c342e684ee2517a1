"""Stand-ins of the CTK widgets that the panels use."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from support.desktop.numeric_widgets import CTK_WIDGETS

_HEADER_PIXELS = 26


class ctkCollapsibleButton(QtWidgets.QWidget):  # noqa: N801 - its name in .ui files
    """A heading that hides what is below it."""

    contentsCollapsed = QtCore.Signal(bool)
    SIGNATURES = ("contentsCollapsed(bool)",)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._text, self._collapsed = "", False
        self.setContentsMargins(0, _HEADER_PIXELS, 0, 0)

    def _get_text(self) -> str:
        return self._text

    def _set_text(self, text: str) -> None:
        self._text = text
        self.update()

    def _get_collapsed(self) -> bool:
        return self._collapsed

    def _set_collapsed(self, collapsed: bool) -> None:
        changed, self._collapsed = collapsed != self._collapsed, collapsed
        self._update_height()
        if changed:
            self.contentsCollapsed.emit(collapsed)

    text = QtCore.Property(str, _get_text, _set_text)
    collapsed = QtCore.Property(bool, _get_collapsed, _set_collapsed)

    def mousePressEvent(self, event: Any) -> None:
        if event.position().y() < _HEADER_PIXELS:
            self._set_collapsed(not self._collapsed)

    def childEvent(self, event: Any) -> None:
        super().childEvent(event)
        QtCore.QTimer.singleShot(0, self, self._update_height)

    def paintEvent(self, _event: Any) -> None:
        painter = QtGui.QPainter(self)
        colours = self.property("palette")  # a value, not a function: see `pythonqt`
        painter.fillRect(0, 0, self.width, _HEADER_PIXELS - 4, colours.mid().color())
        painter.setPen(colours.buttonText().color())
        mark = "\u25b8" if self._collapsed else "\u25be"
        painter.drawText(8, _HEADER_PIXELS - 10, f"{mark}  {self._text}")
        painter.end()

    def _update_height(self) -> None:
        for child in self.findChildren(QtWidgets.QWidget, options=QtCore.Qt.FindDirectChildrenOnly):
            if self._collapsed and not child.isHidden():
                child.setProperty("hiddenByCollapsing", True)
                child.hide()
            elif not self._collapsed and child.property("hiddenByCollapsing"):
                child.setProperty("hiddenByCollapsing", False)
                child.show()
        self.setMaximumHeight(_HEADER_PIXELS if self._collapsed else 16777215)


class ctkCollapsibleGroupBox(QtWidgets.QGroupBox):  # noqa: N801
    """A group whose title hides what is in it."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)

    collapsed = QtCore.Property(bool, lambda self: not self.isChecked(), lambda self, value: self.setChecked(not value))


class ctkComboBox(QtWidgets.QComboBox):  # noqa: N801
    """A combo box that says something when nothing is chosen."""

    defaultText = QtCore.Property(
        str, lambda self: self.placeholderText, lambda self, value: self.setPlaceholderText(value)
    )


WIDGETS = {
    "ctkCollapsibleGroupBox": ctkCollapsibleGroupBox,
    "ctkComboBox": ctkComboBox,
    "ctkCollapsibleButton": ctkCollapsibleButton,
    **CTK_WIDGETS,
}

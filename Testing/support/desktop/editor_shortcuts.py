"""Stands for `qMRMLSegmentEditorWidget::installKeyboardShortcuts`: the keys that Slicer's editor takes."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

PREVIOUS_AND_NEXT = (
    (Qt.Key_Q, Qt.Key_W),
    (Qt.Key_Slash, Qt.Key_Asterisk),
    (Qt.Key_Comma, Qt.Key_Period),
    (Qt.Key_Greater, Qt.Key_Less),
)
"""Keys that choose the previous and the next segment."""


class EditorShortcuts:
    """Shortcuts of one editor on a window; a second shortcut on the same key makes both ineffective, as Qt has it.

    Args:
        editor: `qMRMLSegmentEditorWidget`.
    """

    def __init__(self, editor: Any) -> None:
        self._editor = editor
        self._shortcuts: list[QShortcut] = []

    def install(self, window: Any = None) -> None:
        self.uninstall()
        window = slicer.util.mainWindow() if window is None else window
        for number in range(1, 11):
            for offset, prefix in ((0, ""), (10, "Shift+")):
                self._add(window, f"{prefix}{number % 10}", lambda at=number + offset: self._choose(at))
        self._add(window, Qt.Key_Escape, lambda: self._choose(0))
        self._add(window, Qt.Key_Space, lambda: self._choose(-1))
        for keys, function in (((Qt.Key_Z, QKeySequence.Undo), "undo"), ((Qt.Key_Y, QKeySequence.Redo), "redo")):
            for key in keys:
                self._add(window, key, lambda name=function: getattr(self._editor, name)())
        for previous, following in PREVIOUS_AND_NEXT:
            self._add(window, previous, lambda: self._editor.selectPreviousSegment())
            self._add(window, following, lambda: self._editor.selectNextSegment())
        self._add(window, Qt.Key_I, lambda: self._editor._logic.ToggleSourceVolumeIntensityMask())

    def uninstall(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []

    def _add(self, window: Any, key: Any, function: Any) -> None:
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.connect("activated()", function)
        self._shortcuts.append(shortcut)

    def _choose(self, at: int) -> None:
        """The effect at a place of the list; the active one, and place 0, for none; -1 for the one before."""
        editor = self._editor
        if editor.readOnly:
            return
        chosen = editor._last_active if at < 0 else editor.effectByIndex(at)
        if at >= 0 and chosen is editor.activeEffect():
            chosen = None
        editor.setActiveEffect(chosen)

"""Keyboard shortcuts of the effect, there only while it is active."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer.util

KEYS = {
    "Ctrl+Return": "accept",
    "Ctrl+Backspace": "reject",
    "Ctrl+Right": "next",
    "Ctrl+Left": "previous",
    "Ctrl+Up": "propagate_up",
    "Ctrl+Down": "propagate_down",
    "Ctrl+Alt+Z": "undo",
    "Ctrl+Alt+Y": "redo",
}
"""Key to action; neither the Segment Editor nor the slice views use these."""


class Shortcuts:
    """Shortcuts on Slicer's main window; without one there are none.

    Args:
        actions: name to function.
    """

    def __init__(self, actions: dict[str, Callable[[], Any]]) -> None:
        self._actions = actions
        self._shortcuts: list[tuple[Any, Callable[[], Any]]] = []

    def install(self) -> None:
        """Make the keys work."""
        self.remove()
        window = slicer.util.mainWindow()
        if window is None:
            return
        for key, name in KEYS.items():
            shortcut = qt.QShortcut(qt.QKeySequence(key), window)
            shortcut.connect("activated()", self._actions[name])
            self._shortcuts.append((shortcut, self._actions[name]))

    def remove(self) -> None:
        """Let the keys go; connections would keep the effect alive."""
        for shortcut, action in self._shortcuts:
            shortcut.disconnect("activated()", action)
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []

"""What the sections of the panel have in common: widgets that are followed, and left alone while they are filled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Connection = tuple[Any, str, Callable[..., None]]
"""(widget, signal, slot)"""


class PanelSection:
    """A part of the panel in which the user chooses something.

    Args:
        ui: widgets by name.
        dialogs: has `choose_folder(title, start)`.
        on_changed: called when the user chose something else.
    """

    def __init__(self, ui: Any, dialogs: Any, on_changed: Callable[[], None]) -> None:
        self.ui, self._dialogs, self._on_changed = ui, dialogs, on_changed
        self._filling = False  # what the program itself changes is no choice of the user's
        self._connections: list[Connection] = []

    def cleanup(self) -> None:
        """Let go of the widgets."""
        for widget, signal, slot in self._connections:
            widget.disconnect(signal, slot)
        self._connections = []

    def _follow(self, connections: Sequence[Connection]) -> None:
        for widget, signal, slot in connections:
            widget.connect(signal, slot)
        self._connections += connections

    def _chosen_folder(self, title: str, edit: Any) -> bool:
        """Ask for a folder and write it into a field; whether there is one."""
        chosen = self._dialogs.choose_folder(title, edit.text)
        if chosen:
            edit.setText(chosen)
        return bool(chosen)

    def _changed(self, _value: Any = None) -> None:
        if not self._filling:
            self._on_changed()

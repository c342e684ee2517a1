"""A list of names that can be checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt


class CheckList:
    """Names with a check mark in a `QListWidget`.

    Args:
        widget: the list.
        on_changed: called when a check mark was changed by the user.
        on_current: called with the name of the line that the user went to.
    """

    def __init__(
        self, widget: Any, on_changed: Callable[[], None], on_current: Callable[[str], None] = lambda _name: None
    ) -> None:
        self.widget = widget
        self._on_changed, self._on_current = on_changed, on_current
        self._names: list[str] = []
        self._connections = [
            ("itemChanged(QListWidgetItem*)", self._changed),
            ("currentRowChanged(int)", self._went_to),
        ]
        for signal, slot in self._connections:
            widget.connect(signal, slot)

    def cleanup(self) -> None:
        """Let go of the widget."""
        for signal, slot in self._connections:
            self.widget.disconnect(signal, slot)

    def fill(self, lines: Sequence[tuple[str, str, str, bool]], chosen: Sequence[str]) -> None:
        """List (name, text, tooltip, whether it can be checked); those that are chosen are checked."""
        self.widget.blockSignals(True)
        self.widget.clear()
        self._names = [name for name, *_rest in lines]
        for name, text, tip, enabled in lines:
            item = qt.QListWidgetItem(text)
            item.setToolTip(tip)
            flags = qt.Qt.ItemIsUserCheckable | qt.Qt.ItemIsSelectable
            item.setFlags(flags | qt.Qt.ItemIsEnabled if enabled else flags)
            item.setCheckState(qt.Qt.Checked if enabled and name in chosen else qt.Qt.Unchecked)
            self.widget.addItem(item)
        self.widget.blockSignals(False)

    def chosen(self) -> tuple[str, ...]:
        """Names that are checked."""
        items = [self.widget.item(number) for number in range(len(self._names))]
        return tuple(name for name, item in zip(self._names, items, strict=True) if item.checkState() == qt.Qt.Checked)

    def choose(self, names: Sequence[str]) -> None:
        """Check these names and no others; those that cannot be checked stay as they are."""
        self.widget.blockSignals(True)
        for number, name in enumerate(self._names):
            item = self.widget.item(number)
            if item.flags() & qt.Qt.ItemIsEnabled:
                item.setCheckState(qt.Qt.Checked if name in names else qt.Qt.Unchecked)
        self.widget.blockSignals(False)

    def _changed(self, _item: Any = None) -> None:
        self._on_changed()

    def _went_to(self, row: int) -> None:
        if 0 <= row < len(self._names):
            self._on_current(self._names[row])

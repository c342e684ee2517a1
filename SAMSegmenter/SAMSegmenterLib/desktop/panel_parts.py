"""Small parts of panels: combo boxes and rows of buttons whose choices have values of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ctk
import qt


class Combo:
    """A combo box whose entries stand for values.

    Args:
        choices: (value, text) each.
        on_change: called when the user chose.
    """

    def __init__(self, choices: Sequence[tuple[str, str]], on_change: Callable[..., None]) -> None:
        self.widget = qt.QComboBox()
        self.widget.setSizeAdjustPolicy(qt.QComboBox.AdjustToContents)
        self._values: list[str] = []
        self.set_choices(choices)
        self.widget.connect("activated(int)", on_change)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Replace the entries."""
        self.widget.clear()
        self._values = [value for value, _ in choices]
        for _, text in choices:
            self.widget.addItem(text)

    @property
    def value(self) -> str:
        """The value chosen, empty without entries."""
        index = self.widget.currentIndex
        return self._values[index] if 0 <= index < len(self._values) else ""

    def show(self, value: str) -> None:
        """Show a value; one that is not in the list is added to it, so that nothing is changed by showing it."""
        if value not in self._values:
            self._values.append(value)
            self.widget.addItem(value)
        self.widget.setCurrentIndex(self._values.index(value))


class ChoiceRow:
    """Buttons of which one is down.

    Args:
        choices: (value, text, tool tip) each.
        on_change: called when the user chose.
    """

    def __init__(self, choices: Sequence[tuple[str, str, str]], on_change: Callable[..., None]) -> None:
        self._on_change = on_change
        self.buttons = {value: button(text, tip, None) for value, text, tip in choices}
        self.widget = row(*self.buttons.values(), stretch=True)
        for value, one in self.buttons.items():
            one.setCheckable(True)
            one.connect("clicked()", self._chooser(value))
        self.show(next(iter(self.buttons)))

    @property
    def value(self) -> str:
        """The value chosen."""
        return self._value

    def show(self, value: str) -> None:
        """Show a value; an unknown one shows the first."""
        self._value = value if value in self.buttons else next(iter(self.buttons))
        for name, one in self.buttons.items():
            one.setChecked(name == self._value)

    def _chooser(self, value: str) -> Callable[[], None]:
        def choose() -> None:  # without arguments: Slicer would pass "checked" to any that it could take
            self.show(value)
            self._on_change()

        return choose


def combo(choices: Sequence[tuple[str, str]], on_change: Callable[..., None]) -> Combo:
    """A combo box."""
    return Combo(choices, on_change)


def button(text: str, tip: str, on_click: Callable[[], None] | None) -> Any:
    """A push button."""
    made = qt.QToolButton()
    made.setText(text)
    made.setToolTip(tip)
    if on_click is not None:
        made.connect("clicked()", on_click)
    return made


def check_box(text: str, tip: str, on_change: Callable[..., None]) -> Any:
    """A box to tick."""
    made = qt.QCheckBox(text)
    made.setToolTip(tip)
    made.connect("toggled(bool)", on_change)
    return made


def collapsible(text: str, collapsed: bool) -> tuple[Any, Any]:
    """A heading that hides what is below it; returns the heading and the form layout below."""
    heading, holder = ctk.ctkCollapsibleButton(), qt.QWidget()
    heading.text = text
    form, outer = qt.QFormLayout(holder), qt.QVBoxLayout(heading)
    form.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(holder)  # the heading shows and hides its own children only: those of the holder keep their state
    heading.collapsed = collapsed
    return heading, form


def number_box(low: float, high: float, step: float, suffix: str, on_change: Callable[..., None]) -> Any:
    """A number that can be typed or stepped."""
    made = qt.QDoubleSpinBox()
    made.setRange(low, high)
    made.setSingleStep(step)
    made.setDecimals(1)
    made.setSuffix(suffix)
    made.setKeyboardTracking(False)
    made.connect("valueChanged(double)", on_change)
    return made


def row(*widgets: Any, stretch: bool = True, wide: Any = None) -> Any:
    """Widgets beside each other; the room that is left is empty with `stretch`, or goes to the `wide` one."""
    holder = qt.QWidget()
    layout = qt.QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        layout.addWidget(widget, 1 if widget is wide else 0)
    if stretch and wide is None:
        layout.addStretch(1)
    return holder

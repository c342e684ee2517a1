"""Stand-ins of the CTK and qMRML widgets for numbers that effects use; drawn as a Qt spin box."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets


def _passed_on(kind: Any, name: str) -> Any:
    """A property of the box inside."""

    def write(self: Any, value: Any) -> None:
        self._box.setProperty(name, value)

    return QtCore.Property(kind, lambda self: self._box.property(name), write)


class ctkDoubleSpinBox(QtWidgets.QWidget):  # noqa: N801 - its name in CTK
    """A number with limits."""

    valueChanged = QtCore.Signal(float)
    SIGNATURES = ("valueChanged(double)",)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._box = QtWidgets.QDoubleSpinBox()
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._box.connect("valueChanged(double)", self.valueChanged.emit)

    value, minimum, maximum = _passed_on(float, "value"), _passed_on(float, "minimum"), _passed_on(float, "maximum")
    singleStep, decimals = _passed_on(float, "singleStep"), _passed_on(int, "decimals")
    suffix = _passed_on(str, "suffix")

    def setValue(self, value: float) -> None:
        self._box.setValue(value)


class ctkSliderWidget(ctkDoubleSpinBox):  # noqa: N801
    """A slider with its number."""


class qMRMLSliderWidget(ctkSliderWidget):  # noqa: N801
    """A slider in the scene's units."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._quantity = ""

    quantity = QtCore.Property(str, lambda self: self._quantity, lambda self, value: setattr(self, "_quantity", value))

    def setMRMLScene(self, scene: Any) -> None:
        """Units are not imitated."""


class qMRMLSpinBox(ctkDoubleSpinBox):  # noqa: N801
    """A number in the scene's units."""

    MinimumValue, MaximumValue, Precision = 16, 32, 4

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._unit_aware, self._quantity = 127, ""

    unitAwareProperties = QtCore.Property(
        int, lambda self: self._unit_aware, lambda self, value: setattr(self, "_unit_aware", value)
    )
    quantity = QtCore.Property(str, lambda self: self._quantity, lambda self, value: setattr(self, "_quantity", value))

    def setMRMLScene(self, scene: Any) -> None:
        """Units are not imitated."""


CTK_WIDGETS = {"ctkDoubleSpinBox": ctkDoubleSpinBox, "ctkSliderWidget": ctkSliderWidget}
MRML_WIDGETS = {"qMRMLSliderWidget": qMRMLSliderWidget, "qMRMLSpinBox": qMRMLSpinBox}

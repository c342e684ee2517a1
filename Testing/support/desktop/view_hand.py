"""A user's hand at a slice view: moves, clicks, drags, scrolls and types at places given in RAS, and takes pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import slicer
from PySide6 import QtCore
from PySide6.QtTest import QTest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

from SAMSegmenterLib.scene.matrices import matrix_from_vtk

Ras = Sequence[float]
_MODIFIERS = {"control": "ControlModifier", "shift": "ShiftModifier", "alt": "AltModifier"}


class ViewHand:
    """Sends events through the view's interactor, so that effect and displayable managers get them in Slicer's order.

    Modifiers are words: "control", "shift", "alt". Buttons: "Left", "Middle", "Right".

    Args:
        widget: `qMRMLSliceWidget`.
    """

    def __init__(self, widget: Any) -> None:
        self.widget = widget
        self._inside = False

    def xy(self, ras: Ras) -> tuple[int, int]:
        """The pixel at a place, counted from the lower left corner.

        Raises:
            AssertionError: the view shows another slice, or another part of it.
        """
        x, y, z = (np.linalg.inv(matrix_from_vtk(self.widget.mrmlSliceNode().GetXYToRAS())) @ (*ras, 1.0))[:3]
        assert abs(z) <= 0.5 + 1e-6, f"the view shows the slice {z:.2f} slices beside {tuple(ras)}"
        width, height = self.size()
        assert 0 <= round(x) < width and 0 <= round(y) < height, f"{tuple(ras)} is outside the view"
        return round(x), round(y)

    def ras(self, x: float, y: float) -> tuple[float, float, float]:
        """The place at a pixel."""
        return tuple((matrix_from_vtk(self.widget.mrmlSliceNode().GetXYToRAS()) @ (x, y, 0.0, 1.0))[:3].tolist())

    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.widget.sliceView().renderWindow().GetSize()

    def show(self, ras: Ras) -> None:
        """Go to the slice through a place, without moving sideways."""
        self.widget.mrmlSliceNode().JumpSliceByOffsetting(*ras)

    def move(self, *places: Ras, modifiers: Iterable[str] = ()) -> None:
        """Move over the places, whether a button is down or not."""
        for ras in places:
            self._at(self.xy(ras), modifiers)
            self._send("MouseMoveEvent")

    def press(self, ras: Ras, button: str = "Left", modifiers: Iterable[str] = ()) -> None:
        """Move there and press a button."""
        self.move(ras, modifiers=modifiers)
        self._send(f"{button}ButtonPressEvent")

    def release(self, ras: Ras, button: str = "Left", modifiers: Iterable[str] = ()) -> None:
        """Release a button; move there before if need be."""
        self._at(self.xy(ras), modifiers)
        self._send(f"{button}ButtonReleaseEvent")

    def click(self, ras: Ras, button: str = "Left", modifiers: Iterable[str] = ()) -> None:
        """Press and release."""
        modifiers = tuple(modifiers)
        self.press(ras, button, modifiers)
        self.release(ras, button, modifiers)

    def double_click(self, ras: Ras, button: str = "Left", modifiers: Iterable[str] = ()) -> None:
        """What Qt sends for it: press, release, double click, release."""
        modifiers = tuple(modifiers)
        self.click(ras, button, modifiers)
        self._send(f"{button}ButtonDoubleClickEvent")
        self._send(f"{button}ButtonReleaseEvent")

    def drag(self, *places: Ras, button: str = "Left", modifiers: Iterable[str] = ()) -> None:
        """Press at the first place, move over the others, release at the last."""
        modifiers = tuple(modifiers)
        self.press(places[0], button, modifiers)
        self.move(*places[1:], modifiers=modifiers)
        self.release(places[-1], button, modifiers)

    def scroll(self, steps: int, modifiers: Iterable[str] = ()) -> None:
        """Turn the wheel, forward for positive steps."""
        self._keys(modifiers)
        for _ in range(abs(steps)):
            self._send("MouseWheelForwardEvent" if steps > 0 else "MouseWheelBackwardEvent")

    def leave(self) -> None:
        """Move out of the view."""
        self._inside = False
        self._send("LeaveEvent")

    def type(self, key: str, modifiers: Iterable[str] = ()) -> None:
        """Press and release a key with the focus in the view: shortcuts come first, and keep it from the view.

        Args:
            key: a character, or a name such as "Escape", "Return", "Left".
        """
        window, view = slicer.app.mainWindow(), self.widget.sliceView()
        window.activateWindow()
        view.setFocus()
        slicer.app.processEvents()
        flags = QtCore.Qt.NoModifier
        for word in modifiers:
            flags |= getattr(QtCore.Qt, _MODIFIERS[word])
        QTest.keyClick(view, key if len(key) == 1 else getattr(QtCore.Qt, f"Key_{key}"), flags)

    def picture(self) -> np.ndarray:
        """What the view shows: (height, width, 3) uint8, the top row first. Only where something can be drawn."""
        self.widget.sliceView().forceRender()
        grabber = vtkWindowToImageFilter()
        grabber.SetInput(self.widget.sliceView().renderWindow())
        grabber.ReadFrontBufferOff()
        grabber.Update()
        width, height, _ = grabber.GetOutput().GetDimensions()
        pixels = vtk_to_numpy(grabber.GetOutput().GetPointData().GetScalars())
        return pixels.reshape(height, width, 3)[::-1].copy()

    def _at(self, xy: tuple[int, int], modifiers: Iterable[str]) -> None:
        interactor = self.widget.sliceView().interactor()
        interactor.SetEventInformation(*xy, 0, 0, "\0", 0, None)
        self._keys(modifiers)
        if not self._inside:
            self._inside = True
            self._send("EnterEvent")

    def _keys(self, modifiers: Iterable[str]) -> None:
        interactor, words = self.widget.sliceView().interactor(), set(modifiers)
        assert words <= set(_MODIFIERS), words
        interactor.SetControlKey("control" in words)
        interactor.SetShiftKey("shift" in words)
        interactor.SetAltKey("alt" in words)

    def _send(self, event: str) -> None:
        self.widget.sliceView().interactor().InvokeEvent(event)

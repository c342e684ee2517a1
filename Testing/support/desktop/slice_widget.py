"""Stands for `qMRMLSliceWidget`: a slice view of the layout, on Slicer's own slice node and slice logic."""

from __future__ import annotations

from typing import Any

import slicer
from PySide6 import QtWidgets

from support.desktop.mrml_widgets import qMRMLWidget
from support.desktop.slice_view import qMRMLSliceView


class qMRMLSliceWidget(qMRMLWidget):  # noqa: N801 - its name in Slicer
    """One slice view.

    Args:
        name: "Red", "Yellow", ...
        orientation: "Axial", ...
        size: of the drawing area in pixels, width and height.
        application_logic: `vtkSlicerApplicationLogic`, which gets the view's slice logic.
    """

    def __init__(self, name: str, orientation: str, size: tuple[int, int], application_logic: Any) -> None:
        super().__init__()
        scene = application_logic.GetMRMLScene()
        self._application_logic = application_logic
        self._name = name
        self._logic = slicer.vtkMRMLSliceLogic()
        self._logic.SetMRMLApplicationLogic(application_logic)
        application_logic.GetSliceLogics().AddItem(self._logic)
        self._logic.SetMRMLScene(scene)
        node = self._logic.AddSliceNode(name)
        node.SetOrientation(orientation)
        node.SetMappedInLayout(1)
        self._logic.ResizeSliceNode(*size)
        self._view = qMRMLSliceView(self._logic, application_logic, size, self)
        QtWidgets.QVBoxLayout(self).addWidget(self._view)
        self.setMRMLScene(scene)

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        return self._logic.GetSliceCompositeNode()

    def sliceLogic(self) -> Any:
        return self._logic

    def sliceView(self) -> Any:
        return self._view

    def interactorStyle(self) -> Any:
        return self._view.sliceViewInteractorStyle()

    def fitSliceToBackground(self) -> None:
        self._logic.FitSliceToBackground()

    def _close(self) -> None:
        """Leave the scene as it was before the view."""
        scene = self._application_logic.GetMRMLScene()
        node, composite = self._logic.GetSliceNode(), self._logic.GetSliceCompositeNode()
        self._view._rendering.close()
        self._application_logic.GetSliceLogics().RemoveItem(self._logic)
        self._logic.DeleteSliceModel()
        self._logic.SetMRMLScene(None)
        for left in (node, composite):
            if left is not None and scene.IsNodePresent(left):
                scene.RemoveNode(left)

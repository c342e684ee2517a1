"""Stands for `qSlicerSegmentEditorScriptedLabelEffect`: the C++ half of effects that rasterise outlines."""

from __future__ import annotations

from typing import Any

from slicer import vtkMRMLSegmentationNode, vtkOrientedImageData
from slicer import vtkSlicerSegmentEditorLogic as Logic
from vtkmodules.vtkCommonDataModel import vtkPolyData

from support.desktop.arguments import check
from support.desktop.scripted_effect import HOOKS, qSlicerSegmentEditorScriptedEffect
from support.desktop.scripted_hooks import ScriptedHooks
from support.desktop.slice_widget import qMRMLSliceWidget


class qSlicerSegmentEditorScriptedLabelEffect(qSlicerSegmentEditorScriptedEffect):  # noqa: N801 - its name in Slicer
    """The same hooks except `cleanup`."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._hooks = ScriptedHooks(name for name in HOOKS if name != "cleanup")

    @staticmethod
    def appendPolyMask(image: Any, polyData: Any, sliceWidget: Any, segmentationNode: Any = None) -> None:
        check("appendPolyMask", (image, vtkOrientedImageData), (polyData, vtkPolyData))
        check("appendPolyMask", (sliceWidget, qMRMLSliceWidget), (segmentationNode, vtkMRMLSegmentationNode))
        Logic.AppendPolyMask(image, polyData, sliceWidget.mrmlSliceNode(), segmentationNode)

    @staticmethod
    def createMaskImageFromPolyData(polyData: Any, mask: Any, sliceWidget: Any) -> None:
        check("createMaskImageFromPolyData", (polyData, vtkPolyData), (mask, vtkOrientedImageData))
        Logic.CreateMaskImageFromPolyData(polyData, mask, sliceWidget.mrmlSliceNode())

    @staticmethod
    def appendImage(image: Any, appended: Any) -> None:
        check("appendImage", (image, vtkOrientedImageData), (appended, vtkOrientedImageData))
        Logic.AppendImage(image, appended)

    @staticmethod
    def imageToWorldMatrix(*arguments: Any) -> None:
        """`(volumeNode, matrix)` or `(image, segmentationNode, matrix)`."""
        Logic.ImageToWorldMatrix(*arguments)

"""Stands for what `qSlicerSegmentEditorAbstractEffect` does with views: actors, cursors, coordinates, rendering."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6 import QtCore, QtGui
from slicer import vtkMRMLTransformNode, vtkOrientedImageData
from slicer import vtkSlicerSegmentEditorLogic as Logic
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkProp3D

from SAMSegmenterLib.scene.matrices import matrix_from_vtk
from support.desktop.arguments import check
from support.desktop.complaints import log
from support.desktop.mrml_widgets import qMRMLWidget
from support.desktop.slice_widget import qMRMLSliceWidget


class EffectViews:
    """Helpers that need no editor; all take the view's widget."""

    _saved_cursor: Any

    @staticmethod
    def renderWindow(viewWidget: Any) -> Any:
        check("renderWindow", (viewWidget, qMRMLWidget))
        if isinstance(viewWidget, qMRMLSliceWidget):
            return viewWidget.sliceView().renderWindow()
        if viewWidget is not None:
            log.add("critical", "renderWindow: Unsupported view widget type!")
        return None

    @staticmethod
    def renderer(viewWidget: Any) -> Any:
        window = EffectViews.renderWindow(viewWidget)
        return None if window is None else window.GetRenderers().GetItemAsObject(0)

    @staticmethod
    def viewNode(viewWidget: Any) -> Any:
        check("viewNode", (viewWidget, qMRMLWidget))
        if isinstance(viewWidget, qMRMLSliceWidget):
            return viewWidget.sliceLogic().GetSliceNode()
        if viewWidget is not None:
            log.add("critical", "viewNode: Unsupported view widget type!")
        return None

    @staticmethod
    def sliceSpacing(sliceWidget: Any) -> float:
        check("sliceSpacing", (sliceWidget, qMRMLSliceWidget), none_allowed=False)
        logic = sliceWidget.sliceLogic()
        return Logic.GetSliceSpacing(logic.GetSliceNode(), logic)

    def addActor2D(self, viewWidget: Any, actor: Any) -> None:
        check("addActor2D", (viewWidget, qMRMLWidget), (actor, vtkActor2D))
        _with_renderer("addActor2D", viewWidget, lambda renderer: renderer.AddViewProp(actor))

    def removeActor2D(self, viewWidget: Any, actor: Any) -> None:
        check("removeActor2D", (viewWidget, qMRMLWidget), (actor, vtkActor2D))
        _with_renderer("removeActor2D", viewWidget, lambda renderer: renderer.RemoveViewProp(actor))

    def addActor3D(self, viewWidget: Any, actor: Any) -> None:
        check("addActor3D", (viewWidget, qMRMLWidget), (actor, vtkProp3D))
        _with_renderer("addActor3D", viewWidget, lambda renderer: renderer.AddViewProp(actor))

    def removeActor3D(self, viewWidget: Any, actor: Any) -> None:
        check("removeActor3D", (viewWidget, qMRMLWidget), (actor, vtkProp3D))
        _with_renderer("removeActor3D", viewWidget, lambda renderer: renderer.RemoveViewProp(actor))

    def cursorOff(self, viewWidget: Any) -> None:
        check("cursorOff", (viewWidget, qMRMLWidget), none_allowed=False)
        self._saved_cursor = QtGui.QCursor(viewWidget.property("cursor"))
        viewWidget.sliceView().setDefaultViewCursor(QtGui.QCursor(QtCore.Qt.BlankCursor))

    def cursorOn(self, viewWidget: Any) -> None:
        check("cursorOn", (viewWidget, qMRMLWidget), none_allowed=False)
        viewWidget.sliceView().setDefaultViewCursor(self._saved_cursor)

    @staticmethod
    def forceRender(viewWidget: Any) -> None:
        check("forceRender", (viewWidget, qMRMLWidget))
        if isinstance(viewWidget, qMRMLSliceWidget):
            viewWidget.sliceView().forceRender()

    @staticmethod
    def scheduleRender(viewWidget: Any) -> None:
        check("scheduleRender", (viewWidget, qMRMLWidget))
        if isinstance(viewWidget, qMRMLSliceWidget):
            viewWidget.sliceView().scheduleRender()

    @staticmethod
    def rasToXy(ras: Any, sliceWidget: Any) -> Any:
        """Whole pixels, cut off towards zero."""
        check("rasToXy", (ras, QtGui.QVector3D), (sliceWidget, qMRMLSliceWidget), none_allowed=False)
        x, y = (_xy_to_ras_inverse(sliceWidget) @ (*ras.toTuple(), 1.0))[:2]
        return QtCore.QPoint(int(x), int(y))

    @staticmethod
    def xyzToRas(xyz: Any, sliceWidget: Any) -> Any:
        check("xyzToRas", (xyz, QtGui.QVector3D), (sliceWidget, qMRMLSliceWidget), none_allowed=False)
        ras = [0.0, 0.0, 0.0]
        Logic.XyzToRas(list(xyz.toTuple()), ras, sliceWidget.mrmlSliceNode())
        return QtGui.QVector3D(*ras)

    @staticmethod
    def xyToRas(xy: Any, sliceWidget: Any) -> Any:
        check("xyToRas", (xy, QtCore.QPoint), (sliceWidget, qMRMLSliceWidget), none_allowed=False)
        return EffectViews.xyzToRas(QtGui.QVector3D(*_point(xy), 0), sliceWidget)

    @staticmethod
    def xyzToIjk(xyz: Any, sliceWidget: Any, image: Any, parentTransform: Any = None) -> Any:
        """Whole voxels as `int(v + 0.5)`: from 1.5 voxels below zero on, everything is voxel 0."""
        check("xyzToIjk", (xyz, QtGui.QVector3D), (sliceWidget, qMRMLSliceWidget), none_allowed=False)
        check("xyzToIjk", (image, vtkOrientedImageData), (parentTransform, vtkMRMLTransformNode))
        ijk = [0, 0, 0]
        Logic.XyzToIjk(list(xyz.toTuple()), ijk, sliceWidget.mrmlSliceNode(), image, parentTransform)
        return QtGui.QVector3D(*ijk)

    @staticmethod
    def xyToIjk(xy: Any, sliceWidget: Any, image: Any, parentTransform: Any = None) -> Any:
        check("xyToIjk", (xy, QtCore.QPoint), (sliceWidget, qMRMLSliceWidget), none_allowed=False)
        return EffectViews.xyzToIjk(QtGui.QVector3D(*_point(xy), 0), sliceWidget, image, parentTransform)


def _with_renderer(function: str, viewWidget: Any, change: Any) -> None:
    renderer = EffectViews.renderer(viewWidget)
    if renderer is None:
        log.add("critical", f"{function}: Failed to get renderer for view widget")
        return
    change(renderer)
    EffectViews.scheduleRender(viewWidget)


def _point(xy: Any) -> tuple[int, int]:
    return xy.toTuple()


def _xy_to_ras_inverse(sliceWidget: Any) -> np.ndarray:
    return np.linalg.inv(matrix_from_vtk(sliceWidget.mrmlSliceNode().GetXYToRAS()))

"""Stands for Slicer's module `SegmentEditorEffects`: the base classes that effects written in Python derive from."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import slicer
from PySide6 import QtCore, QtGui


class AbstractScriptedSegmentEditorEffect:
    """Keeps the C++ half, registers it, and passes coordinates as lists."""

    def __init__(self, scriptedEffect: Any) -> None:
        self.scriptedEffect = scriptedEffect

    def register(self) -> None:
        slicer.qSlicerSegmentEditorEffectFactory.instance().registerEffect(self.scriptedEffect)

    def cleanup(self) -> None:
        """For subclasses: undo connections and observers."""

    def rasToXy(self, ras: Any, viewWidget: Any) -> list[int]:
        return list(self.scriptedEffect.rasToXy(QtGui.QVector3D(*ras[:3]), viewWidget).toTuple())

    def xyzToRas(self, xyz: Any, viewWidget: Any) -> list[float]:
        return list(self.scriptedEffect.xyzToRas(QtGui.QVector3D(*xyz[:3]), viewWidget).toTuple())

    def xyToRas(self, xy: Any, viewWidget: Any) -> list[float]:
        return list(self.scriptedEffect.xyToRas(QtCore.QPoint(xy[0], xy[1]), viewWidget).toTuple())

    def xyzToIjk(self, xyz: Any, viewWidget: Any, image: Any, parentTransformNode: Any = None) -> list[int]:
        point = QtGui.QVector3D(*xyz[:3])
        return _whole(self.scriptedEffect.xyzToIjk(point, viewWidget, image, parentTransformNode))

    def xyToIjk(self, xy: Any, viewWidget: Any, image: Any, parentTransformNode: Any = None) -> list[int]:
        point = QtCore.QPoint(xy[0], xy[1])
        return _whole(self.scriptedEffect.xyToIjk(point, viewWidget, image, parentTransformNode))

    def setWidgetMinMaxStepFromImageSpacing(self, spinbox: Any, imageData: Any) -> None:
        """Limits and steps that suit an image: from a tenth of the voxel size to a hundred voxels."""
        if not imageData:
            return
        box = slicer.qMRMLSpinBox
        spinbox.unitAwareProperties &= ~(box.MinimumValue | box.MaximumValue | box.Precision)
        step = 10 ** math.floor(math.log10(min(imageData.GetSpacing()) / 10))
        spinbox.minimum = spinbox.singleStep = step
        spinbox.maximum = 10 ** math.ceil(math.log10(max(imageData.GetSpacing()) * 100))
        spinbox.decimals = max(int(-math.floor(math.log10(step))), 0)


class AbstractScriptedSegmentEditorLabelEffect(AbstractScriptedSegmentEditorEffect):
    """Empty in Slicer, too."""


class AbstractScriptedSegmentEditorPaintEffect(AbstractScriptedSegmentEditorEffect):
    """Empty in Slicer, too."""


def _whole(vector: Any) -> list[int]:
    return [int(number) for number in vector.toTuple()]


def build() -> ModuleType:
    """`SegmentEditorEffects`; effects import everything from it."""
    module = ModuleType("SegmentEditorEffects")
    for base in (
        AbstractScriptedSegmentEditorEffect,
        AbstractScriptedSegmentEditorLabelEffect,
        AbstractScriptedSegmentEditorPaintEffect,
    ):
        setattr(module, base.__name__, base)
    return module

"""An effect as others write them for Slicer, to see that such run on the stand-in: a click paints a disc on a slice."""

import numpy as np
import qt
import slicer
import vtk
import vtkSegmentationCorePython as vtkSegmentationCore  # noqa: F401 - effects import it
from SegmentEditorEffects import *  # noqa: F403 - as effects for Slicer do it
from vtk.util.numpy_support import vtk_to_numpy


class SegmentEditorEffect(AbstractScriptedSegmentEditorEffect):  # noqa: F405
    def __init__(self, scriptedEffect):
        scriptedEffect.name = "Disc"
        scriptedEffect.title = "Disc"
        scriptedEffect.perSegment = True
        AbstractScriptedSegmentEditorEffect.__init__(self, scriptedEffect)  # noqa: F405
        self.marks = {}

    def clone(self):
        import qSlicerSegmentationsEditorEffectsPythonQt as effects  # noqa: N813

        clonedEffect = effects.qSlicerSegmentEditorScriptedEffect(None)
        clonedEffect.setPythonSource(__file__.replace("\\", "/"))
        return clonedEffect

    def icon(self):
        return qt.QIcon()

    def helpText(self):
        return "Click to paint a disc."

    def setupOptionsFrame(self):
        self.radiusSlider = slicer.qMRMLSliderWidget()
        self.radiusSlider.setMRMLScene(slicer.mrmlScene)
        self.radiusSlider.quantity = "length"
        self.radiusSlider.minimum = 0
        self.radiusSlider.maximum = 50
        self.radiusSlider.value = 3.0
        self.radiusSlider.connect("valueChanged(double)", self.updateMRMLFromGUI)
        self.scriptedEffect.addLabeledOptionsWidget("Radius:", self.radiusSlider)
        self.eraseCheckBox = qt.QCheckBox("Erase")
        self.eraseCheckBox.connect("clicked()", self.updateMRMLFromGUI)
        self.scriptedEffect.addOptionsWidget(self.eraseCheckBox)

    def createCursor(self, widget):
        return slicer.util.mainWindow().cursor

    def setMRMLDefaults(self):
        self.scriptedEffect.setParameterDefault("RadiusMm", 3.0)
        self.scriptedEffect.setParameterDefault("Erase", 0)

    def updateGUIFromMRML(self):
        wasBlocked = self.radiusSlider.blockSignals(True)
        self.radiusSlider.value = self.scriptedEffect.doubleParameter("RadiusMm")
        self.radiusSlider.blockSignals(wasBlocked)
        self.eraseCheckBox.checked = self.scriptedEffect.integerParameter("Erase") != 0

    def updateMRMLFromGUI(self):
        self.scriptedEffect.setParameter("RadiusMm", self.radiusSlider.value)
        self.scriptedEffect.setParameter("Erase", 1 if self.eraseCheckBox.checked else 0)

    def deactivate(self):
        for viewWidget, actor in self.marks.items():
            self.scriptedEffect.removeActor2D(viewWidget, actor)
        self.marks = {}

    def processInteractionEvents(self, callerInteractor, eventId, viewWidget):
        if viewWidget.className() != "qMRMLSliceWidget":
            return False
        if eventId == vtk.vtkCommand.MouseMoveEvent:
            self.mark(viewWidget, callerInteractor.GetEventPosition())
            return False
        if eventId != vtk.vtkCommand.LeftButtonPressEvent or callerInteractor.GetShiftKey():
            return False
        if self.scriptedEffect.confirmCurrentSegmentVisible() != self.scriptedEffect.ConfirmedWithoutDialog:
            return False
        self.paint(callerInteractor.GetEventPosition(), viewWidget)
        return True

    def mark(self, viewWidget, xy):
        """A cross under the mouse."""
        actor = self.marks.get(viewWidget)
        if actor is None:
            actor = self.marks[viewWidget] = vtk.vtkTextActor()
            actor.SetInput("+")
            actor.GetTextProperty().SetColor(1, 1, 0)
            self.scriptedEffect.addActor2D(viewWidget, actor)
        actor.SetPosition(*xy)
        self.scriptedEffect.scheduleRender(viewWidget)

    def paint(self, xy, viewWidget):
        labelmap = self.scriptedEffect.defaultModifierLabelmap()
        segmentationNode = self.scriptedEffect.parameterSetNode().GetSegmentationNode()
        i, j, k = self.xyToIjk(xy, viewWidget, labelmap, segmentationNode.GetParentTransformNode())
        sizes, spacing = labelmap.GetDimensions(), labelmap.GetSpacing()
        voxels = vtk_to_numpy(labelmap.GetPointData().GetScalars()).reshape(sizes[::-1])
        rows, columns = np.ogrid[: sizes[1], : sizes[0]]
        distance = np.hypot((rows - j) * spacing[1], (columns - i) * spacing[0])
        voxels[k][distance <= self.scriptedEffect.doubleParameter("RadiusMm")] = 1
        labelmap.Modified()
        self.scriptedEffect.saveStateForUndo()
        effectClass = slicer.qSlicerSegmentEditorAbstractEffect
        erase = self.scriptedEffect.integerParameter("Erase")
        mode = effectClass.ModificationModeRemove if erase else effectClass.ModificationModeAdd
        self.scriptedEffect.modifySelectedSegmentByLabelmap(labelmap, mode)

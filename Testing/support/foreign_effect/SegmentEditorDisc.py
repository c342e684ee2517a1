"""A hidden module as others write them for Slicer: it registers an effect and does nothing else."""

import os

import slicer
from slicer.ScriptedLoadableModule import *  # noqa: F403 - as modules for Slicer do it


class SegmentEditorDisc(ScriptedLoadableModule):  # noqa: F405
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)  # noqa: F405
        parent.title = "Segment Editor Disc"
        parent.categories = ["Segmentation"]
        parent.dependencies = ["Segmentations"]
        parent.hidden = True
        slicer.app.connect("startupCompleted()", self.registerEditorEffect)

    def registerEditorEffect(self):
        import qSlicerSegmentationsEditorEffectsPythonQt as effects  # noqa: N813

        instance = effects.qSlicerSegmentEditorScriptedEffect(None)
        path = os.path.join(os.path.dirname(__file__), self.__class__.__name__ + "Lib", "SegmentEditorEffect.py")
        instance.setPythonSource(path.replace("\\", "/"))
        instance.self().register()

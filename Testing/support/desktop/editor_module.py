"""Stands for Slicer's module Segment Editor around its one editor: what entering, leaving and closing the scene do."""

from __future__ import annotations

from typing import Any

import slicer

from support.desktop.observed import Observed


class SegmentEditorModule:
    """`slicer.modules.segmenteditor`; its widget is made when it is first asked for."""

    name = "SegmentEditor"

    def __init__(self) -> None:
        self._widget: Any = None

    def widgetRepresentation(self) -> Any:
        if self._widget is None:
            self._widget = SegmentEditorModuleWidget()
        return self._widget

    def _forget(self) -> None:
        if self._widget is not None:
            self._widget.cleanup()
            self._widget = None


class SegmentEditorModuleWidget:
    """The module's panel."""

    def __init__(self) -> None:
        self._observed = Observed()
        self._entered = False
        self.parameterSetNode: Any = None
        self.editor = slicer.qMRMLSegmentEditorWidget()
        self.editor.setMaximumNumberOfUndoStates(10)
        self._select_parameter_node()
        self.editor.setMRMLScene(slicer.mrmlScene)
        slicer.qSlicerSegmentEditorEffectFactory.instance().connect(
            "effectRegistered(QString)", self._effect_registered
        )
        scene = slicer.mrmlScene
        self._observed.observe("start", scene, scene.StartCloseEvent, lambda *_: self._scene_closes())
        self._observed.observe("end", scene, scene.EndCloseEvent, lambda *_: self._scene_closed())

    def self(self) -> SegmentEditorModuleWidget:
        return self

    def enter(self) -> None:
        self._entered = True
        self.editor.updateEffectList()
        self.editor.installKeyboardShortcuts()
        self._select_parameter_node()
        self.editor.updateWidgetFromMRML()
        if not self.editor.segmentationNodeID():
            node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
            if node is None:
                node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
            self.editor.setSegmentationNode(node)

    def exit(self) -> None:
        self._entered = False
        self.editor.setActiveEffect(None)
        self.editor.uninstallKeyboardShortcuts()
        self.editor.removeViewObservations()

    def cleanup(self) -> None:
        self._observed.end_all()
        factory = slicer.qSlicerSegmentEditorEffectFactory.instance()
        factory.disconnect("effectRegistered(QString)", self._effect_registered)
        self.editor.deleteLater()

    def _select_parameter_node(self) -> None:
        node = slicer.mrmlScene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.vtkMRMLSegmentEditorNode()
            node.SetSingletonTag("SegmentEditor")
            node = slicer.mrmlScene.AddNode(node)
        if node is not self.parameterSetNode:
            self.parameterSetNode = node
            self.editor.setMRMLSegmentEditorNode(node)

    def _effect_registered(self, _name: str) -> None:
        self.editor.updateEffectList()

    def _scene_closes(self) -> None:
        self.parameterSetNode = None
        self.editor.setSegmentationNode(None)
        self.editor.removeViewObservations()

    def _scene_closed(self) -> None:
        if self._entered:
            self._select_parameter_node()
            self.editor.updateWidgetFromMRML()

"""Stands for `qMRMLSegmentEditorWidget`, on the real `vtkSlicerSegmentEditorLogic`: nodes, segments, undo.

The list of segments is not drawn; which of them is selected follows Slicer's rules. Not imitated: the masking section
(set mask modes on the node), the 3D button, and `referenceGeometryChanged`, which Slicer declares but its editor has
not called since the logic was split off.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from support.desktop.editor_effects import ORDER, EditorEffects, options_layout
from support.desktop.editor_observations import EditorObservations
from support.desktop.editor_segments import EditorSegments
from support.desktop.editor_shortcuts import EditorShortcuts
from support.desktop.mrml_widgets import qMRMLNodeComboBox, qMRMLWidget
from support.desktop.observed import Observed

live_editors: weakref.WeakSet[Any] = weakref.WeakSet()


class qMRMLSegmentEditorWidget(EditorEffects, EditorSegments, qMRMLWidget):  # noqa: N801 - its name in Slicer
    """An editor of one parameter node; several can be there at a time."""

    segmentationNodeChanged = QtCore.Signal(object)
    sourceVolumeNodeChanged = QtCore.Signal(object)
    currentSegmentIDChanged = QtCore.Signal(str)
    SIGNATURES = (
        "segmentationNodeChanged(vtkMRMLSegmentationNode*)",
        "sourceVolumeNodeChanged(vtkMRMLVolumeNode*)",
        "currentSegmentIDChanged(QString)",
        *qMRMLWidget.SIGNATURES,
    )

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._observed = Observed()
        self._node = self._segmentation = self._volume = self._interaction_node = None
        self._effects, self._buttons = [], {}
        self._active = self._last_active = None
        self._order, self._unordered_visible, self._read_only = ORDER, True, False
        self._table_selected = ""
        self._views = EditorObservations(self)
        self._shortcuts = EditorShortcuts(self)
        self._build()
        self.updateEffectList()
        live_editors.add(self)

    readOnly = QtCore.Property(bool, lambda self: self._read_only, lambda self, value: self.setReadOnly(value))
    maximumNumberOfUndoStates = QtCore.Property(
        int,
        lambda self: self._logic.GetMaximumNumberOfUndoStates(),
        lambda self, value: self.setMaximumNumberOfUndoStates(value),
    )
    unorderedEffectsVisible = QtCore.Property(
        bool, lambda self: self._unordered_visible, lambda self, value: self.setUnorderedEffectsVisible(value)
    )

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self.mrmlScene():
            return
        with _blocked(self._segmentation_box, self._volume_box):
            super().setMRMLScene(scene)
        self._logic.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        self._logic.SetMRMLScene(scene)
        self._logic.SetVerbose(True)
        if slicer.app.layoutManager() is not None:
            slicer.app.layoutManager().connect("layoutChanged(int)", self._layout_changed)
        self.setInteractionNode(scene.GetNodeByID("vtkMRMLInteractionNodeSingleton") if scene is not None else None)
        self.updateWidgetFromMRML()
        if scene is not None:
            self._observed.observe("close", scene, scene.EndCloseEvent, self._weakly("_scene_closed"))
            self._observed.observe("batch", scene, scene.EndBatchProcessEvent, self._weakly("_batch_ended"))

    def mrmlSegmentEditorNode(self) -> Any:
        return self._node

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        if node is self._node:
            return
        self._observed.observe("node", node, "ModifiedEvent", self._weakly("updateWidgetFromMRML"))
        self._node = node
        self._logic.SetSegmentEditorNode(node)
        if node is not None:
            self._initialise_node()
            self.updateWidgetFromMRML()

    def interactionNode(self) -> Any:
        return self._interaction_node

    def setInteractionNode(self, node: Any) -> None:
        self._observed.observe("interaction", node, "ModifiedEvent", self._weakly("_interaction_modified"))
        self._interaction_node = node

    def updateWidgetFromMRML(self) -> None:
        """Bring everything in line with the nodes; put off while the scene closes or loads."""
        scene = self.mrmlScene()
        if scene is None or scene.IsClosing() or scene.IsBatchProcessing():
            return
        for widget in (self._button_box, self._options, self._volume_box):
            widget.setEnabled(self._node is not None)
        if self._node is None:
            return
        with _modified_later(self._node):
            self._update_segmentation()
            self._update_volume()
            self._update_selection()
            self._update_effects_section()

    def setupViewObservations(self) -> None:
        self._views.set_up()

    def removeViewObservations(self) -> None:
        self._views.remove()

    def installKeyboardShortcuts(self, parent: Any = None) -> None:
        self._shortcuts.install(parent)

    def uninstallKeyboardShortcuts(self) -> None:
        self._shortcuts.uninstall()

    def undo(self) -> None:
        self._logic.Undo()

    def redo(self) -> None:
        self._logic.Redo()

    def saveStateForUndo(self) -> None:
        self._logic.SaveStateForUndo()

    def setMaximumNumberOfUndoStates(self, number: int) -> None:
        self._logic.SetMaximumNumberOfUndoStates(number)

    def setReadOnly(self, locked: bool) -> None:
        self._read_only = locked
        if locked:
            self.setActiveEffect(None)
        self.updateWidgetFromMRML()

    def setUnorderedEffectsVisible(self, visible: bool) -> None:
        self._unordered_visible = visible
        self.updateEffectList()

    def _initialise_node(self) -> None:
        with _modified_later(self._node):
            for effect in self._effects:
                self._give_node(effect)

    def _scene_closed(self) -> None:
        """A parameter node that is no singleton went with the scene."""
        if self._node is not None and self._node.GetScene() is None:
            self._observed.end("node")
            self._node = None
            self._logic.SetSegmentEditorNode(None)
        if self._node is not None:
            self._initialise_node()
        self.updateWidgetFromMRML()

    def _batch_ended(self) -> None:
        if self._node is not None:
            for get, box, put in (
                (self._node.GetSegmentationNode, self._segmentation_box, self.setSegmentationNode),
                (self._node.GetSourceVolumeNode, self._volume_box, self.setSourceVolumeNode),
            ):
                if get() is not box.currentNode():
                    put(box.currentNode())
        self.updateWidgetFromMRML()

    def _interaction_modified(self) -> None:
        if self._interaction_node is not None and self._active is not None:
            self._active._interaction_node_modified(self._interaction_node)

    def _layout_changed(self, _layout: int) -> None:
        if self._views.active:
            self.setupViewObservations()
            self._show_volume()
            for effect in self._effects:
                effect._tell("layoutChanged")

    def _weakly(self, method: str) -> Any:
        """A callback for VTK that does not keep the editor alive."""
        editor = weakref.ref(self)
        return lambda *_: getattr(editor(), method)() if editor() is not None else None

    def _build(self) -> None:
        self._segmentation_box, self._volume_box = qMRMLNodeComboBox(), qMRMLNodeComboBox()
        self._segmentation_box.nodeTypes = ["vtkMRMLSegmentationNode"]
        self._volume_box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
        self._volume_box.noneEnabled = True
        self._segmentation_box.connect("currentNodeChanged(vtkMRMLNode*)", self._segmentation_chosen)
        self._volume_box.connect("currentNodeChanged(vtkMRMLNode*)", self._volume_chosen)
        self._button_box, self._options = QtWidgets.QFrame(), QtWidgets.QFrame()
        QtWidgets.QGridLayout(self._button_box)
        options_layout(self._options)
        self._options_box, self._help = QtWidgets.QGroupBox(), QtWidgets.QLabel()
        self._help.setWordWrap(True)
        self._buttons["NULL"] = self._button(None)
        outer, inner = QtWidgets.QVBoxLayout(self), QtWidgets.QVBoxLayout(self._options_box)
        for widget in (self._segmentation_box, self._volume_box, self._button_box, self._options_box):
            outer.addWidget(widget)
        outer.addStretch(1)
        inner.addWidget(self._help)
        inner.addWidget(self._options)
        self._options_box.hide()

    def _destroy(self) -> None:
        """What the C++ destructor does."""
        self.removeViewObservations()
        self.uninstallKeyboardShortcuts()
        self._observed.end_all()
        for effect in self._effects:
            effect.cleanup()
            effect._destroy()
        self._effects, self._active, self._last_active = [], None, None
        self._segmentation_box.setMRMLScene(None)
        self._volume_box.setMRMLScene(None)
        self._logic.SetSegmentEditorNode(None)
        live_editors.discard(self)


@contextmanager
def _modified_later(node: Any) -> Iterator[None]:
    """The node says only afterwards, and once, that it was modified."""
    before = node.StartModify()
    try:
        yield
    finally:
        node.EndModify(before)


@contextmanager
def _blocked(*widgets: QtWidgets.QWidget) -> Iterator[None]:
    before = [widget.blockSignals(True) for widget in widgets]
    try:
        yield
    finally:
        for widget, was in zip(widgets, before, strict=True):
            widget.blockSignals(was)

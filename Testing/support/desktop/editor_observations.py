"""Stands for `qMRMLSegmentEditorWidget::setupViewObservations` and `processEvents`: how events of views reach the
active effect.
"""

from __future__ import annotations

import weakref
from typing import Any

import slicer
from vtkmodules.vtkCommonCore import vtkCommand

from support.desktop.observed import Observed

SLICE_VIEW_EVENTS = (
    *("LeftButtonPressEvent", "LeftButtonReleaseEvent", "LeftButtonDoubleClickEvent"),
    *("RightButtonPressEvent", "RightButtonReleaseEvent", "RightButtonDoubleClickEvent"),
    *("MiddleButtonPressEvent", "MiddleButtonReleaseEvent", "MiddleButtonDoubleClickEvent"),
    *("MouseMoveEvent", "MouseWheelForwardEvent", "MouseWheelBackwardEvent"),
    *("MouseWheelLeftEvent", "MouseWheelRightEvent", "KeyPressEvent", "KeyReleaseEvent"),
    *("EnterEvent", "LeaveEvent"),
)
PRIORITY = 1.0
"""Before the displayable managers, which scroll, pan, zoom and place markups."""


class EditorObservations:
    """What one editor observes of the views in which its segmentation can be seen.

    Args:
        editor: `qMRMLSegmentEditorWidget`; not kept alive.
    """

    def __init__(self, editor: Any) -> None:
        self._editor = weakref.ref(editor)
        self._observed = Observed()
        self.active = False

    def set_up(self) -> None:
        self.remove()
        layout_manager, editor = slicer.app.layoutManager(), self._editor()
        if layout_manager is None or editor is None:
            return
        for name in layout_manager.sliceViewNames():
            widget = layout_manager.sliceWidget(name)
            if editor._logic.IsSegmentationDisplayableInView(widget.mrmlSliceNode()):
                self._observe(name, widget)
        self.active = True

    def remove(self) -> None:
        self._observed.end_all()
        self.active = False

    def _observe(self, name: str, widget: Any) -> None:
        interactor = widget.sliceView().interactor()
        for event in SLICE_VIEW_EVENTS:
            self._observe_interaction(name, interactor, event, widget)
        node = widget.mrmlSliceNode()
        key = (name, "node")
        self._observed.observe(key, node, "ModifiedEvent", lambda *_: self._view_node(node, widget), PRIORITY)

    def _observe_interaction(self, name: str, interactor: Any, event: str, widget: Any) -> None:
        number = vtkCommand.GetEventIdFromString(event)

        def happened(*_: Any) -> None:
            effect = self._effect()
            if effect is not None and effect._process_interaction_events(interactor, number, widget):
                interactor.GetCommand(tag).SetAbortFlag(1)

        tag = self._observed.observe((name, event), interactor, event, happened, PRIORITY)

    def _view_node(self, node: Any, widget: Any) -> None:
        effect = self._effect()
        if effect is not None:
            effect._process_view_node_events(node, vtkCommand.ModifiedEvent, widget)

    def _effect(self) -> Any:
        """The active effect; None while the scene is closing or there is no parameter node."""
        editor = self._editor()
        if editor is None or editor.mrmlScene() is None or editor.mrmlScene().IsClosing():
            return None
        return None if editor.mrmlSegmentEditorNode() is None else editor.activeEffect()

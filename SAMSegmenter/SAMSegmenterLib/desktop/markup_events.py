"""Which events of a view belong to Slicer's markups: regions and points can be placed and moved beside the effect."""

from __future__ import annotations

from typing import Any

import vtk

_PRESSES = (
    vtk.vtkCommand.LeftButtonPressEvent,
    vtk.vtkCommand.LeftButtonDoubleClickEvent,
    vtk.vtkCommand.RightButtonPressEvent,
)


def belongs_to_markups(event: int, slice_node: Any, scene: Any) -> bool:
    """Whether an event shall be left alone: a markup is being placed, or a handle of one lies under the mouse.

    Args:
        event: VTK's number of it.
        slice_node: of the view.
        scene: whose markups count.
    """
    interaction = slice_node.GetInteractionNode()
    if interaction is not None and interaction.GetCurrentInteractionMode() == interaction.Place:
        return True
    return event in _PRESSES and _is_over_handle(scene)


def _is_over_handle(scene: Any) -> bool:
    """Markups note what is under the mouse whenever it moves."""
    kind = "vtkMRMLMarkupsDisplayNode"
    for number in range(scene.GetNumberOfNodesByClass(kind)):
        node = scene.GetNthNodeByClass(number, kind)
        if node.GetVisibility() and node.HasActiveComponent():
            return True
    return False

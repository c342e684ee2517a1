"""Slice views without a window."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.scene.matrices import matrix_to_vtk


def slice_node(
    scene: Any,
    orientation: str = "Axial",
    offset_mm: float = 0.0,
    size: tuple[int, int] = (300, 200),
    field_of_view_mm: float = 60.0,
    centre_ras: tuple[float, float, float] | None = None,
    slice_to_ras: np.ndarray | None = None,
    name: str = "Red",
) -> Any:
    """A `vtkMRMLSliceNode` of the scene.

    Args:
        orientation: "Axial", "Sagittal" or "Coronal"; ignored with `slice_to_ras`.
        offset_mm: along the view's normal.
        size: width and height in view pixels.
        field_of_view_mm: width of the view.
        centre_ras: what is in the middle of the view; the offset is then ignored.
        slice_to_ras: (4, 4) directions and centre of a tilted view.
    """
    node = scene.GetSingletonNode(name, "vtkMRMLSliceNode")
    if node is None:
        node = scene.CreateNodeByClass("vtkMRMLSliceNode")
        node.UnRegister(None)
        node.SetSingletonTag(name)
        node.SetLayoutName(name)
        node.SetName(name)
        scene.AddNode(node)
    node.SetDimensions(*size, 1)
    node.SetFieldOfView(field_of_view_mm, field_of_view_mm * size[1] / size[0], 1)
    if slice_to_ras is not None:
        node.GetSliceToRAS().DeepCopy(matrix_to_vtk(slice_to_ras))
    else:
        node.SetOrientation(orientation)
        node.SetSliceOffset(offset_mm)
    if centre_ras is not None:
        for axis, value in enumerate(centre_ras):
            node.GetSliceToRAS().SetElement(axis, 3, value)
    node.UpdateMatrices()
    return node


def composite_node(
    scene: Any, background: Any = None, foreground: Any = None, opacity: float = 0.0, name: str = "Red"
) -> Any:
    """What a slice view shows: the `vtkMRMLSliceCompositeNode` of that layout name; scenes keep it when cleared."""
    known = [
        scene.GetNthNodeByClass(number, "vtkMRMLSliceCompositeNode")
        for number in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode"))
    ]
    node = next((known_node for known_node in known if known_node.GetLayoutName() == name), None)
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
        node.SetLayoutName(name)
    node.SetBackgroundVolumeID(background.GetID() if background is not None else None)
    node.SetForegroundVolumeID(foreground.GetID() if foreground is not None else None)
    node.SetForegroundOpacity(opacity)
    return node

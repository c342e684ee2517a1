"""What a scene file shows when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMSegmenterLib.scene.runtime import SceneHandle, import_slicer

_VIEW_PIXELS = 400  # any size: Slicer fits the field of view to the real one
_WHITE = (1.0, 1.0, 1.0)


def show_at_start(
    handle: SceneHandle, volume_node: Any, reference: Any, predictions: Sequence[Any], charts: Sequence[Any]
) -> None:
    """Set up slice views on the volume; reference as outline, first prediction filled, other predictions hidden.

    Args:
        reference, predictions: segmentation nodes.
        charts: chart nodes; the first one is shown, in a layout with a place for it.

    Thread: main.
    """
    reference.GetDisplayNode().SetVisibility2DFill(False)
    reference.GetDisplayNode().SetSliceIntersectionThickness(2)
    for number, node in enumerate(predictions):
        node.GetDisplayNode().SetVisibility(number == 0)
        node.GetDisplayNode().SetVisibility2DOutline(False)
    _lay_out(handle, charts)
    _show_slices(handle, volume_node)
    handle.application_logic.GetSelectionNode().SetActiveVolumeID(volume_node.GetID())
    _leave_to_the_application(handle.scene)


def _lay_out(handle: SceneHandle, charts: Sequence[Any]) -> None:
    """Slicer's own layout logic makes the view nodes with their usual names, labels and colours."""
    logic = import_slicer().vtkMRMLLayoutLogic()
    logic.SetMRMLApplicationLogic(handle.application_logic)
    logic.SetMRMLScene(handle.scene)
    layout = logic.GetLayoutNode()
    layout.SetViewArrangement(
        layout.SlicerLayoutConventionalPlotView if charts else layout.SlicerLayoutConventionalView
    )
    if charts:
        view = handle.scene.GetFirstNodeByClass("vtkMRMLPlotViewNode")
        view.SetPlotChartNodeID(charts[0].GetID())
        view.SetBackgroundColor(_WHITE)
        view.SetBackgroundColor2(_WHITE)
        handle.application_logic.GetSelectionNode().SetActivePlotChartID(charts[0].GetID())
    logic.SetMRMLScene(None)  # the nodes stay; the logic must not outlive this call as their observer


def _show_slices(handle: SceneHandle, volume_node: Any) -> None:
    """Centre every slice view on the volume."""
    scene = handle.scene
    for number in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")):
        node = scene.GetNthNodeByClass(number, "vtkMRMLSliceNode")
        logic = import_slicer().vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(handle.application_logic)
        logic.SetMRMLScene(scene)
        logic.SetSliceNode(node)
        logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume_node.GetID())
        logic.ResizeSliceNode(_VIEW_PIXELS, _VIEW_PIXELS)
        logic.FitSliceToAll(_VIEW_PIXELS, _VIEW_PIXELS)
        logic.SetMRMLScene(None)


def _leave_to_the_application(scene: Any) -> None:
    """Nodes that Slicer makes itself: its 3D view with the user's colours, and the tree of the Data module."""
    for kind in ("vtkMRMLViewNode", "vtkMRMLSubjectHierarchyNode"):
        for number in range(scene.GetNumberOfNodesByClass(kind)):
            scene.GetNthNodeByClass(number, kind).SetSaveWithScene(False)

"""What a scene file shows when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMSegmenterLib.scene.runtime import SceneHandle, import_slicer

_VIEWS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}
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
    _show_slices(handle, volume_node)  # before the layout, which then finds these views and makes no other ones
    if charts:
        _show_chart(handle, charts[0])
    handle.application_logic.GetSelectionNode().SetActiveVolumeID(volume_node.GetID())
    _leave_to_the_application(handle.scene)


def _show_chart(handle: SceneHandle, chart: Any) -> None:
    logic = import_slicer().vtkMRMLLayoutLogic()
    logic.SetMRMLApplicationLogic(handle.application_logic)
    logic.SetMRMLScene(handle.scene)  # makes the layout node and, for a layout, its view nodes
    layout = logic.GetLayoutNode()
    layout.SetViewArrangement(layout.SlicerLayoutConventionalPlotView)
    view = handle.scene.GetFirstNodeByClass("vtkMRMLPlotViewNode")
    view.SetPlotChartNodeID(chart.GetID())
    view.SetBackgroundColor(_WHITE)
    view.SetBackgroundColor2(_WHITE)
    handle.application_logic.GetSelectionNode().SetActivePlotChartID(chart.GetID())
    logic.SetMRMLScene(None)  # the nodes stay; the logic must not outlive this call as their observer


def _show_slices(handle: SceneHandle, volume_node: Any) -> None:
    """Slice views centred on the volume, named as Slicer's own."""
    slicer = import_slicer()
    for name, orientation in _VIEWS.items():
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(handle.application_logic)
        logic.SetMRMLScene(handle.scene)
        node = logic.AddSliceNode(name)
        node.SetOrientation(orientation)
        logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume_node.GetID())
        logic.ResizeSliceNode(_VIEW_PIXELS, _VIEW_PIXELS)
        logic.FitSliceToAll(_VIEW_PIXELS, _VIEW_PIXELS)
        logic.SetMRMLScene(None)


def _leave_to_the_application(scene: Any) -> None:
    """Nodes that Slicer makes itself: its 3D view with the user's colours, and the tree of the Data module."""
    for kind in ("vtkMRMLViewNode", "vtkMRMLSubjectHierarchyNode"):
        for number in range(scene.GetNumberOfNodesByClass(kind)):
            scene.GetNthNodeByClass(number, kind).SetSaveWithScene(False)

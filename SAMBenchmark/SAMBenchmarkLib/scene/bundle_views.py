"""What a scene file shows when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMSegmenterLib.scene.runtime import SceneHandle, import_slicer
from SAMSegmenterLib.scene.start_views import lay_out, leave_to_the_application, show_slices

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
    show_slices(handle, volume_node)
    handle.application_logic.GetSelectionNode().SetActiveVolumeID(volume_node.GetID())
    leave_to_the_application(handle.scene)


def _lay_out(handle: SceneHandle, charts: Sequence[Any]) -> None:
    if not charts:
        lay_out(handle)
        return
    lay_out(handle, import_slicer().vtkMRMLLayoutNode.SlicerLayoutConventionalPlotView)
    view = handle.scene.GetFirstNodeByClass("vtkMRMLPlotViewNode")
    view.SetPlotChartNodeID(charts[0].GetID())
    view.SetBackgroundColor(_WHITE)
    view.SetBackgroundColor2(_WHITE)
    handle.application_logic.GetSelectionNode().SetActivePlotChartID(charts[0].GetID())

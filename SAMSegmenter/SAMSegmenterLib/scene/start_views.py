"""What any scene file shows when it is opened: the usual views, centred on a volume."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.scene.runtime import SceneHandle, import_slicer

_VIEW_PIXELS = 400  # any size: Slicer fits the field of view to the real one


def lay_out(handle: SceneHandle, arrangement: int | None = None) -> None:
    """Have Slicer's own layout logic make the view nodes with their usual names, labels and colours.

    Args:
        arrangement: one of `vtkMRMLLayoutNode`'s numbers; three slice views and a 3D view when None.

    Thread: main.
    """
    logic = import_slicer().vtkMRMLLayoutLogic()
    logic.SetMRMLApplicationLogic(handle.application_logic)
    logic.SetMRMLScene(handle.scene)
    layout = logic.GetLayoutNode()
    layout.SetViewArrangement(layout.SlicerLayoutConventionalView if arrangement is None else arrangement)
    logic.SetMRMLScene(None)  # the nodes stay; the logic must not outlive this call as their observer


def show_slices(handle: SceneHandle, volume_node: Any) -> None:
    """Centre every slice view on a volume.

    Thread: main.
    """
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


def leave_to_the_application(scene: Any) -> None:
    """Nodes that Slicer makes itself: its 3D view with the user's colours, and the tree of the Data module.

    Thread: main.
    """
    for kind in ("vtkMRMLViewNode", "vtkMRMLSubjectHierarchyNode"):
        for number in range(scene.GetNumberOfNodesByClass(kind)):
            scene.GetNthNodeByClass(number, kind).SetSaveWithScene(False)

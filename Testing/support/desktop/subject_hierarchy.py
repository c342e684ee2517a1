"""Stands for `qSlicerSubjectHierarchyPluginLogic`: every shown node has an item in the subject hierarchy.

Slicer's logics look for these items; without them edits complain.
"""

from __future__ import annotations

from typing import Any

from slicer import vtkMRMLSubjectHierarchyNode as Hierarchy
from vtkmodules.util.misc import calldata_type
from vtkmodules.vtkCommonCore import VTK_OBJECT

from support.desktop.observed import Observed

_observed = Observed()


def follow(scene: Any) -> None:
    """Keep the items in line with the scene's nodes from now on."""

    @calldata_type(VTK_OBJECT)
    def added(_scene: Any, _event: str, node: Any) -> None:
        _add(scene, node)

    @calldata_type(VTK_OBJECT)
    def about_to_go(_scene: Any, _event: str, node: Any) -> None:
        if not scene.IsClosing() and not node.IsA("vtkMRMLSubjectHierarchyNode"):
            hierarchy = Hierarchy.GetSubjectHierarchyNode(scene)
            item = hierarchy.GetItemByDataNode(node)
            if item:
                hierarchy.RemoveItem(item, False, False)

    _observed.observe("added", scene, scene.NodeAddedEvent, added)
    _observed.observe("removed", scene, scene.NodeAboutToBeRemovedEvent, about_to_go)
    for number in range(scene.GetNumberOfNodes()):
        _add(scene, scene.GetNthNode(number))


def stop() -> None:
    """Follow no longer."""
    _observed.end_all()


def _add(scene: Any, node: Any) -> None:
    if node.IsA("vtkMRMLDisplayableNode") and not node.GetHideFromEditors():
        hierarchy = Hierarchy.GetSubjectHierarchyNode(scene)
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)

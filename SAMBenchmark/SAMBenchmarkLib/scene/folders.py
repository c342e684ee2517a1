"""Folders of the subject hierarchy (the tree of the Data module)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMSegmenterLib.scene.runtime import import_slicer


def put_into_folder(node: Any, path: Sequence[str]) -> None:
    """File a node in a folder, made where it is not there.

    Args:
        path: names from the top.

    Thread: main.
    """
    hierarchy = _hierarchy_of(node.GetScene())
    if hierarchy is None:
        return
    parent = hierarchy.GetSceneItemID()
    for name in path:
        parent = hierarchy.GetItemChildWithName(parent, name) or hierarchy.CreateFolderItem(parent, name)
    item = hierarchy.GetItemByDataNode(node)
    if not item:
        hierarchy.CreateItem(parent, node)
    elif hierarchy.GetItemParent(item) != parent:
        hierarchy.SetItemParent(item, parent)


def remove_node(node: Any) -> None:
    """Remove a node, what shows and stores it, and its place in the tree.

    Thread: main.
    """
    scene = node.GetScene()
    if scene is None:
        return
    if node.IsA("vtkMRMLDisplayableNode"):
        for display in [node.GetNthDisplayNode(number) for number in range(node.GetNumberOfDisplayNodes())]:
            scene.RemoveNode(display)
    if node.IsA("vtkMRMLStorableNode"):
        for storage in [node.GetNthStorageNode(number) for number in range(node.GetNumberOfStorageNodes())]:
            scene.RemoveNode(storage)
    hierarchy = _hierarchy_of(scene)
    item = hierarchy.GetItemByDataNode(node) if hierarchy is not None else 0
    if item:
        hierarchy.RemoveItem(item, False, False)
    scene.RemoveNode(node)


def remove_empty_folders(scene: Any, name: str) -> None:
    """Remove a folder at the top, and folders in it, that hold nothing any more.

    Thread: main.
    """
    hierarchy = _hierarchy_of(scene)
    top = hierarchy.GetItemChildWithName(hierarchy.GetSceneItemID(), name) if hierarchy is not None else 0
    if not top:
        return
    inner = [hierarchy.GetItemByPositionUnderParent(top, n) for n in range(hierarchy.GetNumberOfItemChildren(top))]
    for item in (*inner, top):
        if hierarchy.GetItemDataNode(item) is None and not hierarchy.GetNumberOfItemChildren(item):
            hierarchy.RemoveItem(item)


def _hierarchy_of(scene: Any) -> Any:
    """None in a scene that has no tree."""
    return import_slicer().vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)

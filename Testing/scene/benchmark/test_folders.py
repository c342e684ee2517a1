from __future__ import annotations

import pytest

from SAMBenchmarkLib.scene.folders import put_into_folder, remove_empty_folders, remove_node


@pytest.fixture
def a_tree(a_scene):
    import slicer

    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)


def _path(tree, node):
    item, names = tree.GetItemParent(tree.GetItemByDataNode(node)), []
    while item != tree.GetSceneItemID():
        names.insert(0, tree.GetItemName(item))
        item = tree.GetItemParent(item)
    return names


def test_folders_are_made_once_and_nodes_move_between_them(a_scene, a_tree):
    one, other = (a_scene.AddNewNodeByClass("vtkMRMLTableNode", name) for name in ("one", "other"))
    put_into_folder(one, ("a", "b"))
    put_into_folder(other, ("a", "b"))
    items = a_tree.GetNumberOfItems()
    assert _path(a_tree, one) == _path(a_tree, other) == ["a", "b"]
    put_into_folder(one, ("a",))
    assert _path(a_tree, one) == ["a"]
    assert a_tree.GetNumberOfItems() == items
    remove_node(one)
    remove_node(other)


def test_removing_takes_what_shows_the_node_and_its_place_in_the_tree(a_scene, a_tree):
    before = a_scene.GetNumberOfNodes(), a_tree.GetNumberOfItems()
    node = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "points")
    node.CreateDefaultDisplayNodes()
    put_into_folder(node, ("shown",))
    remove_node(node)
    remove_empty_folders(a_scene, "shown")
    assert (a_scene.GetNumberOfNodes(), a_tree.GetNumberOfItems()) == before


def test_a_table_that_was_saved_leaves_no_storage_behind(a_scene, a_tree):
    before = a_scene.GetNumberOfNodes()
    node = a_scene.AddNewNodeByClass("vtkMRMLTableNode", "saved")
    node.AddDefaultStorageNode()
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableStorageNode") == 1
    remove_node(node)
    assert a_scene.GetNumberOfNodes() == before


def test_folders_that_hold_something_stay(a_scene, a_tree):
    one, other = (a_scene.AddNewNodeByClass("vtkMRMLTableNode", name) for name in ("one", "other"))
    put_into_folder(one, ("a", "b"))
    put_into_folder(other, ("a", "c"))
    remove_node(other)
    remove_empty_folders(a_scene, "a")
    assert _path(a_tree, one) == ["a", "b"]
    top = a_tree.GetItemChildWithName(a_tree.GetSceneItemID(), "a")
    assert a_tree.GetNumberOfItemChildren(top) == 1
    remove_node(one)

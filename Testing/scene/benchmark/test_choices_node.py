from __future__ import annotations

from SAMBenchmarkLib.scene.choices_node import (
    choices_node,
    read_pairs,
    read_parameters,
    write_pairs,
    write_parameters,
)


def _node(scene, name):
    return scene.AddNewNodeByClass("vtkMRMLTableNode", name).GetID()


def test_there_is_one_node_of_the_module(a_scene):
    node = choices_node(a_scene)
    assert choices_node(a_scene) is node
    assert (node.GetClassName(), node.GetModuleName()) == ("vtkMRMLScriptedModuleNode", "SAMBenchmark")


def test_texts_come_back(a_scene):
    node = choices_node(a_scene)
    write_parameters(node, {"stride": "3", "folder": 'C:\\\\data | "x" ; ü'})
    assert read_parameters(node) == {"stride": "3", "folder": 'C:\\\\data | "x" ; ü'}


def test_writing_the_same_again_modifies_nothing(a_scene):
    node = choices_node(a_scene)
    pairs = {_node(a_scene, "volume"): _node(a_scene, "reference")}
    for _ in range(2):
        before = node.GetMTime()
        write_parameters(node, {"stride": "3"})
        write_pairs(node, pairs)
    assert node.GetMTime() == before


def test_pairs_come_back_and_fewer_replace_more(a_scene):
    node = choices_node(a_scene)
    pairs = {_node(a_scene, f"volume {n}"): _node(a_scene, f"reference {n}") for n in range(3)}
    write_pairs(node, pairs)
    assert read_pairs(node) == pairs
    fewer = dict(list(pairs.items())[1:2])
    write_pairs(node, fewer)
    assert read_pairs(node) == fewer


def test_pairs_with_a_removed_node_are_left_out(a_scene):
    node = choices_node(a_scene)
    pairs = {_node(a_scene, f"volume {n}"): _node(a_scene, f"reference {n}") for n in range(2)}
    write_pairs(node, pairs)
    a_scene.RemoveNode(a_scene.GetNodeByID(next(iter(pairs.values()))))
    assert read_pairs(node) == dict(list(pairs.items())[1:])

"""The panel's choices in the scene: a node of the module, saved and restored with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODULE = "SAMBenchmark"
_COUNT = "pairs"


def choices_node(scene: Any) -> Any:
    """The module's node, new where the scene has none.

    Thread: main.
    """
    for number in range(scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode")):
        node = scene.GetNthNodeByClass(number, "vtkMRMLScriptedModuleNode")
        if node.GetSingletonTag() == MODULE or node.GetModuleName() == MODULE:
            node.SetModuleName(MODULE)  # closing a scene resets it
            return node
    node = scene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
    node.UnRegister(None)
    node.SetSingletonTag(MODULE)
    node.SetModuleName(MODULE)
    node.SetName(MODULE)
    return scene.AddNode(node)


def write_parameters(node: Any, parameters: Mapping[str, str]) -> None:
    """Store texts by name; what is stored already is not touched.

    Thread: main.
    """
    before = node.StartModify()
    for name, value in parameters.items():
        if node.GetParameter(name) != value:
            node.SetParameter(name, value)
    node.EndModify(before)


def read_parameters(node: Any) -> dict[str, str]:
    """Texts by name.

    Thread: main.
    """
    return {name: node.GetParameter(name) for name in node.GetParameterNames() if name != _COUNT}


def write_pairs(node: Any, pairs: Mapping[str, str]) -> None:
    """Store which reference (node ID) belongs to which volume (node ID); the scene keeps the IDs right.

    Thread: main.
    """
    if read_pairs(node) == dict(pairs):
        return
    before = node.StartModify()
    for number in range(_count(node)):
        for role in _roles(number):
            node.RemoveNodeReferenceIDs(role)
    for number, ids in enumerate(pairs.items()):
        for role, node_id in zip(_roles(number), ids, strict=True):
            node.SetNodeReferenceID(role, node_id)
    node.SetParameter(_COUNT, str(len(pairs)))
    node.EndModify(before)


def read_pairs(node: Any) -> dict[str, str]:
    """Node ID of the reference by node ID of the volume; pairs of which a node is gone are left out.

    Thread: main.
    """
    scene, found = node.GetScene(), {}
    for number in range(_count(node)):
        volume, reference = (node.GetNodeReferenceID(role) for role in _roles(number))
        if all(one and scene.GetNodeByID(one) is not None for one in (volume, reference)):
            found[volume] = reference
    return found


def _roles(number: int) -> tuple[str, str]:
    """A role of its own for each node: those of one role would move up when one of them is removed."""
    return f"Pair{number}.Volume", f"Pair{number}.Reference"


def _count(node: Any) -> int:
    text = node.GetParameter(_COUNT) or ""
    return int(text) if text.isascii() and text.isdigit() else 0

"""The panel's choices in the scene: a node of the module, saved and restored with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODULE = "SAMBenchmark"
_VOLUME, _REFERENCE = "Pair.Volume", "Pair.Reference"


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
    return {name: node.GetParameter(name) for name in node.GetParameterNames()}


def write_pairs(node: Any, pairs: Mapping[str, str]) -> None:
    """Store which reference (node ID) belongs to which volume (node ID); the scene keeps the IDs right.

    Thread: main.
    """
    if read_pairs(node) == dict(pairs):
        return
    before = node.StartModify()
    for role in (_VOLUME, _REFERENCE):
        node.RemoveNodeReferenceIDs(role)
    for number, (volume, reference) in enumerate(pairs.items()):
        node.SetNthNodeReferenceID(_VOLUME, number, volume)
        node.SetNthNodeReferenceID(_REFERENCE, number, reference)
    node.EndModify(before)


def read_pairs(node: Any) -> dict[str, str]:
    """Node ID of the reference by node ID of the volume; pairs of which a node is gone are left out.

    Thread: main.
    """
    scene, found = node.GetScene(), {}
    for number in range(node.GetNumberOfNodeReferences(_VOLUME)):
        ids = node.GetNthNodeReferenceID(_VOLUME, number), node.GetNthNodeReferenceID(_REFERENCE, number)
        if all(one and scene.GetNodeByID(one) is not None for one in ids):
            found[ids[0]] = ids[1]
    return found

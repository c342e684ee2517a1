"""The record of a study with a stopwatch, in the scene beside the segmentation: a text node with a file of its own.

Slicer's Save dialog lists it and puts it beside the segmentation; a scene in one file (`.mrb`) holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.timed_task import SCHEMA

ATTRIBUTE = "SAMSegmenter.Stopwatch"
"""Attribute that tells records from other texts; its value is the schema."""

ROLE = "SAMSegmenter.segmentation"
NAME = "SAM stopwatch"


def append_record(segmentation_node: Any, lines: Sequence[str]) -> Any:
    """Add the record of an object to those kept beside a segmentation.

    Returns:
        The text node.

    Raises:
        InputError: the segmentation is in no scene.

    Thread: main.
    """
    scene = segmentation_node.GetScene()
    if scene is None:
        raise InputError("The segmentation is not in a scene any more.", "Choose another one, and start again.")
    node = record_of(segmentation_node) or _new_node(scene, segmentation_node)
    node.SetText((node.GetText() or "") + "".join(f"{line}\n" for line in lines))
    return node


def record_of(segmentation_node: Any) -> Any:
    """The text node with the records kept beside a segmentation; None when there is none."""
    scene = segmentation_node.GetScene()
    count = 0 if scene is None else scene.GetNumberOfNodesByClass("vtkMRMLTextNode")
    nodes = (scene.GetNthNodeByClass(number, "vtkMRMLTextNode") for number in range(count))
    own = (node for node in nodes if node.GetAttribute(ATTRIBUTE) is not None)
    return next((node for node in own if node.GetNodeReference(ROLE) is segmentation_node), None)


def _new_node(scene: Any, segmentation_node: Any) -> Any:
    import vtk

    node = scene.CreateNodeByClass("vtkMRMLTextNode")
    node.UnRegister(None)  # what CreateNodeByClass returns is the caller's to let go
    node.SetName(scene.GenerateUniqueName(NAME))
    node.SetAttribute(ATTRIBUTE, SCHEMA)
    node.SetUndoEnabled(False)
    node.SetEncoding(vtk.VTK_ENCODING_UTF_8)
    node.SetForceCreateStorageNode(node.CreateStorageNodeAlways)
    scene.AddNode(node)
    node.SetNodeReferenceID(ROLE, segmentation_node.GetID())
    return node

"""The prompt file of a segmentation, kept in the scene: a text node that is saved and loaded with it.

The text goes into the scene file itself. The node is hidden, and Slicer's Save dialog leaves hidden nodes' files out.
"""

from __future__ import annotations

import logging
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import SCHEMA, PromptFile, read_prompt_file, write_prompt_file

logger = logging.getLogger(__name__)

ATTRIBUTE = "SAMSegmenter.Prompts"
"""Attribute that tells prompt nodes from other texts; its value is the schema."""

ROLE = "SAMSegmenter.segmentation"
"""Reference from a prompt node to its segmentation; scenes keep references right when node ids change."""


def prompt_node_of(segmentation_node: Any) -> Any:
    """The prompt node of a segmentation, None without one; of several (after scenes were merged) the first."""
    scene = segmentation_node.GetScene()
    nodes = [] if scene is None else _prompt_nodes(scene)
    return next((node for node in nodes if node.GetNodeReference(ROLE) is segmentation_node), None)


def read_prompts(segmentation_node: Any) -> PromptFile | None:
    """The prompts kept with a segmentation; None when there are none.

    Raises:
        InputError: the text is damaged or of a newer kind; the message names the place.

    Thread: main.
    """
    node = prompt_node_of(segmentation_node)
    if node is None or not node.GetText():
        return None
    try:
        return read_prompt_file(node.GetText())
    except InputError as error:
        raise InputError(
            f"The prompts kept with '{segmentation_node.GetName()}' cannot be read: {error.message}",
            error.hint or "Go on without them; they stay in the scene until new ones are kept.",
        ) from error


def write_prompts(segmentation_node: Any, prompt_file: PromptFile) -> Any:
    """Keep prompts with a segmentation, in place of those kept before; returns the prompt node.

    Raises:
        InputError: the segmentation is in no scene.

    Thread: main.
    """
    scene = segmentation_node.GetScene()
    if scene is None:
        raise InputError(f"'{segmentation_node.GetName()}' is not in a scene any more.", "Choose another segmentation.")
    text = write_prompt_file(prompt_file)  # before a node is made, as it may be refused
    node = prompt_node_of(segmentation_node) or _new_node(scene, segmentation_node)
    if node.GetText() != text:
        node.SetText(text)
    return node


def remove_prompts(segmentation_node: Any) -> None:
    """Forget the prompts kept with a segmentation."""
    node = prompt_node_of(segmentation_node)
    if node is not None:
        node.GetScene().RemoveNode(node)


def segmentations_with_prompts(scene: Any) -> list[Any]:
    """Segmentation nodes that prompts are kept with, in the scene's order."""
    owners = [node.GetNodeReference(ROLE) for node in _prompt_nodes(scene)]
    return [node for n, node in enumerate(owners) if node is not None and all(node is not o for o in owners[:n])]


def remove_orphans(scene: Any) -> int:
    """Remove prompts whose segmentation is gone; returns how many."""
    orphans = [node for node in _prompt_nodes(scene) if node.GetNodeReference(ROLE) is None]
    for node in orphans:
        scene.RemoveNode(node)
    if orphans:
        logger.info("Removed the prompts of %d segmentations that are gone.", len(orphans))
    return len(orphans)


def _prompt_nodes(scene: Any) -> list[Any]:
    nodes = (
        scene.GetNthNodeByClass(number, "vtkMRMLTextNode")
        for number in range(scene.GetNumberOfNodesByClass("vtkMRMLTextNode"))
    )
    return [node for node in nodes if node.GetAttribute(ATTRIBUTE) is not None]


def _new_node(scene: Any, segmentation_node: Any) -> Any:
    import vtk

    node = scene.CreateNodeByClass("vtkMRMLTextNode")
    node.UnRegister(None)  # what CreateNodeByClass returns is the caller's to let go
    node.SetName(f"{segmentation_node.GetName()} prompts")
    node.SetAttribute(ATTRIBUTE, SCHEMA)
    node.SetHideFromEditors(True)
    node.SetEncoding(vtk.VTK_ENCODING_UTF_8)
    node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
    scene.AddNode(node)
    node.SetNodeReferenceID(ROLE, segmentation_node.GetID())
    return node

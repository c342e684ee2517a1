"""The prompts of a segmentation, kept in the scene: text nodes that are saved and loaded with it, one per volume.

A sequence has one per frame that was worked on. The text goes into the scene file itself. The nodes are hidden, and
Slicer's Save dialog leaves hidden nodes' files out. Saving a scene from a script tells nobody beforehand, so that what
is to be saved must be in its node already.
"""

from __future__ import annotations

import logging
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import SCHEMA, PromptFile, VolumeIdentity, read_prompt_file, write_prompt_file

logger = logging.getLogger(__name__)

ATTRIBUTE = "SAMSegmenter.Prompts"
"""Attribute that tells prompt nodes from other texts; its value is the schema."""

FRAME = "SAMSegmenter.Frame"
"""Attribute of prompts on a frame of a sequence: the frame's index value."""

LAST_ORDER = "SAMSegmenter.LastOrder"
"""Attribute with the highest number of an acceptance in the text, so that others count on without reading it."""

ROLE = "SAMSegmenter.segmentation"
"""Reference from a prompt node to its segmentation; scenes keep references right when node ids change."""

VOLUME_ROLE = "SAMSegmenter.volume"
"""Reference from a prompt node to the volume that was prompted; missing where only the text tells which one it was."""


def prompt_nodes_of(segmentation_node: Any) -> list[Any]:
    """The prompt nodes of a segmentation, in the scene's order."""
    scene = segmentation_node.GetScene()
    nodes = [] if scene is None else _prompt_nodes(scene)
    return [node for node in nodes if node.GetNodeReference(ROLE) is segmentation_node]


def prompt_node_of(
    segmentation_node: Any, volume_node: Any = None, frame: str = "", identity: VolumeIdentity | None = None
) -> Any:
    """The node that holds the prompts made on a volume.

    Args:
        segmentation_node: whose prompts.
        volume_node: the volume; None for the first prompts of whatever volume.
        frame: index value of the frame that the volume shows, "" for a volume of its own.
        identity: of the volume. Among several nodes the one that fits is chosen, and prompts that name no volume, or
            one that is gone, are found by it.

    Returns:
        None when there is none.
    """
    nodes = prompt_nodes_of(segmentation_node)
    if volume_node is None:
        return nodes[0] if nodes else None
    own = [node for node in nodes if node.GetNodeReference(VOLUME_ROLE) is volume_node and frame_of(node) == frame]
    if len(own) == 1 or identity is None:
        return own[0] if own else None
    if own:
        return next((node for node in own if _fits(node, identity)), own[0])
    placeless = [node for node in nodes if not frame and _is_placeless(node)]
    return next((node for node in placeless if _fits(node, identity)), None)


def frame_of(prompt_node: Any) -> str:
    """Index value of the frame that prompts were made on, "" for a volume of its own."""
    return prompt_node.GetAttribute(FRAME) or ""


def read_prompts(segmentation_node: Any, prompt_node: Any = None) -> PromptFile | None:
    """The prompts kept with a segmentation; None when there are none.

    Args:
        segmentation_node: whose prompts.
        prompt_node: which of its nodes; the first when None.

    Raises:
        InputError: the text is damaged or of a newer kind; the message names the place.

    Thread: main.
    """
    node = prompt_node if prompt_node is not None else prompt_node_of(segmentation_node)
    if node is None or not node.GetText():
        return None
    try:
        return read_prompt_file(node.GetText())
    except InputError as error:
        raise InputError(
            f"The prompts kept with '{segmentation_node.GetName()}' cannot be read: {error.message}",
            error.hint or "Go on without them; they stay in the scene until new ones are kept.",
        ) from error


def write_prompts(
    segmentation_node: Any, prompt_file: PromptFile, volume_node: Any = None, frame: str = "", prompt_node: Any = None
) -> Any:
    """Keep prompts with a segmentation, in place of those kept before for the same volume and frame.

    Args:
        segmentation_node: whose prompts.
        prompt_file: what to keep.
        volume_node: what was prompted; when it is None, or gone, the prompts are kept for the volume that the file
            describes.
        frame: index value of the frame that the volume shows.
        prompt_node: where to, when that is known already.

    Returns:
        The prompt node.

    Raises:
        InputError: the segmentation is in no scene.

    Thread: main.
    """
    scene = segmentation_node.GetScene()
    if scene is None:
        raise InputError(f"'{segmentation_node.GetName()}' is not in a scene any more.", "Choose another segmentation.")
    text = write_prompt_file(prompt_file)  # before a node is made, as it may be refused
    if volume_node is not None and volume_node.GetScene() is not scene:
        volume_node, frame = None, ""
    node = prompt_node if prompt_node is not None and prompt_node.GetScene() is scene else None
    node = node or _node_to_replace(segmentation_node, volume_node, frame, prompt_file.volume)
    node = node or new_prompt_node(segmentation_node)
    _place(node, volume_node, frame)
    if node.GetText() != text:
        node.SetAttribute(LAST_ORDER, str(_last_order(prompt_file)))
        node.SetText(text)
    return node


def new_prompt_node(segmentation_node: Any) -> Any:
    """One more node without prompts for a segmentation; `write_prompts` fills it."""
    import vtk

    scene = segmentation_node.GetScene()
    node = scene.CreateNodeByClass("vtkMRMLTextNode")
    node.UnRegister(None)  # what CreateNodeByClass returns is the caller's to let go
    node.SetName(f"{segmentation_node.GetName()} prompts")
    node.SetAttribute(ATTRIBUTE, SCHEMA)
    node.SetHideFromEditors(True)
    node.SetUndoEnabled(False)  # undoing a change of the scene does not take prompts back
    node.SetEncoding(vtk.VTK_ENCODING_UTF_8)
    node.SetForceCreateStorageNode(node.CreateStorageNodeNever)
    scene.AddNode(node)
    node.SetNodeReferenceID(ROLE, segmentation_node.GetID())
    return node


def last_order_of(segmentation_node: Any) -> int:
    """Highest number of an acceptance kept with a segmentation, 0 without any."""
    orders = [node.GetAttribute(LAST_ORDER) or "" for node in prompt_nodes_of(segmentation_node)]
    return max((int(order) for order in orders if order.isdecimal()), default=0)


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


def _node_to_replace(segmentation_node: Any, volume_node: Any, frame: str, identity: VolumeIdentity) -> Any:
    if volume_node is not None:
        return prompt_node_of(segmentation_node, volume_node, frame, identity)
    placeless = [node for node in prompt_nodes_of(segmentation_node) if _is_placeless(node)]
    fitting = (node for node in placeless if _fits(node, identity) or not _is_readable(node))
    return next(fitting, None)


def _is_placeless(node: Any) -> bool:
    """Whether the text alone tells which volume was prompted."""
    return node.GetNodeReference(VOLUME_ROLE) is None and not frame_of(node)


def _is_readable(node: Any) -> bool:
    try:
        read_prompt_file(node.GetText() or "")
    except InputError:
        return False
    return True


def _place(node: Any, volume_node: Any, frame: str) -> None:
    if volume_node is None:
        return
    if node.GetNodeReference(VOLUME_ROLE) is not volume_node:
        node.SetNodeReferenceID(VOLUME_ROLE, volume_node.GetID())
    if frame_of(node) != frame:
        node.SetAttribute(FRAME, frame)


def _fits(node: Any, identity: VolumeIdentity) -> bool:
    try:
        return read_prompt_file(node.GetText() or "").volume.difference(identity) is None
    except InputError:
        return False


def _last_order(prompt_file: PromptFile) -> int:
    orders = [record.parameters.get("order", 0) for one in prompt_file.segments for record in one.slices]
    return max((order for order in orders if type(order) is int), default=0)

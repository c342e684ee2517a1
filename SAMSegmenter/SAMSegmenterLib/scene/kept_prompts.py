"""From a saved scene to everything that its prompts need to be done again: volumes, place of the segments, prompts."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.prompt_file import PromptFile, VolumeIdentity, identity_of
from SAMSegmenterLib.scene.editing_nodes import NodeSource, SourceReader
from SAMSegmenterLib.scene.native_output import native_output
from SAMSegmenterLib.scene.prompt_node import (
    VOLUME_ROLE,
    frame_of,
    prompt_nodes_of,
    read_prompts,
    segmentations_with_prompts,
)
from SAMSegmenterLib.scene.runtime import SceneHandle, private_scene
from SAMSegmenterLib.scene.segmentation_lattice import segmentation_lattice
from SAMSegmenterLib.scene.shown_volumes import show_frame
from SAMSegmenterLib.scene.volumes import parent_to_world

_VOLUME_KINDS = ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode")


@dataclass(frozen=True, eq=False)
class KeptPart:
    """The prompts made on one volume, or on one frame of a sequence.

    Args:
        prompt_file: what was prompted.
        source: the volume it was prompted on; its array belongs to the scene.
    """

    prompt_file: PromptFile
    source: NodeSource


@dataclass(frozen=True, eq=False)
class KeptPrompts:
    """The prompts of one segmentation of a scene.

    Args:
        parts: one per volume and frame, none without prompts.
        lattice: the voxels that the segments were written on.
        to_world: (4, 4), the lattice's RAS to the world's.
        scene: keeps all of it alive.
    """

    parts: tuple[KeptPart, ...]
    lattice: Lattice
    to_world: Matrix4
    scene: SceneHandle


def kept_prompts(path: Path, name: str = "") -> KeptPrompts:
    """Read a scene file, apart from the scene that is open, and find its prompts and their volumes.

    Args:
        path: an .mrb file.
        name: of the segmentation; needed when several have prompts.

    Raises:
        InputError: the scene cannot be read, has no prompts, or not a volume that they were made on.
        DependencyError: Slicer's package is missing.

    Thread: main.
    """
    handle = _opened(path)
    node = _segmentation(handle.scene, name, path)
    to_world = parent_to_world(node)
    parts, volume_nodes = [], []
    for prompt_node in prompt_nodes_of(node):
        prompt_file = read_prompts(node, prompt_node)
        if prompt_file is not None and any(segment.slices for segment in prompt_file.segments):
            volume_node, source = _volume(handle, node, prompt_node, prompt_file)
            parts.append(KeptPart(prompt_file, source))
            volume_nodes.append(volume_node)
    if not parts:
        raise InputError(f"No prompts are kept with '{node.GetName()}'.", "Choose a scene that was saved with prompts.")
    return KeptPrompts(tuple(parts), segmentation_lattice(node, volume_nodes[0]), to_world, handle)


def _opened(path: Path) -> SceneHandle:
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Check the path.")
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path.name} is no scene that can be read.", "Choose an .mrb file, saved by 3D Slicer.")
    handle = private_scene()
    with native_output():  # Slicer tells of every file that it unpacks
        read = handle.scene.ReadFromMRB(str(path.absolute()), False)
    if not read:
        raise InputError(f"{path.name} cannot be read as a scene.", "Save it again in 3D Slicer as .mrb.")
    return handle


def _segmentation(scene: Any, name: str, path: Path) -> Any:
    nodes = segmentations_with_prompts(scene)
    if not nodes:
        raise InputError(
            f"The scene {path.name} holds no prompts.", "Choose a scene that was saved after segmenting with SAM."
        )
    found = [node for node in nodes if not name or node.GetName() == name]
    if len(found) > 1:
        found = [node for node in found if any(_holds_prompts(one) for one in prompt_nodes_of(node))] or found
    if len(found) != 1:
        names = ", ".join(f"'{node.GetName()}'" for node in nodes)
        said = f"No segmentation '{name}' has prompts" if not found else f"{len(found)} segmentations have prompts"
        raise InputError(f"{said} in {path.name}.", f"Choose one by its name: {names}.")
    return found[0]


def _holds_prompts(prompt_node: Any) -> bool:
    """Whether there is anything in a text; all prompts of a segmentation may have been taken back."""
    return '"plane"' in (prompt_node.GetText() or "")


def _volume(
    handle: SceneHandle, segmentation_node: Any, prompt_node: Any, prompt_file: PromptFile
) -> tuple[Any, NodeSource]:
    """The volume of the prompts: the one that they name, else that of the segmentation's geometry, then all others."""
    role = segmentation_node.GetReferenceImageGeometryReferenceRole()
    named = prompt_node.GetNodeReference(VOLUME_ROLE)
    nodes = [named] if named is not None else [segmentation_node.GetNodeReference(role), *_volumes(handle.scene)]
    difference = "It holds no volume."
    for node in dict.fromkeys(filter(_holds_image, nodes)):
        source = _source(handle, node, segmentation_node, frame_of(prompt_node))
        if source is None:
            difference = f"The sequence of '{node.GetName()}' has no frame {frame_of(prompt_node)}."
            continue
        place = VolumeIdentity(source.volume.shape_kji, np.asarray(source.volume.ijk_to_ras))
        found = prompt_file.volume.difference(place) or prompt_file.volume.difference(identity_of(source.volume))
        if found is None:
            return node, source
        difference = f"'{node.GetName()}' is another one: {found}"
    raise InputError(
        f"The scene does not hold the volume that the prompts of '{segmentation_node.GetName()}' were made on. "
        f"{difference}",
        "Save the scene together with its volume, unchanged.",
    )


def _source(handle: SceneHandle, node: Any, segmentation_node: Any, frame: str) -> NodeSource | None:
    """A volume as it is, or one frame of it, with voxels of its own as other frames take its place."""
    if not frame:
        return SourceReader().read(node, segmentation_node)
    if not show_frame(node, frame, handle.logics["Sequences"]):
        return None
    source = SourceReader().read(node, segmentation_node)
    return replace(source, volume=replace(source.volume, array=source.volume.array.copy()))


def _volumes(scene: Any) -> list[Any]:
    return [scene.GetNthNodeByClass(n, kind) for kind in _VOLUME_KINDS for n in _range(scene, kind)]


def _range(scene: Any, kind: str) -> range:
    return range(scene.GetNumberOfNodesByClass(kind))


def _holds_image(node: Any) -> bool:
    if node is None or not any(node.IsA(kind) for kind in _VOLUME_KINDS) or node.IsA("vtkMRMLLabelMapVolumeNode"):
        return False
    image = node.GetImageData()
    return image is not None and image.GetNumberOfPoints() > 0 and image.GetNumberOfScalarComponents() in (1, 3)

"""Volumes and references of a scene, and which belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

VOLUMES = ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode")
REFERENCES = ("vtkMRMLSegmentationNode", "vtkMRMLLabelMapVolumeNode")
OWN_NODE = "SAMBenchmark.Shown"
"""Attribute of nodes that show results; they are no input."""

_SAID_OF_REFERENCES = {"seg", "segmentation", "segmentations", "label", "labels", "labelmap", "mask", "masks", "gt"}
_SAID_OF_REFERENCES |= {"reference", "ref", "truth", "ground", "image", "img", "volume", "nii", "nrrd", "mha", "0000"}


@dataclass(frozen=True, eq=False)
class NodePair:
    """A volume node and the node that counts as its truth, None where none is known.

    Thread: main, also where it is let go.
    """

    volume: Any
    reference: Any


def volumes_in(scene: Any) -> list[Any]:
    """Volume nodes that a user sees, labelmaps and our own left out, in the scene's order."""
    return _visible(scene, VOLUMES)


def references_in(scene: Any) -> list[Any]:
    """Segmentation and labelmap nodes that a user sees, our own left out, in the scene's order."""
    return _visible(scene, REFERENCES)


def suggested_pairs(volumes: Sequence[Any], references: Sequence[Any]) -> list[NodePair]:
    """Each volume with the reference that most likely belongs to it.

    In this order: a segmentation that was made on the volume; one whose name says so ("CT" and "CT labels"); the only
    one left that lies in the same place. Those that serve another volume already are not given to a third by place.
    """
    found = {volume.GetID(): _made_on(volume, references) or _named_alike(volume, references) for volume in volumes}
    taken = {node.GetID() for node in found.values() if node is not None}
    for volume in volumes:
        if found[volume.GetID()] is None:
            free = [one for one in references if one.GetID() not in taken and not pair_problem(volume, one)]
            others = [other for other in volumes if other is not volume and found[other.GetID()] is None]
            rivals = [one for one in free if any(not pair_problem(other, one) for other in others)]
            if len(free) == 1 and not rivals:
                found[volume.GetID()] = free[0]
    return [NodePair(volume, found[volume.GetID()]) for volume in volumes]


def pair_problem(volume: Any, reference: Any) -> str:
    """Why a pair cannot be evaluated, as far as that can be seen without looking at voxels; empty when it may be.

    Returns:
        "no reference", "no image", "no segments", "empty" or "elsewhere".
    """
    if reference is None:
        return "no reference"
    image = volume.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0:
        return "no image"
    if reference.IsA("vtkMRMLSegmentationNode") and reference.GetSegmentation().GetNumberOfSegments() == 0:
        return "no segments"
    bounds = [[0.0] * 6, [0.0] * 6]
    volume.GetRASBounds(bounds[0])
    reference.GetRASBounds(bounds[1])
    if bounds[1][0] > bounds[1][1]:
        return "empty"
    apart = any(max(bounds[0][n], bounds[1][n]) > min(bounds[0][n + 1], bounds[1][n + 1]) for n in (0, 2, 4))
    return "elsewhere" if apart else ""


def _visible(scene: Any, kinds: Sequence[str]) -> list[Any]:
    nodes = [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]
    chosen = [node for node in nodes if node.GetClassName() in kinds and not node.GetHideFromEditors()]
    return [node for node in chosen if node.GetAttribute(OWN_NODE) is None]


def _made_on(volume: Any, references: Sequence[Any]) -> Any:
    for node in references:
        if node.IsA("vtkMRMLSegmentationNode"):
            role = node.GetReferenceImageGeometryReferenceRole()
            if node.GetNodeReferenceID(role) == volume.GetID() and not pair_problem(volume, node):
                return node
    return None


def _named_alike(volume: Any, references: Sequence[Any]) -> Any:
    words = _words(volume.GetName())
    alike = [node for node in references if words and _words(node.GetName()) == words]
    usable = [node for node in alike if not pair_problem(volume, node)]
    return usable[0] if len(usable) == 1 else None


def _words(name: str | None) -> tuple[str, ...]:
    """The words of a name but those that only say what kind of node it is."""
    found = re.findall(r"[a-z]+|\d+", (name or "").lower())
    return tuple(word for word in found if word not in _SAID_OF_REFERENCES)

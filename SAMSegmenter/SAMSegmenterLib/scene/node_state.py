"""Whether a node still holds what was read from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.matrices import matrix_from_vtk


@dataclass(frozen=True, eq=False)
class NodeState:
    """A volume or segmentation node as it was at one moment; names, colours and display do not count.

    Args:
        node: the node itself; a new node may get the ID of a removed one.
        node_id: its ID in the scene.
        modified: modification times of its data, in order.
        place: its matrices.

    Thread: main, also where it is let go.
    """

    node: Any
    node_id: str
    name: str
    modified: tuple[int, ...]
    place: tuple[bytes, ...]

    @classmethod
    def of(cls, node: Any) -> NodeState:
        """The state now."""
        return cls(node, node.GetID(), node.GetName(), _modified(node), place_of(node))

    @property
    def exists(self) -> bool:
        """True while the node is in its scene."""
        scene = self.node.GetScene()
        return scene is not None and scene.GetNodeByID(self.node_id) is self.node

    @property
    def is_current(self) -> bool:
        """True while the node is in its scene with the same data at the same place."""
        return self.exists and _modified(self.node) == self.modified and place_of(self.node) == self.place

    def check_unchanged(self) -> None:
        """Check that the node is still in its scene and holds the same data at the same place.

        Raises:
            InputError: it was removed or changed.
        """
        if not self.exists:
            raise InputError(f"'{self.name}' was removed while the work was under way.", "Load it and run again.")
        if not self.is_current:
            raise InputError(
                f"'{self.name}' was changed while the work was under way, so the results no longer belong to it.",
                "Run again.",
            )


def _modified(node: Any) -> tuple[int, ...]:
    if not node.IsA("vtkMRMLSegmentationNode"):
        image = node.GetImageData()
        return (image.GetMTime(),) if image is not None else ()
    segmentation = node.GetSegmentation()
    source = segmentation.GetSourceRepresentationName()
    segments = (segmentation.GetNthSegment(number) for number in range(segmentation.GetNumberOfSegments()))
    images = [segment.GetRepresentation(source) for segment in segments]
    return tuple(image.GetMTime() for image in images if image is not None)


def place_of(node: Any) -> tuple[bytes, ...]:
    """Where a node lies: IJK to RAS of a volume, and the parent transform's matrix; of one that bends space when it was
    last changed."""
    import vtk

    matrices = []
    matrix = vtk.vtkMatrix4x4()
    if node.IsA("vtkMRMLVolumeNode"):
        node.GetIJKToRASMatrix(matrix)
        matrices.append(matrix_from_vtk(matrix))
    parent = node.GetParentTransformNode()
    if parent is not None and parent.IsTransformToWorldLinear():
        parent.GetMatrixTransformToWorld(matrix)
        matrices.append(matrix_from_vtk(matrix))
    elif parent is not None:
        matrices.append(np.array([parent.GetTransformToWorldMTime()]))
    return tuple(values.tobytes() for values in matrices)

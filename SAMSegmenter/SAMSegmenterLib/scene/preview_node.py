"""What is not accepted yet, shown in slice views and in 3D by a segmentation node of its own that is never saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import bounding_extent, extent_shape, filled_extent, is_empty, placed, window
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segment_voxels import oriented_image
from SAMSegmenterLib.scene.segmentations import BINARY_LABELMAP

ATTRIBUTE = "SAMSegmenter.Preview"
"""Attribute that tells preview nodes from segmentations."""

_FILL, _SOLID = 0.25, 0.6
"""Opacity in slice views and in 3D: less than a segment's, so that it is seen to be a preview."""

Colour = tuple[float, float, float]


class SegmentationPreview:
    """A preview beside one segmentation; its node is made when there is something to show.

    Args:
        segmentation_node: that the preview belongs to; it is not touched.

    Thread: main, all of it.
    """

    def __init__(self, segmentation_node: Any) -> None:
        self._owner = segmentation_node
        self._node: Any = None

    @property
    def node(self) -> Any:
        """The `vtkMRMLSegmentationNode` that shows the preview; None when nothing is shown."""
        alive = self._node is not None and self._node.GetScene() is not None
        return self._node if alive else None

    def show(
        self, blocks: Sequence[tuple[Extent, np.ndarray]], ijk_to_world: Matrix4, colour: Colour, surface: bool = False
    ) -> None:
        """Show voxels of a volume, in the views that may show the segmentation.

        Args:
            blocks: extents with their (k, j, i) voxels, non-zero inside; they may overlap. Without a voxel set nothing
                is shown.
            ijk_to_world: (4, 4) of the volume.
            colour: red, green, blue, 0 to 1.
            surface: make a surface of them, too, for 3D views.
        """
        reach = bounding_extent(filled_extent(block, extent) for extent, block in blocks)
        if is_empty(reach):
            self.clear()
            return
        if self.node is None:
            self._node = new_preview_node(self._owner)
        node = self._node
        segmentation = node.GetSegmentation()
        segmentation.RemoveAllSegments()
        segment = import_slicer().vtkSegment()
        segment.SetName("preview")
        segment.SetColor(*colour)
        segment.AddRepresentation(BINARY_LABELMAP, oriented_image(reach, ijk_to_world, _joined(blocks, reach)))
        segmentation.AddSegment(segment)
        if surface:
            node.CreateClosedSurfaceRepresentation()

    def clear(self) -> None:
        """Show nothing, and leave nothing in the scene."""
        node, self._node = self.node, None
        if node is not None:
            remove_preview_node(node)


def new_preview_node(owner: Any) -> Any:
    """A segmentation node that is never saved, shown where a segmentation is shown.

    Args:
        owner: the segmentation that it belongs to.

    Raises:
        InputError: that is not in a scene any more.
    """
    scene = owner.GetScene()
    if scene is None:
        raise InputError("The segmentation is not in the scene any more.", "Choose another segmentation.")
    node = scene.CreateNodeByClass("vtkMRMLSegmentationNode")
    node.UnRegister(None)
    node.SetName("SAM preview")
    node.SetAttribute(ATTRIBUTE, "1")
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    scene.AddNode(node)
    node.CreateDefaultDisplayNodes()
    node.GetSegmentation().SetSourceRepresentationName(BINARY_LABELMAP)
    display = node.GetDisplayNode()
    display.SetSaveWithScene(False)
    display.SetOpacity2DFill(_FILL)
    display.SetOpacity3D(_SOLID)
    owners = owner.GetDisplayNode()
    for number in range(owners.GetNumberOfViewNodeIDs() if owners is not None else 0):
        display.AddViewNodeID(owners.GetNthViewNodeID(number))
    return node


def remove_preview_node(node: Any) -> None:
    """Leave nothing of a preview in its scene."""
    scene, display = node.GetScene(), node.GetDisplayNode()
    scene.RemoveNode(node)
    if display is not None and display.GetScene() is not None:
        scene.RemoveNode(display)


def _joined(blocks: Sequence[tuple[Extent, np.ndarray]], reach: Extent) -> np.ndarray:
    cells = np.zeros(extent_shape(reach), np.uint8)
    for extent, block in blocks:
        here = filled_extent(block, extent)
        if not is_empty(here):
            cells[window(here, reach)] |= placed((block != 0).astype(np.uint8), extent, here)
    return cells

"""Opens what a user has before the first click: views with a volume, a segmentation, an editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import numpy as np
import slicer
import slicer.util

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.desktop import subject_hierarchy
from support.desktop.view_hand import ViewHand

_COLOURS = ((1.0, 0.0, 0.0), (0.0, 0.4, 1.0))
"""Of the segments: Slicer would draw any by lot, a grey like the picture's as well."""


@dataclass
class Editing:
    """An editor at work.

    Attributes:
        volume_node, segmentation_node, editor_node: of the scene.
        editor: `qMRMLSegmentEditorWidget`.
        views: a hand per slice view, "Red", "Green" and "Yellow"; empty without views.
    """

    volume_node: Any
    segmentation_node: Any
    editor_node: Any
    editor: Any
    views: dict[str, ViewHand] = field(default_factory=dict)

    def activate(self, name: str) -> Any:
        """Activate an effect; returns its C++ half, or None."""
        self.editor.setActiveEffectByName(name)
        return self.editor.activeEffect()

    def select(self, segment_id: str) -> None:
        """Choose the segment to edit."""
        self.editor.setCurrentSegmentID(segment_id)

    def mask(self, segment_id: str) -> np.ndarray:
        """A segment's voxels on the volume's lattice: (K, J, I) bool."""
        array = slicer.util.arrayFromSegmentBinaryLabelmap(self.segmentation_node, segment_id, self.volume_node)
        return np.asarray(array) > 0

    def ras(self, k: float, j: float, i: float) -> tuple[float, float, float]:
        """The place of a voxel in the world (without parent transforms)."""
        matrix = slicer.util.arrayFromVTKMatrix(_ijk_to_ras(self.volume_node))
        return tuple((matrix @ (i, j, k, 1.0))[:3].tolist())


def start_editing(volume: Volume, segments: Sequence[str] = ("one", "two"), views: bool = True) -> Editing:
    """A volume, a segmentation on its lattice with empty segments, and an editor with both; the first is selected.

    Args:
        volume: goes into the scene.
        segments: IDs, which are also the names.
        views: open Slicer's main window with three slice views, fitted to the volume's middle.
    """
    if views and slicer.app.layoutManager() is None:
        slicer.app._open_window()
    scene = slicer.mrmlScene
    subject_hierarchy.follow(scene)
    volume_node = node_from_volume(volume)
    segmentation_node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Segmentation")
    segmentation_node.CreateDefaultDisplayNodes()
    segmentation_node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
    for segment, colour in zip(segments, cycle(_COLOURS)):
        segmentation_node.GetSegmentation().AddEmptySegment(segment, segment, colour)
    editor_node = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode", "Editor")
    editor = open_editor(editor_node, segmentation_node, volume_node)
    return Editing(volume_node, segmentation_node, editor_node, editor, _hands(volume) if views else {})


def open_editor(editor_node: Any, segmentation_node: Any, volume_node: Any) -> Any:
    """One more editor, in the order of calls that Slicer's documentation gives."""
    editor = slicer.qMRMLSegmentEditorWidget()
    editor.setMRMLScene(slicer.mrmlScene)
    editor.setMRMLSegmentEditorNode(editor_node)
    editor.setSegmentationNode(segmentation_node)
    editor.setSourceVolumeNode(volume_node)
    return editor


def _hands(volume: Volume) -> dict[str, ViewHand]:
    layout_manager = slicer.app.layoutManager()
    layout_manager.resetSliceViews()
    hands = {name: ViewHand(layout_manager.sliceWidget(name)) for name in layout_manager.sliceViewNames()}
    k, j, i = (n // 2 for n in volume.array.shape[:3])
    for hand in hands.values():
        hand.show((volume.ijk_to_ras @ (i, j, k, 1.0))[:3])
    return hands


def _ijk_to_ras(node: Any) -> Any:
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix

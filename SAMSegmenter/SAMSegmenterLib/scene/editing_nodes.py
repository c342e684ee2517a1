"""What an editing step reads from the scene: the source volume as it is now, and how it lies to the segmentation."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import RasToRas
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.scene.matrices import matrix_from_vtk
from SAMSegmenterLib.scene.node_state import NodeState, place_of
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segment_voxels import values_of
from SAMSegmenterLib.scene.shown_volumes import displayed_window, in_hounsfield_units, remarks_on, shown_frame
from SAMSegmenterLib.scene.transforms import from_world, general_between, is_bent, to_world
from SAMSegmenterLib.scene.volumes import checked_image, has_spacing, volume_from_node


@dataclass(frozen=True, eq=False)
class NodeSource:
    """A source volume as it was at one moment.

    Args:
        volume: in world space, all parent transforms included. Its array is the node's own memory.
        volume_id: of the node and of the frame of a sequence that it shows.
        token: differs as soon as voxels, frame or place differ.
        displayed: window of the viewer, None for colour or without a display.
        hounsfield: whether intensities are CT numbers, None where the node does not say.
        segmentation_to_volume: RAS of the segmentation node to the world's, a matrix or a function; None when equal.
        volume_to_segmentation: the other way.
        remarks: where the picture on the screen is not the one that the model gets.
        state: of the volume node.
        frame: index value of the frame of a sequence that it shows, "" for a volume of its own.
    """

    volume: Volume
    volume_id: str
    token: Hashable
    displayed: LevelWidth | None
    hounsfield: bool | None
    segmentation_to_volume: Matrix4 | RasToRas | None
    volume_to_segmentation: Matrix4 | RasToRas | None
    remarks: tuple[str, ...]
    state: NodeState
    frame: str = ""


class SourceReader:
    """Reads a source volume again only when it changed.

    Thread: main, all of it.
    """

    def __init__(self) -> None:
        self._last: NodeSource | None = None

    def read(self, volume_node: Any, segmentation_node: Any = None, slice_node: Any = None) -> NodeSource:
        """The source volume as it is now: of a sequence the current frame.

        A transform that bends space is applied to the voxels (linear interpolation), once for as long as nothing
        changes; voxels are not copied otherwise.

        Args:
            volume_node: grey, or with red, green and blue.
            segmentation_node: whose transform counts, or None.
            slice_node: of the view that remarks are about, or None.

        Returns:
            The same object as before when nothing changed.

        Raises:
            InputError: there is no volume, it is empty, or has other than 1 or 3 components.
        """
        checked_image(volume_node)
        state = NodeState.of(volume_node)
        frame = shown_frame(volume_node)
        index = "" if frame is None else frame.index
        volume_id = state.node_id if frame is None else f"{state.node_id} frame {index}"
        place = () if segmentation_node is None else (segmentation_node.GetID(), place_of(segmentation_node))
        token = (volume_id, state.modified, state.place, place)
        display = (displayed_window(volume_node), remarks_on(volume_node, slice_node, frame))
        last = self._last if self._last is not None and self._last.state.node is volume_node else None
        if last is None or last.token != token:
            last = _read(volume_node, segmentation_node, volume_id, token, state, *display, index)
        elif (last.displayed, last.remarks) != display:
            last = replace(last, displayed=display[0], remarks=display[1])
        self._last = last
        return last


class EditorSource:
    """The source volume of a Segment Editor.

    Args:
        editor_node: `vtkMRMLSegmentEditorNode`.
        shown_in: gives the `vtkMRMLSliceNode` that remarks are about, or None.

    Thread: main, all of it.
    """

    def __init__(self, editor_node: Any, shown_in: Callable[[], Any] = lambda: None) -> None:
        self._editor_node, self._shown_in, self._reader = editor_node, shown_in, SourceReader()

    def source(self) -> NodeSource | None:
        """The volume now, the same object as before when nothing changed; None when there is none.

        Raises:
            InputError: the volume is empty, or has other than 1 or 3 components.
        """
        volume_node = self._editor_node.GetSourceVolumeNode()
        if volume_node is None or volume_node.GetScene() is None:
            self._reader = SourceReader()
            return None
        return self._reader.read(volume_node, self._editor_node.GetSegmentationNode(), self._shown_in())


def _read(
    node: Any,
    segmentation_node: Any,
    volume_id: str,
    token: Hashable,
    state: NodeState,
    displayed: LevelWidth | None,
    remarks: tuple[str, ...],
    frame: str,
) -> NodeSource:
    volume = _unbent_volume(node) if is_bent(node) else volume_from_node(node, copy=False)
    moved = segmentation_node is not None and segmentation_node.GetParentTransformNode() is not None
    ways = (to_world(segmentation_node), from_world(segmentation_node)) if moved else (None, None)
    return NodeSource(volume, volume_id, token, displayed, in_hounsfield_units(node), *ways, remarks, state, frame)


def _unbent_volume(node: Any) -> Volume:
    """The voxels as they lie in the world, on the volume's own lattice continued as far as needed."""
    import vtk

    slicer = import_slicer()
    image, matrix = slicer.vtkOrientedImageData(), vtk.vtkMatrix4x4()
    image.ShallowCopy(node.GetImageData())
    node.GetIJKToRASMatrix(matrix)
    image.SetGeometryFromImageToWorldMatrix(matrix)
    background = [node.GetImageBackgroundScalarComponentAsDouble(0)] * 4
    slicer.vtkOrientedImageDataResample.TransformOrientedImage(
        image, general_between(node, None), False, False, True, background
    )
    start = np.eye(4)
    start[:3, 3] = image.GetExtent()[::2]
    return Volume(values_of(image), matrix_from_vtk(matrix) @ start, has_spacing(node), node.GetName() or "")

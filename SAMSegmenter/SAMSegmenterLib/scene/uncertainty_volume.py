"""The disagreement of varied prompts, kept as a volume beside the one it was found on."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.lattice_values import values_on_lattice
from SAMSegmenterLib.core.slicing import SliceImage
from SAMSegmenterLib.scene.matrices import matrix_from_vtk
from SAMSegmenterLib.scene.segment_list import segment_name
from SAMSegmenterLib.scene.shown_volumes import shown_frame
from SAMSegmenterLib.scene.transforms import to_world
from SAMSegmenterLib.scene.volumes import checked_image, has_spacing, node_from_volume, voxels_of

_VOLUME_ROLE = "SAMSegmenter.uncertaintyOfVolume"
_SEGMENTATION_ROLE = "SAMSegmenter.uncertaintyOfSegmentation"
_SEGMENT_ATTRIBUTE = "SAMSegmenter.uncertaintyOfSegment"


def keep_uncertainty(
    values: np.ndarray,
    image: SliceImage,
    volume_ijk_to_world: Matrix4,
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
) -> tuple[Any, int]:
    """Put the disagreement on a slice into the volume of its segment, which is made where there is none.

    Args:
        values: (H, W) float32, 0 (agreement) to 1, on the slice's pixels.
        image: the slice.
        volume_ijk_to_world: (4, 4) of the volume as it was segmented, parent transforms included.
        volume_node: the source volume, whose voxels and parent transform the new volume has.
        segmentation_node, segment_id: whose mask was examined; each segment has a volume of its own, and on each frame
            of a sequence another one.

    Returns:
        The `vtkMRMLScalarVolumeNode` and how many voxels were set; others keep what they were, 0 at first.

    Raises:
        InputError: no voxel of the volume lies on the slice, or a node is gone.

    Thread: main.
    """
    name = segment_name(segmentation_node, segment_id)
    if name is None or volume_node is None or volume_node.GetScene() is None:
        raise InputError("The segment or its volume is not there any more.", "Mark the structure again.")
    matrix, count = _ijk_to_ras(volume_node), checked_image(volume_node).GetDimensions()
    lattice = Lattice(matrix, (0, count[0] - 1, 0, count[1] - 1, 0, count[2] - 1))
    found = values_on_lattice(
        np.asarray(values, np.float32), image, volume_ijk_to_world, lattice, to_world(volume_node)
    )
    if found is None:
        raise InputError("No voxel of the volume lies on this slice.", "Scroll to a slice of the volume.")
    frame = shown_frame(volume_node)
    frame_text = "" if frame is None else f", frame {frame.number + 1}"
    key = segment_id if frame is None else f"{segment_id}, frame {frame.index}"
    node = _kept(volume_node, segmentation_node, key) or _new(
        f"{volume_node.GetName()}{frame_text} - uncertainty of {name}", volume_node, segmentation_node, key
    )
    (i0, i1, j0, j1, k0, k1), block, inside = found
    voxels_of(node.GetImageData())[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1][inside] = block[inside]
    node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    node.GetImageData().GetPointData().GetScalars().Modified()
    node.GetImageData().Modified()
    node.Modified()
    return node, int(np.count_nonzero(inside))


def _ijk_to_ras(node: Any) -> Matrix4:
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix_from_vtk(matrix)


def _kept(volume_node: Any, segmentation_node: Any, key: str) -> Any:
    """The volume made earlier, None where there is none or the source has other voxels now."""
    scene, size = volume_node.GetScene(), volume_node.GetImageData().GetDimensions()
    for number in range(scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")):
        node = scene.GetNthNodeByClass(number, "vtkMRMLScalarVolumeNode")
        if (
            node.GetAttribute(_SEGMENT_ATTRIBUTE) == key
            and node.GetNodeReference(_VOLUME_ROLE) is volume_node
            and node.GetNodeReference(_SEGMENTATION_ROLE) is segmentation_node
            and node.GetImageData() is not None
            and node.GetImageData().GetDimensions() == size
            and np.allclose(_ijk_to_ras(node), _ijk_to_ras(volume_node))
        ):
            return node
    return None


def _new(name: str, volume_node: Any, segmentation_node: Any, key: str) -> Any:
    zeros = np.zeros(volume_node.GetImageData().GetDimensions()[::-1], np.float32)
    volume = Volume(zeros, _ijk_to_ras(volume_node), has_spacing(volume_node), name)
    node = node_from_volume(volume, scene=volume_node.GetScene())
    node.SetAttribute(_SEGMENT_ATTRIBUTE, key)
    node.SetNodeReferenceID(_VOLUME_ROLE, volume_node.GetID())
    node.SetNodeReferenceID(_SEGMENTATION_ROLE, segmentation_node.GetID())
    node.GetDisplayNode().SetAutoWindowLevel(False)
    node.GetDisplayNode().SetWindowLevel(1.0, 0.5)
    return node

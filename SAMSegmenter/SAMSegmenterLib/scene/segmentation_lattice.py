"""The lattice that a segmentation is edited on: its own, which need not be the volume's."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import bounding_extent, is_empty
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.scene.matrices import matrix_from_vtk
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segment_voxels import aligned_extent, extent_around, extent_of_box, image_to_ras, layers_of


def segmentation_lattice(node: Any, volume_node: Any = None) -> Lattice:
    """The voxels that a segmentation's segments are written on.

    The reference geometry of the segmentation, widened to hold all that is drawn. Where everything drawn lies on one
    other lattice (finer, after a conversion with oversampling, say), that one, over the same space: nothing drawn is
    then resampled. A segmentation that has neither gets the geometry of the volume, as in the Segment Editor.

    Args:
        node: `vtkMRMLSegmentationNode`.
        volume_node: the source volume, or None.

    Raises:
        InputError: there is nothing to take a lattice from.

    Thread: main.
    """
    layers = [image for image, _ids in layers_of(node)]
    reference = _reference(node)
    if reference is None and not layers and volume_node is not None:
        node.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
        reference = _reference(node)
    if reference is None and not layers:
        raise InputError(
            f"The segmentation '{node.GetName()}' has no voxel grid yet.", "Choose the volume that it belongs to."
        )
    own = _common_lattice(layers)
    if reference is None:
        reference = own if own is not None else Lattice(image_to_ras(layers[0]), layers[0].GetExtent())
    if own is None or any(aligned_extent(image, reference) is not None for image in layers):
        return Lattice(reference.ijk_to_ras, _widened(reference.extent, layers, reference))
    space = extent_of_box(reference.extent, reference.ijk_to_ras, own)
    return Lattice(own.ijk_to_ras, _widened(space, layers, own))


def _widened(extent: Extent, layers: list[Any], lattice: Lattice) -> Extent:
    return bounding_extent([extent, *(extent_around(image, lattice) for image in layers)])


def _common_lattice(layers: list[Any]) -> Lattice | None:
    """The lattice of the first labelmap when all others lie on it, too."""
    if not layers:
        return None
    first = Lattice(image_to_ras(layers[0]), layers[0].GetExtent())
    return first if all(aligned_extent(image, first) is not None for image in layers[1:]) else None


def _reference(node: Any) -> Lattice | None:
    """What the segmentation says of its geometry, if anything."""
    converter = import_slicer().vtkSegmentationConverter
    text = node.GetSegmentation().GetConversionParameter(converter.GetReferenceImageGeometryParameterName())
    matrix, extent = _parsed(text) if text else (None, None)
    return None if matrix is None or is_empty(extent) else Lattice(matrix, extent)


def _parsed(text: str) -> tuple[Matrix4 | None, Extent | None]:
    import vtk

    slicer = import_slicer()
    image, matrix = slicer.vtkOrientedImageData(), vtk.vtkMatrix4x4()
    if not slicer.vtkSegmentationConverter.DeserializeImageGeometry(text, image, False):
        return None, None
    image.GetImageToWorldMatrix(matrix)
    values = matrix_from_vtk(matrix)
    usable = np.isfinite(values).all() and abs(np.linalg.det(values[:3, :3])) > 1e-12
    return (values, image.GetExtent()) if usable else (None, None)

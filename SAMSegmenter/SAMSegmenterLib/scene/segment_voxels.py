"""Voxels of single segments on a block of the segmentation's lattice; nothing is read or copied beyond the block."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, bounding_extent, extent_shape, intersection, is_empty, window
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.scene.labelmaps import aligned_offset
from SAMSegmenterLib.scene.matrices import matrix_from_vtk, matrix_to_vtk
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segmentations import BINARY_LABELMAP


def segment_of(node: Any, segment_id: str) -> Any:
    """The `vtkSegment` of an id.

    Raises:
        InputError: there is none.
    """
    segment = node.GetSegmentation().GetSegment(segment_id)
    if segment is None:
        raise InputError(
            f"The segmentation '{node.GetName()}' has no segment '{segment_id}' any more.", "Choose another segment."
        )
    return segment


def segment_block(node: Any, segment_id: str, lattice: Lattice, extent: Extent) -> np.ndarray:
    """Whether voxels belong to a segment.

    Args:
        node: `vtkMRMLSegmentationNode`.
        lattice: whose voxels are asked; a labelmap on another one is resampled by nearest neighbour.
        extent: of the block wanted, anywhere.

    Returns:
        (k, j, i) uint8, 1 inside and 0 elsewhere; shares no memory with the node.

    Raises:
        InputError: no such segment.

    Thread: main.
    """
    segment = segment_of(node, segment_id)
    values = _values_on(layer_of(segment), lattice, extent)
    return (values == segment.GetLabelValue()).view(np.uint8)


def layers_of(node: Any) -> list[tuple[Any, list[str]]]:
    """Distinct labelmaps of a segmentation that hold something, each with the ids of the segments in it."""
    layers: list[tuple[Any, list[str]]] = []
    segmentation = node.GetSegmentation()
    for number in range(segmentation.GetNumberOfSegments()):
        image = layer_of(segmentation.GetNthSegment(number))
        if is_drawn(image):
            home = next((ids for known, ids in layers if known is image), None)
            if home is None:
                layers.append((image, [segmentation.GetNthSegmentID(number)]))
            else:
                home.append(segmentation.GetNthSegmentID(number))
    return layers


def any_in_block(node: Any, segment_ids: list[str], lattice: Lattice, extent: Extent) -> np.ndarray:
    """Whether voxels belong to any of several segments.

    Returns:
        (k, j, i) bool.
    """
    found = np.zeros(extent_shape(extent), bool)
    if not segment_ids:
        return found
    for image, ids in layers_of(node):
        values = [int(segment_of(node, n).GetLabelValue()) for n in ids if n in segment_ids]
        block = _values_on(image, lattice, extent) if values else None
        for value in values:
            found |= block == value
    return found


def layer_of(segment: Any) -> Any:
    """The labelmap (`vtkOrientedImageData`) that holds a segment, often together with others; None without one."""
    return segment.GetRepresentation(BINARY_LABELMAP)


def is_drawn(image: Any) -> bool:
    """True when a labelmap has voxels, of whatever value."""
    return image is not None and not is_empty(image.GetExtent()) and image.GetPointData().GetScalars() is not None


def image_to_ras(image: Any) -> Matrix4:
    """(4, 4) from (i, j, k, 1) of a `vtkOrientedImageData` to RAS of its segmentation."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return matrix_from_vtk(matrix)


def aligned_extent(image: Any, lattice: Lattice) -> Extent | None:
    """Extent of a labelmap on a lattice when the voxels of both coincide, else None."""
    extent = image.GetExtent()
    start = np.eye(4)
    start[:3, 3] = extent[::2]
    shape = extent_shape(extent)
    offset = aligned_offset(image_to_ras(image) @ start, lattice.ijk_to_ras, shape)
    if offset is None:
        return None
    k, j, i = offset
    return i, i + shape[2] - 1, j, j + shape[1] - 1, k, k + shape[0] - 1


def extent_around(image: Any, lattice: Lattice) -> Extent:
    """Smallest extent of a lattice that holds a labelmap; `EMPTY_EXTENT` for one that was never drawn."""
    if not is_drawn(image):
        return EMPTY_EXTENT
    aligned = aligned_extent(image, lattice)
    return aligned if aligned is not None else extent_of_box(image.GetExtent(), image_to_ras(image), lattice)


def extent_of_box(extent: Extent, ijk_to_ras: Matrix4, lattice: Lattice) -> Extent:
    """Voxels of a lattice whose centres may lie in the box that the voxels of another one fill."""
    edges = [(low - 0.5, high + 0.5) for low, high in zip(extent[::2], extent[1::2], strict=True)]
    corners = np.array([(i, j, k, 1.0) for i in edges[0] for j in edges[1] for k in edges[2]])
    ijk = (corners @ (np.linalg.inv(lattice.ijk_to_ras) @ ijk_to_ras).T)[:, :3]
    low, high = np.ceil(ijk.min(axis=0) - 1e-3), np.floor(ijk.max(axis=0) + 1e-3)
    i0, j0, k0, i1, j1, k1 = (int(value) for value in (*low, *high))
    return bounding_extent([(i0, i1, j0, j1, k0, k1)])


def oriented_image(extent: Extent, ijk_to_ras: Matrix4, block: np.ndarray | None = None) -> Any:
    """`vtkOrientedImageData` with an extent and a place; without a block it has no scalars and only says where it is.

    Args:
        block: (k, j, i) of the extent's shape; it is copied.
    """
    from vtk.util.numpy_support import get_vtk_array_type, vtk_to_numpy

    image = import_slicer().vtkOrientedImageData()
    image.SetExtent(*extent)
    image.SetImageToWorldMatrix(matrix_to_vtk(ijk_to_ras))
    if block is not None:
        image.AllocateScalars(get_vtk_array_type(block.dtype), 1)
        vtk_to_numpy(image.GetPointData().GetScalars()).reshape(block.shape)[...] = block
    return image


def values_of(image: Any) -> np.ndarray:
    """(k, j, i), or (k, j, i, components), of an image over its whole extent, its own memory."""
    from vtk.util.numpy_support import vtk_to_numpy

    scalars = vtk_to_numpy(image.GetPointData().GetScalars())
    return scalars.reshape(extent_shape(image.GetExtent()) + scalars.shape[1:])


def _values_on(image: Any, lattice: Lattice, extent: Extent) -> np.ndarray:
    """Label values of a labelmap on a block of the lattice; may be the labelmap's own memory, to be read only."""
    if not is_drawn(image):
        return np.zeros(extent_shape(extent), np.uint8)
    here = aligned_extent(image, lattice)
    common = intersection(extent_around(image, lattice) if here is None else here, extent)
    if is_empty(common):
        return np.zeros(extent_shape(extent), np.uint8)
    if here is not None and common == tuple(extent):
        return values_of(image)[window(common, here)]
    result = np.zeros(extent_shape(extent), values_of(image).dtype)
    source = _resampled(image, lattice, common) if here is None else values_of(image)[window(common, here)]
    result[window(common, extent)] = source
    return result


def _resampled(image: Any, lattice: Lattice, extent: Extent) -> np.ndarray:
    slicer = import_slicer()
    result = slicer.vtkOrientedImageData()
    reference = oriented_image(extent, lattice.ijk_to_ras)
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(image, reference, result, False)
    return values_of(result)

"""Volume nodes to volumes in memory, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.windowing import Percentile
from SAMSegmenterLib.scene.matrices import matrix_from_vtk, matrix_to_vtk
from SAMSegmenterLib.scene.runtime import ensure_scene

HAS_SPACING_ATTRIBUTE = "SAMSegmenter.HasSpacing"
"""Node attribute, "0" or "1": Slicer gives an image without pixel size a spacing of 1 and keeps no trace of it."""

_FILES_WITHOUT_SPACING = (".png", ".jpg", ".jpeg", ".bmp")


def volume_from_node(node: Any, copy: bool = True) -> Volume:
    """A volume node's voxels with their place in the world.

    Args:
        node: `vtkMRMLScalarVolumeNode` (also a labelmap) or `vtkMRMLVectorVolumeNode` with 3 components.
        copy: False gives the node's own memory, which follows the node and is for the main thread alone.

    Returns:
        `ijk_to_ras` includes linear parent transforms.

    Raises:
        InputError: there is no volume or it is empty, it has other than 1 or 3 components, or a non-linear transform.

    Thread: main.
    """
    image = checked_image(node)
    array = voxels_of(image)
    return Volume(array.copy() if copy else array, ijk_to_world(node), has_spacing(node), node.GetName() or "")


def checked_image(node: Any) -> Any:
    """The `vtkImageData` of a volume node.

    Raises:
        InputError: there is no volume, it is empty, or it has other than 1 or 3 components.
    """
    image = node.GetImageData() if node is not None else None
    if image is None or image.GetNumberOfPoints() == 0 or image.GetPointData().GetScalars() is None:
        name = f"The volume '{node.GetName()}' is empty." if node is not None else "There is no volume."
        raise InputError(name, "Choose a volume that holds an image.")
    components = image.GetNumberOfScalarComponents()
    if components not in (1, 3):
        raise InputError(
            f"The volume '{node.GetName()}' has {components} values per voxel.",
            "Only grey images and colour images with red, green and blue can be used.",
        )
    return image


def voxels_of(image: Any) -> np.ndarray:
    """(K, J, I) or (K, J, I, components) of a `vtkImageData`, its own memory."""
    from vtk.util.numpy_support import vtk_to_numpy

    i, j, k = image.GetDimensions()
    components = image.GetNumberOfScalarComponents()
    shape = (k, j, i) if components == 1 else (k, j, i, components)
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(shape)


def node_from_volume(volume: Volume, name: str | None = None, scene: Any = None) -> Any:
    """A new node that shows a volume.

    Args:
        name: of the node; the volume's own name when None.
        scene: where the node is added; the open scene when None.

    Returns:
        `vtkMRMLScalarVolumeNode`, or `vtkMRMLVectorVolumeNode` for colour; its display window spans the 0.5th to the
        99.5th percentile.

    Thread: main.
    """
    scene = ensure_scene().scene if scene is None else scene
    kind = "vtkMRMLVectorVolumeNode" if volume.is_rgb else "vtkMRMLScalarVolumeNode"
    node = scene.AddNewNodeByClass(kind, name or volume.name or "Volume")
    array = storable(volume.array)
    node.SetAndObserveImageData(_image(array, volume.is_rgb))
    node.SetIJKToRASMatrix(matrix_to_vtk(volume.ijk_to_ras))
    node.SetAttribute(HAS_SPACING_ATTRIBUTE, str(int(volume.has_spacing)))
    node.CreateDefaultDisplayNodes()
    if not volume.is_rgb:
        _set_window(node.GetDisplayNode(), array)
    return node


def ijk_to_world(node: Any) -> Matrix4:
    """(4, 4) from a volume node's (i, j, k, 1) to world RAS, parent transforms included.

    Raises:
        InputError: a parent transform is not linear.
    """
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return parent_to_world(node) @ matrix_from_vtk(matrix)


def parent_to_world(node: Any) -> Matrix4:
    """(4, 4) from a node's own coordinates to world RAS: the identity without a parent transform.

    Raises:
        InputError: a parent transform is not linear.
    """
    import vtk

    parent = node.GetParentTransformNode()
    if parent is None:
        return np.eye(4)
    if not parent.IsTransformToWorldLinear():
        raise InputError(
            f"'{node.GetName()}' lies under a transform that bends space.",
            "Harden the transform first: in the Data module, right-click on it and choose 'Harden transform'.",
        )
    matrix = vtk.vtkMatrix4x4()
    parent.GetMatrixTransformToWorld(matrix)
    return matrix_from_vtk(matrix)


def storable(array: np.ndarray) -> np.ndarray:
    """The array in a number type that VTK and image files know; values stay as they are.

    Returns:
        Booleans as uint8, float16 as float32, 64-bit integers as int32 where they fit and else as float64; native
        byte order.
    """
    if array.dtype == np.bool_:
        return array.astype(np.uint8)
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8:
        fits = array.min() >= np.iinfo(np.int32).min and array.max() <= np.iinfo(np.int32).max
        return array.astype(np.int32 if fits else np.float64)
    return np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="), copy=False))


def _image(array: np.ndarray, is_rgb: bool) -> Any:
    import vtk
    from vtk.util.numpy_support import get_vtk_array_type, vtk_to_numpy

    image = vtk.vtkImageData()
    image.SetDimensions(*array.shape[2::-1])
    image.AllocateScalars(get_vtk_array_type(array.dtype), 3 if is_rgb else 1)
    vtk_to_numpy(image.GetPointData().GetScalars()).reshape(array.shape)[...] = array
    return image


def _set_window(display: Any, array: np.ndarray) -> None:
    """Voxels that are not finite and volumes of one value leave the display as Slicer made it."""
    step = max(1, round((array.size / 1e6) ** (1 / 3)))  # a million voxels tell the percentiles
    sample = array[::step, ::step, ::step]
    if not np.isfinite(sample).any():
        return
    low, high = Percentile().limits(sample)
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(low, high if high > low else low + 1)


def has_spacing(node: Any) -> bool:
    """False for a picture, whose file did not say how large a pixel is."""
    said = node.GetAttribute(HAS_SPACING_ATTRIBUTE)
    if said is not None:
        return said != "0"
    storage = node.GetStorageNode()
    file_name = (storage.GetFileName() or "").lower() if storage is not None else ""
    return not (file_name.endswith(_FILES_WITHOUT_SPACING) and node.GetSpacing() == (1.0, 1.0, 1.0))

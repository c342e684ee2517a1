"""Slicer's oriented label images to arrays with a place in space, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.scene.matrices import matrix_from_vtk, matrix_to_vtk
from SAMSegmenterLib.scene.runtime import import_slicer


@dataclass(frozen=True, eq=False)
class Labelmap:
    """Label values with their place in space.

    Args:
        array: (K, J, I) integers; of size 0 when nothing was drawn.
        ijk_to_ras: (4, 4) of the array's own first voxel.
    """

    array: np.ndarray
    ijk_to_ras: Matrix4


def labelmap_from_vtk(image: Any, to_world: Matrix4) -> Labelmap:
    """Copy of a `vtkOrientedImageData`.

    Args:
        to_world: (4, 4), the image's coordinates to world.

    Thread: main.
    """
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    i0, i1, j0, j1, k0, k1 = image.GetExtent()
    shape = (k1 - k0 + 1, j1 - j0 + 1, i1 - i0 + 1)
    start = np.eye(4)
    start[:3, 3] = i0, j0, k0  # the image's matrix belongs to voxel (0, 0, 0), which need not be in its extent
    scalars = image.GetPointData().GetScalars()
    if scalars is None or min(shape) < 1:
        array = np.zeros((0, 0, 0), np.uint8)
    else:
        array = _whole_numbers(vtk_to_numpy(scalars).reshape(shape))
    return Labelmap(array, to_world @ matrix_from_vtk(matrix) @ start)


def labelmap_to_vtk(array: np.ndarray, ijk_to_ras: Matrix4) -> Any:
    """`vtkOrientedImageData` of label values, cropped to what is not 0.

    Args:
        array: (K, J, I) unsigned integers. Without a label, one voxel of 0 is kept to mark the lattice.

    Thread: main.
    """
    from vtk.util.numpy_support import get_vtk_array_type, vtk_to_numpy

    image = import_slicer().vtkOrientedImageData()
    (k0, k1), (j0, j1), (i0, i1) = [_ends(array, axis) for axis in range(3)]
    image.SetExtent(i0, i1, j0, j1, k0, k1)
    image.AllocateScalars(get_vtk_array_type(array.dtype), 1)
    block = array[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1]
    vtk_to_numpy(image.GetPointData().GetScalars()).reshape(block.shape)[...] = block
    image.SetImageToWorldMatrix(matrix_to_vtk(ijk_to_ras))
    return image


def aligned_offset(
    ijk_to_ras: Matrix4, target_ijk_to_ras: Matrix4, shape: tuple[int, ...]
) -> tuple[int, int, int] | None:
    """Where an array begins on another lattice, as (k, j, i), when the voxels of both coincide; else None.

    Voxels coincide when no corner of the array lies further than a hundredth of a voxel from one of the lattice.
    """
    between = np.linalg.inv(target_ijk_to_ras) @ ijk_to_ras
    offset = np.rint(between[:3, 3])
    expected = np.eye(4)
    expected[:3, 3] = offset
    corners = np.array([(i, j, k, 1) for i in (0, shape[2] - 1) for j in (0, shape[1] - 1) for k in (0, shape[0] - 1)])
    if np.abs(corners @ (between - expected).T).max() > 0.01:
        return None
    i, j, k = (int(value) for value in offset)
    return k, j, i


def paste_shifted(array: np.ndarray, offset: tuple[int, int, int], shape: tuple[int, int, int]) -> np.ndarray:
    """The array on a larger or smaller grid, beginning at `offset` (k, j, i); what falls outside is left out."""
    result = np.zeros(shape, array.dtype)
    starts = [(max(0, at), max(0, -at)) for at in offset]
    lengths = [
        max(0, min(size - to, length - start))
        for size, length, (to, start) in zip(shape, array.shape, starts, strict=True)
    ]
    target = tuple(slice(to, to + n) for (to, _start), n in zip(starts, lengths, strict=True))
    source = tuple(slice(start, start + n) for (_to, start), n in zip(starts, lengths, strict=True))
    result[target] = array[source]
    return result


def _ends(array: np.ndarray, axis: int) -> tuple[int, int]:
    others = tuple(other for other in range(3) if other != axis)
    filled = np.flatnonzero(array.any(axis=others))
    return (int(filled[0]), int(filled[-1])) if len(filled) else (0, 0)


def _whole_numbers(array: np.ndarray) -> np.ndarray:
    """A copy; labels that were stored as floating point become int32."""
    return array.astype(np.int32) if array.dtype.kind == "f" else array.copy()

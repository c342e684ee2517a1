"""From the voxels of a segment to a surface of triangles that browsers can draw; done in a process of its own."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.core.arrays import Matrix4

MOST_TRIANGLES = 40_000
"""Of all segments together; browsers draw so many at a good pace."""

_LARGEST_SIDE = 200
"""Voxels along a side; larger structures are made coarser first."""

_SIGMA = 0.7
"""Voxels that the surface is evened over."""


@dataclass(frozen=True, eq=False)
class SurfaceRequest:
    """A segment.

    Args:
        name: of the segment.
        colour: as a browser reads it.
        bits: its voxels, as `np.packbits` packs them.
        shape: (K, J, I) of the voxels.
        to_ras: (4, 4) from index (i, j, k) to RAS mm.
    """

    name: str
    colour: str
    bits: np.ndarray
    shape: tuple[int, int, int]
    to_ras: Matrix4


@dataclass(frozen=True, eq=False)
class Mesh:
    """A surface.

    Args:
        points: (N, 3) RAS mm.
        triangles: (M, 3) indices of points.
    """

    points: np.ndarray
    triangles: np.ndarray


def surfaces(requests: Sequence[SurfaceRequest]) -> dict[str, object]:
    """Surfaces of segments, as plain values for the page.

    Returns:
        `centre` (mm), `radius` (mm) around everything, and `parts`: name, colour, `points` (base64 of 16-bit numbers,
        -32767 to 32767 across the radius) and `triangles` (base64 of 32-bit indices). Empty segments are left out.
    """
    share = MOST_TRIANGLES // max(1, len(requests))
    made = [(one, mesh_of(np.unpackbits(one.bits, count=int(np.prod(one.shape))).reshape(one.shape), one.to_ras, share))
            for one in requests]  # fmt: skip
    made = [(one, mesh) for one, mesh in made if len(mesh.triangles)]
    if not made:
        return {"centre": [0.0, 0.0, 0.0], "radius": 1.0, "parts": []}
    low = np.min([mesh.points.min(axis=0) for _, mesh in made], axis=0)
    high = np.max([mesh.points.max(axis=0) for _, mesh in made], axis=0)
    centre, radius = (low + high) / 2, max(float(np.linalg.norm(high - low)) / 2, 1e-3)
    parts = [
        {
            "name": one.name,
            "colour": one.colour,
            "points": _base64(np.round((mesh.points - centre) / radius * 32767).astype("<i2")),
            "triangles": _base64(mesh.triangles.astype("<u4")),
        }
        for one, mesh in made
    ]
    return {"centre": np.round(centre, 2).tolist(), "radius": round(radius, 3), "parts": parts}


def mesh_of(voxels: np.ndarray, to_ras: Matrix4, most_triangles: int = MOST_TRIANGLES) -> Mesh:
    """Surface of a structure.

    Args:
        voxels: (K, J, I), non-zero inside.
        to_ras: (4, 4) from index (i, j, k) to RAS mm.
        most_triangles: at most about so many.

    Returns:
        Without triangles when there is no voxel.
    """
    block = voxels != 0
    if not block.any():
        return Mesh(np.zeros((0, 3)), np.zeros((0, 3), np.int64))
    (low, *_), block = _tight(block)
    factor = int(np.ceil(max(block.shape) / _LARGEST_SIDE))
    share = np.pad(_coarser(block, factor), 2)
    smooth = ndimage.gaussian_filter(share, _SIGMA)
    mesh = _contour(smooth if smooth.max() > 0.5 else share, most_triangles)
    # centre of a coarse voxel: (factor - 1) / 2 fine voxels in from its first one
    ijk = (mesh.points - 2) * factor + (factor - 1) / 2 + low[::-1]
    to_ras = np.asarray(to_ras, np.float64)
    points = ijk @ to_ras[:3, :3].T + to_ras[:3, 3]
    turned = mesh.triangles if np.linalg.det(to_ras[:3, :3]) > 0 else mesh.triangles[:, ::-1]
    return Mesh(points, turned)


def _tight(block: np.ndarray) -> tuple[tuple[np.ndarray], np.ndarray]:
    where = [np.flatnonzero(block.any(axis=tuple(other for other in range(3) if other != axis))) for axis in range(3)]
    low = np.array([found[0] for found in where])
    return (low,), block[tuple(slice(found[0], found[-1] + 1) for found in where)]


def _coarser(block: np.ndarray, factor: int) -> np.ndarray:
    """Share of each coarse voxel that is inside."""
    if factor == 1:
        return block.astype(np.float32)
    padded = np.pad(block, [(0, -size % factor) for size in block.shape])
    k, j, i = (size // factor for size in padded.shape)
    return padded.reshape(k, factor, j, factor, i, factor).mean(axis=(1, 3, 5), dtype=np.float32)


def _contour(share: np.ndarray, most_triangles: int) -> Mesh:
    """Surface where the share is a half, in indices (i, j, k)."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkQuadricDecimation, vtkWindowedSincPolyDataFilter

    image = vtkImageData()
    image.SetDimensions(*share.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(share, np.float32).ravel(), deep=True))
    contour = vtkFlyingEdges3D()
    contour.SetInputData(image)
    contour.SetValue(0, 0.5)
    contour.ComputeNormalsOff()
    contour.Update()
    even = vtkWindowedSincPolyDataFilter()
    even.SetInputConnection(contour.GetOutputPort())
    even.SetNumberOfIterations(15)
    even.SetPassBand(0.08)
    even.NormalizeCoordinatesOn()
    even.Update()
    found = even.GetOutput()
    count = found.GetNumberOfPolys()
    if count > most_triangles:
        fewer = vtkQuadricDecimation()
        fewer.SetInputData(found)
        fewer.SetTargetReduction(1 - most_triangles / count)
        fewer.Update()
        found = fewer.GetOutput()
    if not found.GetNumberOfPolys():
        return Mesh(np.zeros((0, 3)), np.zeros((0, 3), np.int64))
    triangles = vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return Mesh(vtk_to_numpy(found.GetPoints().GetData()).astype(np.float64), triangles.astype(np.int64))


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")

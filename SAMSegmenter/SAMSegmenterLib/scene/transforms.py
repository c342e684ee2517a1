"""Parent transforms of nodes, linear or not, as what `core` works with: a matrix, or a function of points."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.lattice import RasToRas
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.volumes import parent_to_world


def is_bent(node: Any) -> bool:
    """True when a node lies under a transform that is not linear."""
    parent = node.GetParentTransformNode()
    return parent is not None and not parent.IsTransformToWorldLinear()


def to_world(node: Any) -> Matrix4 | RasToRas:
    """From a node's own RAS to the world's: a (4, 4) matrix, or a function where the transform is not linear.

    The function follows the transform when it is changed, and asks VTK: main thread only.
    """
    return _between(node, None) if is_bent(node) else parent_to_world(node)


def from_world(node: Any) -> Matrix4 | RasToRas:
    """From the world's RAS to a node's own, the inverse of `to_world`."""
    return _between(None, node) if is_bent(node) else np.linalg.inv(parent_to_world(node))


def general_between(source: Any, target: Any) -> Any:
    """`vtkGeneralTransform` from one node's own RAS to another's; None stands for the world."""
    import vtk

    transform = vtk.vtkGeneralTransform()
    parents = [None if node is None else node.GetParentTransformNode() for node in (source, target)]
    import_slicer().vtkMRMLTransformNode.GetTransformBetweenNodes(*parents, transform)
    return transform


def _between(source: Any, target: Any) -> RasToRas:
    transform = general_between(source, target)

    def apply(points: np.ndarray) -> np.ndarray:
        return _transformed(transform, points)

    return apply


def _transformed(transform: Any, points: np.ndarray) -> np.ndarray:
    """All points in one call; `vtkPoints` holds single precision unless it is told otherwise."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

    given, found = vtk.vtkPoints(), vtk.vtkPoints()
    given.SetData(numpy_to_vtk(np.ascontiguousarray(points, np.float64)))
    found.SetDataTypeToDouble()
    transform.TransformPoints(given, found)
    return vtk_to_numpy(found.GetData()).reshape(-1, 3).copy()

"""VTK's 4 x 4 matrices to NumPy's, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4


def matrix_from_vtk(matrix: Any) -> Matrix4:
    """(4, 4) copy of a `vtkMatrix4x4`."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def matrix_to_vtk(matrix: Matrix4) -> Any:
    """A `vtkMatrix4x4` with the values of a (4, 4) array."""
    import vtk

    result = vtk.vtkMatrix4x4()
    result.DeepCopy(np.asarray(matrix, np.float64).ravel().tolist())
    return result

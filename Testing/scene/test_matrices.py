from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.scene.matrices import matrix_from_vtk, matrix_to_vtk

pytest.importorskip("vtk")


def test_a_matrix_comes_back_as_it_was():
    matrix = np.arange(16.0).reshape(4, 4)
    there = matrix_to_vtk(matrix)
    assert there.GetElement(1, 2) == 6.0
    assert np.array_equal(matrix_from_vtk(there), matrix)

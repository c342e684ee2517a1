"""Places of markups that stand for a box in space: a region of interest, or a list of extreme points."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.lattice import mapped, transformed
from SAMSegmenterLib.scene.transforms import to_world

REGION_CLASS = "vtkMRMLMarkupsROINode"
POINTS_CLASS = "vtkMRMLMarkupsFiducialNode"

EXTREME_POINTS = 6
"""Leftmost, rightmost, foremost, hindmost, top and bottom."""


def region_corners(node: Any) -> np.ndarray:
    """The eight corners (8, 3) of a region of interest in the world, mm; transforms that bend space included.

    Raises:
        InputError: the region has not been placed, or has no size.
    """
    size = np.array(node.GetSize(), np.float64)
    if not np.isfinite(size).all() or (size <= 0).any():
        raise InputError(
            f"The region of interest '{node.GetName()}' has not been placed.",
            "Press the button beside it, then click two opposite corners in the slice views.",
        )
    to_node = node.GetObjectToNodeMatrix()
    matrix = np.array([[to_node.GetElement(row, column) for column in range(4)] for row in range(4)])
    signs = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    return transformed(to_world(node), mapped(matrix, signs * size))


def extreme_points(node: Any) -> np.ndarray:
    """The placed points (N, 3) of a point list in the world, mm; at least six.

    Raises:
        InputError: fewer points have been placed.
    """
    placed = [
        node.GetNthControlPointPositionWorld(number)
        for number in range(node.GetNumberOfControlPoints())
        if node.GetNthControlPointPositionStatus(number) == node.PositionDefined
    ]
    if len(placed) < EXTREME_POINTS:
        raise InputError(
            f"The point list '{node.GetName()}' holds {len(placed)} points; {EXTREME_POINTS} are needed.",
            "Place the outermost points of the structure: left, right, front, back, top and bottom.",
        )
    return np.array([tuple(place) for place in placed], np.float64)

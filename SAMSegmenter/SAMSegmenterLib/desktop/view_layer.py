"""One layer of polygons or lines in a slice view: 2D actors whose corners are view pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

from SAMSegmenterLib.desktop.overlay_shapes import Cells, Shapes

_RIM = 2.0
"""By how much the dark line under a line is wider: lines stay visible on bright and on dark pictures."""

_RIM_OPACITY = 0.5


class ViewLayer:
    """Polygons, or lines of a width with a dark rim.

    Args:
        width: of lines in pixels; 0 for polygons.

    Attributes:
        actors: `vtkActor2D`, to be put into one view in this order.
    """

    def __init__(self, width: float = 0.0) -> None:
        self._lines = width > 0
        self._data = vtk.vtkPolyData()
        self.actors: tuple[Any, ...] = (self._actor(True),)
        if self._lines:
            rim = self._actor(False)
            rim.GetProperty().SetColor(0.0, 0.0, 0.0)
            rim.GetProperty().SetOpacity(_RIM_OPACITY)
            self.actors = (rim, *self.actors)
        self._widths = (width + _RIM, width)[-len(self.actors) :]
        self.set_scale(1.0)

    @property
    def count(self) -> int:
        """How many polygons or lines are shown."""
        return self._data.GetNumberOfCells()

    def set_scale(self, scale: float) -> None:
        """Lines, and from the next time on shapes of constant size, are so many times as large; see `view_scale`."""
        self._scale = scale
        for actor, width in zip(self.actors, self._widths, strict=True):
            if width:
                actor.GetProperty().SetLineWidth(width * scale)

    def show_cells(self, cells: Cells, to_view: np.ndarray) -> None:
        """Show cells of equal size.

        Args:
            cells: in slice image pixels.
            to_view: (2, 3), slice image (x, y, 1) to view pixels.
        """
        count, corners = cells.corners.shape[:2]
        points = cells.corners.reshape(-1, 2) @ to_view[:, :2].T + to_view[:, 2]
        self._show(points, np.full(count, corners), cells.colours)

    def show_shapes(self, shapes: Shapes, to_view: np.ndarray) -> None:
        """Show cells of any size, some of them of constant size around a place."""
        placed = []
        for cell, anchor in zip(shapes.cells, shapes.anchors, strict=True):
            if anchor is None:
                placed.append(cell @ to_view[:, :2].T + to_view[:, 2])
            else:
                placed.append(cell * self._scale + np.asarray(anchor) @ to_view[:, :2].T + to_view[:, 2])
        points = np.concatenate(placed) if placed else np.zeros((0, 2))
        colours = np.array(shapes.colours, np.uint8).reshape(-1, 4)
        self._show(points, np.array([len(cell) for cell in placed], np.int64), colours)

    def clear(self) -> None:
        """Show nothing."""
        if self._data.GetNumberOfCells():
            self._data.Initialize()

    def _actor(self, coloured: bool) -> Any:
        mapper = vtk.vtkPolyDataMapper2D()
        mapper.SetInputData(self._data)
        mapper.SetScalarVisibility(coloured)
        mapper.SetScalarModeToUseCellData()
        mapper.SetColorModeToDirectScalars()
        actor = vtk.vtkActor2D()
        actor.SetMapper(mapper)
        actor.PickableOff()
        return actor

    def _show(self, points: np.ndarray, sizes: np.ndarray, colours: np.ndarray) -> None:
        self.clear()
        if not len(sizes):
            return
        places = np.zeros((len(points), 3), np.float32)
        places[:, :2] = points
        corners = vtk.vtkPoints()
        corners.SetData(numpy_to_vtk(places, deep=True))
        cells = vtk.vtkCellArray()
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        cells.SetData(
            numpy_to_vtkIdTypeArray(offsets, deep=True),
            numpy_to_vtkIdTypeArray(np.arange(len(points), dtype=np.int64), deep=True),
        )
        self._data.SetPoints(corners)
        if self._lines:
            self._data.SetLines(cells)
        else:
            self._data.SetPolys(cells)
        scalars = numpy_to_vtk(np.ascontiguousarray(colours), deep=True, array_type=vtk.VTK_UNSIGNED_CHAR)
        scalars.SetName("colours")
        self._data.GetCellData().SetScalars(scalars)
        self._data.Modified()

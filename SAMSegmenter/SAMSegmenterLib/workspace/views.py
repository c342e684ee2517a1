"""The slice views of a workspace: which slice each one shows, and where the patient's sides are on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.geometry import Volume, plane_axis
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane, slice_grid
from SAMSegmenterLib.workspace.orientation import Orientation

VIEW_NAMES = ("axial", "coronal", "sagittal")


@dataclass
class View:
    """One slice view.

    Args:
        name: "axial", "coronal" or "sagittal".
        axis: array axis that its slices are stacked along.
        index: of the slice shown.
        count: slices in all.
    """

    name: str
    axis: int
    index: int
    count: int

    @property
    def plane(self) -> SlicePlane:
        """The slice shown."""
        return SlicePlane.lattice(self.axis, self.index)

    def grid(self, volume: Volume) -> SliceImage:
        """Where the pixels of the slice shown lie."""
        return slice_grid(volume, self.plane)

    def go_to(self, index: int) -> bool:
        """Show another slice, the nearest there is; False when it is shown already."""
        before, self.index = self.index, min(max(int(index), 0), self.count - 1)
        return self.index != before


def views_of(volume: Volume) -> dict[str, View]:
    """Views of a volume by name, each at its middle slice; of a single slice only the one that shows it whole."""
    views = [View(name, axis, volume.shape_kji[axis] // 2, volume.shape_kji[axis]) for name, axis in _axes(volume)]
    seen = [view for view in views if min(np.delete(volume.shape_kji, view.axis)) > 1]
    return {view.name: view for view in seen or views[:1]}


def shown_at(view: View, volume: Volume, uv: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """What lies at a place of a view.

    Args:
        uv: on the picture as it is shown, pixel centres at integers.

    Returns:
        (2,) place (x, y) on the slice and (3,) voxel (i, j, k), not rounded.
    """
    grid = view.grid(volume)
    xy = Orientation.of(grid, volume.ijk_to_ras).to_slice(np.array([uv]))[0]
    return xy, (grid.pixel_to_ijk @ [*xy, 0.0, 1.0])[:3]


def cross_hair(view: View, volume: Volume, views: dict[str, View]) -> tuple[float, float]:
    """Where the slices of the other views cross a view: (u, v) on its picture as it is shown."""
    grid = view.grid(volume)
    ijk = np.zeros(3)
    for other in views.values():
        ijk[2 - other.axis] = other.index
    xy = (np.linalg.inv(grid.pixel_to_ijk) @ [*ijk, 1.0])[:2]
    u, v = Orientation.of(grid, volume.ijk_to_ras).to_shown(xy[None])[0]
    return float(u), float(v)


def _axes(volume: Volume) -> list[tuple[str, int]]:
    return [(name, plane_axis(volume, name)) for name in VIEW_NAMES]

"""Slice views: which slice of the source volume one shows, and where a place in the view lies on that slice.

View coordinates (x, y) are the view's pixels from its lower left corner, as the mouse events give them; slice image
coordinates are (column, row) of the slice's own grid. Nothing here depends on zoom or pan but the mapping itself.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane
from SAMSegmenterLib.scene.matrices import matrix_from_vtk

ALIGNED_RADIANS = 1e-3
"""A view tilted by less than this against a layer of voxels shows that layer."""

MAX_OBLIQUE_SIDE = 2048
"""Longest side of an oblique slice in pixels; larger ones get larger pixels."""


@dataclass(frozen=True, eq=False)
class SliceView:
    """A slice view at one moment.

    Args:
        name: of the view ("Red").
        xy_to_ras: (4, 4), (x, y, 0, 1) in view pixels to world RAS mm.
        slice_to_ras: (4, 4), slice coordinates in mm to world RAS mm; its columns 0 to 2 are the view's right, its up
            and its normal.
        size: width and height in view pixels.
    """

    name: str
    xy_to_ras: Matrix4
    slice_to_ras: Matrix4
    size: tuple[int, int]

    @classmethod
    def of(cls, slice_node: Any) -> SliceView:
        """The view that a `vtkMRMLSliceNode` describes now.

        Raises:
            InputError: the view was never shown, so it has no size.
        """
        xy_to_ras = matrix_from_vtk(slice_node.GetXYToRAS())
        slice_to_ras = matrix_from_vtk(slice_node.GetSliceToRAS())
        width, height = slice_node.GetDimensions()[:2]
        name = slice_node.GetLayoutName() or slice_node.GetName() or ""
        if min(width, height) < 1 or abs(np.linalg.det(xy_to_ras[:3, :3])) < 1e-15:
            raise InputError(f"The slice view '{name}' has no size.", "Enlarge the view, or choose another layout.")
        return cls(name, xy_to_ras, slice_to_ras, (width, height))


def plane_shown(view: SliceView, volume: Volume) -> SlicePlane | None:
    """The slice of a volume that a view shows.

    A layer of voxels when the view lies parallel to one (within `ALIGNED_RADIANS`, however it is turned in its own
    plane), the one whose voxels the view's plane passes through. Else an oblique plane around all of the volume that
    the view's plane cuts: pixels of the smallest voxel spacing, the view's right and down for x and y, on a grid fixed
    to the volume's centre, so that it is the same at every zoom and pan.

    Args:
        volume: in world space.

    Returns:
        None when the view's plane misses the volume, or cuts a single slice of which no more than a line is seen.
    """
    return _plane_shown(view.slice_to_ras.tobytes(), volume.ijk_to_ras.tobytes(), volume.shape_kji)


@functools.lru_cache(maxsize=32)
def _plane_shown(slice_to_ras: bytes, ijk_to_ras: bytes, shape_kji: tuple[int, int, int]) -> SlicePlane | None:
    """Remembered, for a click asks many times: depends on nothing but two matrices (4, 4) float64 and a shape."""
    to_ras = np.frombuffer(slice_to_ras).reshape(4, 4)
    view = SliceView("", to_ras, to_ras, (1, 1))
    volume = Volume(np.broadcast_to(np.uint8(0), shape_kji), np.frombuffer(ijk_to_ras).reshape(4, 4))
    if 1 in shape_kji:
        return _single_slice(view, volume)
    aligned = [axis for axis in (0, 1, 2) if _is_along(view, volume, axis)]
    return _layer(view, volume, aligned[0]) if aligned else _oblique(view, volume)


def to_image_xy(
    view: SliceView, image: SliceImage, volume_ijk_to_world: Matrix4, view_xy: tuple[float, float]
) -> tuple[float, float] | None:
    """Where a place in a view lies on the slice it shows.

    Args:
        image: the slice that `plane_shown` gave.
        volume_ijk_to_world: (4, 4) of the volume that it was cut from.
        view_xy: view pixels.

    Returns:
        (x, y) on the slice image, None outside the volume. The volume ends half a voxel beyond the centres of its
        outermost voxels; on a layer of voxels only its own two axes count.
    """
    world = view.xy_to_ras @ [view_xy[0], view_xy[1], 0.0, 1.0]
    ijk = (np.linalg.inv(volume_ijk_to_world) @ world)[:3]
    counts = np.array(image.volume_shape[::-1])
    inside = (ijk >= -0.5) & (ijk < counts - 0.5)
    if image.plane.axis is not None:
        inside[2 - image.plane.axis] = True  # the layer is given, the view may lie a little beside its middle
    if not inside.all():
        return None
    x, y = (np.linalg.inv(image.pixel_to_ijk) @ [*ijk, 1.0])[:2]
    height, width = image.shape
    return float(np.clip(x, -0.5, width - 0.5)), float(np.clip(y, -0.5, height - 0.5))


def to_view_xy(view: SliceView, image: SliceImage, volume_ijk_to_world: Matrix4, image_xy: np.ndarray) -> np.ndarray:
    """Where points of a slice image appear in a view.

    Args:
        image_xy: (N, 2).

    Returns:
        (N, 2) view pixels, also beyond the view's edges. Points are dropped onto the view's plane along its normal.
    """
    points = np.asarray(image_xy, np.float64).reshape(-1, 2)
    to_view = np.linalg.inv(view.xy_to_ras) @ volume_ijk_to_world @ image.pixel_to_ijk
    return points @ to_view[:2, :2].T + to_view[:2, 3]


def _is_along(view: SliceView, volume: Volume, axis: int) -> bool:
    normal = _unit(view.slice_to_ras[:3, 2])
    layer_normal = _unit(np.linalg.inv(volume.ijk_to_ras)[2 - axis, :3])  # this row stands on the other two axes
    return bool(np.linalg.norm(np.cross(normal, layer_normal)) <= ALIGNED_RADIANS)


def _layer(view: SliceView, volume: Volume, axis: int) -> SlicePlane | None:
    position = np.linalg.inv(volume.ijk_to_ras)[2 - axis] @ [*_nearest_to_centre(view, volume), 1.0]
    index = int(np.floor(position + 0.5))
    return SlicePlane.lattice(axis, index) if 0 <= index < volume.shape_kji[axis] else None


def _single_slice(view: SliceView, volume: Volume) -> SlicePlane | None:
    axis = volume.shape_kji.index(1)
    return _layer(view, volume, axis) if _is_along(view, volume, axis) else None


def _nearest_to_centre(view: SliceView, volume: Volume) -> np.ndarray:
    """The point of the view's plane nearest to the volume's centre: the layer does not depend on how far one panned."""
    normal = _unit(view.slice_to_ras[:3, 2])
    centre = _centre(volume)
    return centre - normal * ((centre - view.slice_to_ras[:3, 3]) @ normal)


def _centre(volume: Volume) -> np.ndarray:
    middle = (np.array(volume.shape_kji[::-1]) - 1) / 2
    return volume.ijk_to_ras[:3, :3] @ middle + volume.ijk_to_ras[:3, 3]


def _oblique(view: SliceView, volume: Volume) -> SlicePlane | None:
    x_axis, y_axis = _unit(view.slice_to_ras[:3, 0]), -_unit(view.slice_to_ras[:3, 1])
    anchor = _nearest_to_centre(view, volume)
    corners = _cut(volume, anchor, _unit(view.slice_to_ras[:3, 2]))
    if len(corners) < 3:
        return None
    in_plane = np.stack([(corners - anchor) @ x_axis, (corners - anchor) @ y_axis], axis=-1)
    low, high = in_plane.min(axis=0), in_plane.max(axis=0)
    spacing = max(min(volume.spacing_kji), float((high - low).max()) / (MAX_OBLIQUE_SIDE - 2))
    first, last = np.ceil(low / spacing - 0.5), np.floor(high / spacing + 0.5)
    size = np.maximum(last - first + 1, 1)
    origin = anchor + first[0] * spacing * x_axis + first[1] * spacing * y_axis
    return SlicePlane.oblique(origin, x_axis, y_axis, (spacing, spacing), (int(size[0]), int(size[1])))


def _cut(volume: Volume, point: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """(N, 3) corners of the polygon in which a plane cuts the box around a volume's voxels, world RAS."""
    ends = [(-0.5, n - 0.5) for n in volume.shape_kji[::-1]]
    corners = np.array([(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]])
    corners = corners @ volume.ijk_to_ras[:3, :3].T + volume.ijk_to_ras[:3, 3]
    height = (corners - point) @ normal
    found = []
    for a in range(8):
        for b in (a ^ 1, a ^ 2, a ^ 4):  # the three corners that share an edge with it
            if a < b and height[a] * height[b] <= 0 and height[a] != height[b]:
                found.append(corners[a] + (corners[b] - corners[a]) * (height[a] / (height[a] - height[b])))
    return np.array(found).reshape(-1, 3)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)

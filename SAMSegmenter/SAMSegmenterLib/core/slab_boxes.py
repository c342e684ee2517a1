"""A box in space, or six extreme points, as one box per slice that it spans.

Source: Lei et al. 2023, MedLSAM, arXiv:2306.14752 (extreme points to a 3D box to boxes of slices).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.slicing import SliceImage


def roi_boxes(
    corners_ras: np.ndarray, ijk_to_ras: Matrix4, shape_kji: tuple[int, int, int], axis: int
) -> dict[int, np.ndarray]:
    """Box of each slice around its section through a convex body, such as a region of interest turned anyhow.

    A slice counts when its middle lies in the body; a body between two slices counts for the nearer one.

    Args:
        corners_ras: (N, 3) corners in the volume's RAS, mm; 8 for a region of interest.
        ijk_to_ras: (4, 4) of the volume.
        shape_kji: (K, J, I) of the volume.
        axis: array axis that slices are stacked along (0 = k, 1 = j, 2 = i).

    Returns:
        Slice index -> (4,) float64 [x0, y0, x1, y1] on the slice's voxels, inclusive maxima, clipped to the slice;
        `box_on_image` takes it to the pixels of a slice image.

    Raises:
        InputError: the body does not meet the volume.
    """
    corners = _in_slices(corners_ras, ijk_to_ras, axis)
    depth = corners[:, 2]
    first, last = np.ceil(depth.min() - 1e-6), np.floor(depth.max() + 1e-6)
    boxes = {}
    if first > last:
        boxes = {int(np.floor(depth.mean() + 0.5)): _extremes(corners[:, :2])}
    else:
        count = shape_kji[axis]
        for index in range(max(0, int(first)), min(count - 1, int(last)) + 1):
            boxes[index] = _extremes(_section(corners, index))
    shrunk = {index: _whole_pixels(box) for index, box in boxes.items()}  # from the body's edges to its outer voxels
    return _on_slices(shrunk, shape_kji, axis, "region of interest")


def extreme_point_boxes(
    points_ras: np.ndarray, ijk_to_ras: Matrix4, shape_kji: tuple[int, int, int], axis: int, margin: float = 0.0
) -> dict[int, np.ndarray]:
    """Box of each slice from extreme points: the smallest box along the volume's axes that holds all of them.

    Args:
        points_ras: (N, 3), usually six: leftmost, rightmost, foremost, hindmost, top and bottom of the structure.
        ijk_to_ras, shape_kji, axis: as for `roi_boxes`.
        margin: voxels added to every side in the slice.

    Returns:
        As `roi_boxes`, the same box on every slice.

    Raises:
        InputError: fewer than two points, or none of their box lies in the volume.
    """
    points = _in_slices(points_ras, ijk_to_ras, axis)
    if not (np.isfinite(margin) and margin >= 0):
        raise InputError(f"A margin is a number of voxels from 0 up; got {margin}.")
    box = _extremes(points[:, :2]) + margin * np.array([-1, -1, 1, 1])
    depth = np.floor(points[:, 2] + 0.5)
    first, last = max(0, int(depth.min())), min(shape_kji[axis] - 1, int(depth.max()))
    return _on_slices(dict.fromkeys(range(first, last + 1), box), shape_kji, axis, "box of the points")


def box_on_image(box: Sequence[float], image: SliceImage) -> np.ndarray:
    """A box on a slice's voxels, on the pixels of its image (which are square where voxels need not be).

    Args:
        box: [x0, y0, x1, y1] on voxels, inclusive maxima.
        image: of a slice of the volume, not of a free plane.

    Returns:
        (4,) float64 around the pixels that the voxels cover, clipped to the image.

    Raises:
        InputError: the image shows a free plane.
    """
    if image.plane.axis is None:
        raise InputError("Boxes of slices belong to slices of the volume, not to a plane laid freely.")
    box = np.asarray(box, np.float64)
    scale = np.tile(np.abs(image.pixel_to_ijk[:3, :2]).max(axis=0), 2)  # voxels per pixel, along x and y: 1 or less
    edges = (box + np.array([-0.5, -0.5, 0.5, 0.5])) / scale
    centres = np.concatenate([np.ceil(edges[:2] - 1e-6), np.floor(edges[2:] + 1e-6)])  # outermost within the voxels
    height, width = image.shape
    return np.clip(np.where(scale < 1 - 1e-3, centres, box), 0, np.tile([width - 1, height - 1], 2))


def _in_slices(points_ras: np.ndarray, ijk_to_ras: Matrix4, axis: int) -> np.ndarray:
    """(N, 3) column, row and slice of points."""
    points = np.asarray(points_ras, np.float64).reshape(-1, 3)
    if axis not in (0, 1, 2):
        raise InputError(f"A slice axis is 0, 1 or 2; got {axis}.")
    if len(points) < 2 or not np.isfinite(points).all():
        raise InputError("A box in space needs at least two points with finite positions.", "Place the points again.")
    to_ijk = np.linalg.inv(ijk_to_ras)
    kji = (points @ to_ijk[:3, :3].T + to_ijk[:3, 3])[:, ::-1]
    row_axis, column_axis = (other for other in (0, 1, 2) if other != axis)
    return kji[:, [column_axis, row_axis, axis]]


def _section(corners: np.ndarray, index: int) -> np.ndarray:
    """(M, 2) points on lines between corners in a slice; their convex hull is the body's section."""
    a, b = np.triu_indices(len(corners), 1)
    from_slice, to_slice = corners[a, 2] - index, corners[b, 2] - index
    meets = (from_slice * to_slice <= 1e-9) & (np.abs(from_slice - to_slice) > 1e-9)
    share = from_slice[meets] / (from_slice - to_slice)[meets]
    crossed = corners[a[meets]] + np.clip(share, 0, 1)[:, None] * (corners[b] - corners[a])[meets]
    inside = corners[np.abs(corners[:, 2] - index) <= 1e-6]
    return np.concatenate([crossed, inside])[:, :2]


def _extremes(points: np.ndarray) -> np.ndarray:
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _whole_pixels(box: np.ndarray) -> np.ndarray:
    """Centres of the outermost pixels of an area given by its edges; its middle when it is narrower than a pixel."""
    middle = (box[:2] + box[2:]) / 2
    return np.concatenate([np.minimum(box[:2] + 0.5, middle), np.maximum(box[2:] - 0.5, middle)])


def _on_slices(
    boxes: dict[int, np.ndarray], shape_kji: tuple[int, int, int], axis: int, what: str
) -> dict[int, np.ndarray]:
    """Boxes clipped to their slices; those that miss their slice are left out."""
    height, width = (n for other, n in enumerate(shape_kji) if other != axis)
    size = np.array([width, height])
    shown = {
        index: np.clip(box, 0, np.tile(size - 1, 2))
        for index, box in boxes.items()
        if 0 <= index < shape_kji[axis] and (box[2:] >= -0.5).all() and (box[:2] < size - 0.5).all()
    }
    if not shown:
        raise InputError(f"The {what} lies outside the volume.", "Move it onto the structure.")
    return shown

"""Labels from one lattice onto another, by nearest neighbour."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4


def same_lattice(
    shape_a: tuple[int, ...], ijk_to_ras_a: Matrix4, shape_b: tuple[int, ...], ijk_to_ras_b: Matrix4
) -> bool:
    """True when two grids have the same shape and no corner lies further apart than a hundredth of a voxel."""
    if tuple(shape_a) != tuple(shape_b):
        return False
    corner = np.array([*(np.array(shape_a[::-1]) - 1), 1.0])
    to_b = np.linalg.inv(ijk_to_ras_b) @ ijk_to_ras_a
    origin = np.array([0.0, 0.0, 0.0, 1.0])
    return bool(np.abs(to_b @ corner - corner).max() < 0.01 and np.abs(to_b @ origin - origin).max() < 0.01)


def nearest_onto(
    labels: np.ndarray, ijk_to_ras: Matrix4, target_shape: tuple[int, int, int], target_ijk_to_ras: Matrix4
) -> np.ndarray:
    """Labels (K, J, I) on another lattice; voxels outside the old one become 0.

    Source: nearest neighbour; the only interpolation that makes no new label values.
    """
    from scipy import ndimage  # slow to import: windows open at once without it

    target_to_source = np.linalg.inv(ijk_to_ras) @ target_ijk_to_ras
    flip = np.eye(3)[::-1]  # ijk to kji
    matrix = flip @ target_to_source[:3, :3] @ flip
    offset = flip @ target_to_source[:3, 3]
    # "constant" would lose the outer half of every voxel at the border, and a border slice to a rounding error
    return ndimage.affine_transform(labels, matrix, offset, target_shape, order=0, mode="grid-constant", cval=0)


def on_same_voxels(ijk_to_ras_a: Matrix4, ijk_to_ras_b: Matrix4, shape: tuple[int, ...]) -> bool:
    """True when two lattices differ only in where they begin and end, so that copying from one to the other is exact.

    Args:
        shape: (K, J, I) of lattice a, over which an error of direction adds up.
    """
    to_b = np.linalg.inv(ijk_to_ras_b) @ ijk_to_ras_a
    offset = to_b[:3, 3]
    turned = np.abs(to_b[:3, :3] - np.eye(3)) @ (np.array(shape[::-1]) - 1.0)
    return bool(np.abs(offset - np.rint(offset)).max() < 0.01 and turned.max() < 0.01)


def labelled_outside(
    labels: np.ndarray, ijk_to_ras: Matrix4, target_shape: tuple[int, int, int], target_ijk_to_ras: Matrix4
) -> int:
    """Number of voxels other than 0 whose centre lies outside another lattice, and so is lost on the way there."""
    to_target = np.linalg.inv(target_ijk_to_ras) @ ijk_to_ras
    ijk = np.argwhere(labels)[:, ::-1] @ to_target[:3, :3].T + to_target[:3, 3]
    inside = np.all((ijk > -0.5 - 1e-6) & (ijk < np.array(target_shape[::-1]) - 0.5 + 1e-6), axis=1)
    return int(np.count_nonzero(~inside))


def overlap_in_space(
    shape_a: tuple[int, int, int], ijk_to_ras_a: Matrix4, shape_b: tuple[int, int, int], ijk_to_ras_b: Matrix4
) -> bool:
    """True when the boxes around two lattices meet in RAS space."""
    low_a, high_a = _bounds(shape_a, ijk_to_ras_a)
    low_b, high_b = _bounds(shape_b, ijk_to_ras_b)
    return bool(np.all(low_a <= high_b) and np.all(low_b <= high_a))


def _bounds(shape: tuple[int, int, int], ijk_to_ras: Matrix4) -> tuple[np.ndarray, np.ndarray]:
    ends = np.array([(-0.5, n - 0.5) for n in shape[::-1]])
    corners = np.array([(i, j, k, 1.0) for i in ends[0] for j in ends[1] for k in ends[2]])
    ras = (corners @ ijk_to_ras.T)[:, :3]
    return ras.min(axis=0), ras.max(axis=0)

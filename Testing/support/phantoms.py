"""Volumes of constant-intensity structures whose shape, place and label are known."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation

BACKGROUND, FIRST, SECOND = 50, 200, 120
"""Intensities of the background and of the structures with label 1 and 2."""


def matrix(
    spacing_kji: tuple[float, float, float] = (1.0, 1.0, 1.0),
    origin_ras: tuple[float, float, float] = (0.0, 0.0, 0.0),
    lps: bool = False,
) -> np.ndarray:
    """Axis-aligned `ijk_to_ras`; with `lps`, i and j run towards left and posterior as in most scanner files."""
    k, j, i = spacing_kji
    result = np.diag([-i if lps else i, -j if lps else j, k, 1.0])
    result[:3, 3] = origin_ras
    return result


def oblique_matrix(
    spacing_kji: tuple[float, float, float] = (1.0, 1.0, 1.0),
    angles_degrees: tuple[float, float, float] = (20.0, -10.0, 15.0),
    origin_ras: tuple[float, float, float] = (10.0, -20.0, 30.0),
) -> np.ndarray:
    """`ijk_to_ras` of a tilted acquisition: rotations about R, then A, then S."""
    rotation = np.eye(3)
    for axis, angle in enumerate(np.radians(angles_degrees)):
        first, second = (other for other in range(3) if other != axis)
        turn = np.eye(3)
        turn[first, first] = turn[second, second] = np.cos(angle)
        turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
        rotation = turn @ rotation
    result = np.eye(4)
    result[:3, :3] = rotation @ np.diag(spacing_kji[::-1])
    result[:3, 3] = origin_ras
    return result


def sphere_volume(
    shape_kji: tuple[int, int, int] = (20, 32, 40),
    spacing_kji: tuple[float, float, float] = (2.0, 1.0, 1.0),
    radius_mm: float = 9.0,
    ijk_to_ras: np.ndarray | None = None,
    name: str = "sphere",
) -> tuple[Volume, Segmentation]:
    """A ball of intensity `FIRST` (label 1, "sphere") in the middle of the background.

    A voxel belongs to it when its centre lies within `radius_mm` of the lattice's centre. `ijk_to_ras`, when given,
    sets place and spacing (`spacing_kji` is then ignored).
    """
    to_ras = matrix(spacing_kji) if ijk_to_ras is None else ijk_to_ras
    i, j, k = np.linalg.norm(to_ras[:3, :3], axis=0)
    axes = [(np.arange(n) - (n - 1) / 2) * s for n, s in zip(shape_kji, (k, j, i), strict=True)]
    distance = np.sqrt(sum(axis**2 for axis in np.meshgrid(*axes, indexing="ij")))
    labels = (distance <= radius_mm).astype(np.uint8)
    return _pair(labels, to_ras, {1: "sphere"}, name)


def two_boxes_volume(
    shape_kji: tuple[int, int, int] = (16, 40, 48),
    spacing_kji: tuple[float, float, float] = (1.0, 1.0, 1.0),
    ijk_to_ras: np.ndarray | None = None,
    name: str = "two boxes",
) -> tuple[Volume, Segmentation]:
    """Two cuboids that do not touch: label 1 "left box" (intensity `FIRST`), label 2 "right box" (`SECOND`).

    With (K, J, I) = `shape_kji`, along k both fill K/4 to 3K/4; along j, box 1 fills J/8 to J/2 and box 2 J/4 to 7J/8;
    along i, box 1 fills I/8 to 3I/8 and box 2 5I/8 to 7I/8 (Python slices, integer division).
    """
    k, j, i = shape_kji
    labels = np.zeros(shape_kji, np.uint8)
    labels[k // 4 : 3 * k // 4, j // 8 : j // 2, i // 8 : 3 * i // 8] = 1
    labels[k // 4 : 3 * k // 4, j // 4 : 7 * j // 8, 5 * i // 8 : 7 * i // 8] = 2
    to_ras = matrix(spacing_kji) if ijk_to_ras is None else ijk_to_ras
    return _pair(labels, to_ras, {1: "left box", 2: "right box"}, name)


def _pair(labels: np.ndarray, to_ras: np.ndarray, names: dict[int, str], name: str) -> tuple[Volume, Segmentation]:
    intensities = np.array([BACKGROUND, FIRST, SECOND], np.int16)
    return Volume(intensities[labels], to_ras, name=name), Segmentation.from_labels(labels, to_ras, names)

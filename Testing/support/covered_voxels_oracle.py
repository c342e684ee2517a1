"""Which voxels a slice mask covers, decided for one voxel after the other by the words of the definition."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import floor

import numpy as np

TIE = 1e-3


def covered_voxels(mask, image, volume_ijk_to_ras, lattice_ijk_to_ras, extent, ras_to_ras: Callable | None = None):
    """Set of (i, j, k) of the lattice; `ras_to_ras` takes (N, 3) points of the lattice to the volume's RAS."""
    i0, i1, j0, j1, k0, k1 = extent
    voxels = list(product(range(i0, i1 + 1), range(j0, j1 + 1), range(k0, k1 + 1)))
    places = _volume_places(voxels, volume_ijk_to_ras, lattice_ijk_to_ras, ras_to_ras)
    steps = []
    for axis in range(3):
        shift = np.eye(3)[axis]
        after = _volume_places(np.array(voxels) + shift, volume_ijk_to_ras, lattice_ijk_to_ras, ras_to_ras)
        before = _volume_places(np.array(voxels) - shift, volume_ijk_to_ras, lattice_ijk_to_ras, ras_to_ras)
        steps.append((after - before) / 2)
    lattice = image.plane.axis is not None
    half, away = _slice_reach(image, places, steps) if lattice else _plane_reach(image, places, steps)
    decide = _on_slice if lattice else _on_free_plane
    with np.errstate(invalid="ignore"):
        near = np.flatnonzero(np.abs(away) <= half * (1 + 3 * TIE))  # the others need no second look
    return {voxels[n] for n in near if decide(mask, image, places[n], half[n])}


def _slice_reach(image, places, steps):
    """How far from the slice a centre may lie, and how far it does, in slices."""
    normal = 2 - image.plane.axis
    steps = [np.nan_to_num(np.abs(step[:, normal]) / 2) for step in steps]
    return np.max([np.full(len(places), 0.5), *steps], axis=0), places[:, normal] - image.plane.index


def _plane_reach(image, places, steps):
    """The same for a free plane, in mm: half of what the voxel measures across the plane."""
    to_pixel = np.linalg.inv(image.pixel_to_ijk)
    half = np.sum([np.nan_to_num(np.abs(step @ to_pixel[2, :3])) / 2 for step in steps], axis=0)
    return half, places @ to_pixel[2, :3] + to_pixel[2, 3]


def voxels_of(answer):
    """The same set from an extent and a block."""
    if answer is None:
        return set()
    (i0, _, j0, _, k0, _), block = answer
    return {(int(i) + i0, int(j) + j0, int(k) + k0) for k, j, i in np.argwhere(block)}


def _volume_places(voxels, volume_ijk_to_ras, lattice_ijk_to_ras, ras_to_ras):
    ras = np.array(voxels, float) @ lattice_ijk_to_ras[:3, :3].T + lattice_ijk_to_ras[:3, 3]
    if ras_to_ras is not None:
        ras = ras_to_ras(ras)
    to_ijk = np.linalg.inv(volume_ijk_to_ras)
    return ras @ to_ijk[:3, :3].T + to_ijk[:3, 3]


def _on_slice(mask, image, place, half):
    """The centre lies in the slab of the slice, and the pixel nearest to it is in the mask."""
    normal = 2 - image.plane.axis
    if not -half - 2 * TIE * half <= place[normal] - image.plane.index < half - 2 * TIE * half:
        return False
    x_axis, y_axis = (axis for axis in (0, 1, 2) if axis != normal)
    pixel = []
    for axis, count, column in ((x_axis, mask.shape[1], 0), (y_axis, mask.shape[0], 1)):
        size = image.pixel_to_ijk[axis, column]  # voxels per pixel
        inside = -0.5 / size - TIE <= place[axis] / size < (image.volume_shape[2 - axis] - 0.5) / size - TIE
        if not inside:
            return False
        pixel.append(min(max(floor(place[axis] / size + 0.5 + TIE), 0), count - 1))
    return bool(mask[pixel[1], pixel[0]])


def _on_free_plane(mask, image, place, half):
    """The plane passes through the voxel, whose centre is in the volume and over a pixel of the mask."""
    to_pixel = np.linalg.inv(image.pixel_to_ijk)
    x, y, z = to_pixel[:3, :3] @ place + to_pixel[:3, 3]
    if abs(z) > half * (1 + 2 * TIE):
        return False
    if not all(-0.5 - TIE <= v < n - 0.5 - TIE for v, n in zip(place, image.volume_shape[::-1], strict=True)):
        return False
    column, row = floor(x + 0.5 + TIE), floor(y + 0.5 + TIE)
    return 0 <= column < mask.shape[1] and 0 <= row < mask.shape[0] and bool(mask[row, column])

"""Volumes as they are measured: every so many slices, square pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation


def prepare(volume: Volume, segmentation: Segmentation, axis: int, every: int = 1) -> tuple[Volume, Segmentation]:
    """Thin out the slices along an axis and make the pixels within them square.

    All methods then work on the same grid, that of the slices: intensities are interpolated linearly, labels are those
    of the nearest voxel. A volume without spacing keeps its pixels.

    Args:
        segmentation: on the volume's lattice.
        axis: array axis that slices are stacked along.
        every: keep every so many slices; 1 keeps all.

    Raises:
        InputError: `every` is below 1.
    """
    if every < 1:
        raise InputError(f"Slices are thinned out by a whole number of 1 or more; got {every}.")
    for along, positions in _positions(volume, axis, every).items():
        volume, segmentation = _resampled(volume, segmentation, along, positions)
    return volume, segmentation


def _positions(volume: Volume, axis: int, every: int) -> dict[int, np.ndarray]:
    """Where samples lie along each array axis that changes, in voxels."""
    found = {axis: np.arange(0, volume.shape_kji[axis], every, dtype=np.float64)} if every > 1 else {}
    inside = [other for other in (0, 1, 2) if other != axis]
    side = min(volume.spacing_kji[other] for other in inside)
    for other in inside:
        step = side / volume.spacing_kji[other]
        if volume.has_spacing and step < 1 - 1e-3:
            count = int(np.floor((volume.shape_kji[other] - 1) / step + 1e-6)) + 1
            found[other] = np.arange(count) * step
    return found


def _resampled(
    volume: Volume, segmentation: Segmentation, axis: int, positions: np.ndarray
) -> tuple[Volume, Segmentation]:
    step = positions[1] - positions[0] if len(positions) > 1 else 1.0
    to_ras = volume.ijk_to_ras.copy()
    to_ras[:3, 2 - axis] *= step
    nearest = np.rint(positions).astype(int)
    layers = tuple(np.take(layer, nearest, axis) for layer in segmentation.layers)
    array = _interpolated(volume.array, axis, positions)
    return replace(volume, array=array, ijk_to_ras=to_ras), replace(segmentation, layers=layers, ijk_to_ras=to_ras)


def _interpolated(array: np.ndarray, axis: int, positions: np.ndarray) -> np.ndarray:
    low = np.floor(positions).astype(int)
    weight = positions - low
    if not weight.any():
        return np.take(array, low, axis)
    high = np.minimum(low + 1, array.shape[axis] - 1)
    shape = [-1 if dimension == axis else 1 for dimension in range(array.ndim)]
    weight = weight.reshape(shape).astype(np.float32)
    mixed = np.take(array, low, axis) * (1 - weight) + np.take(array, high, axis) * weight
    return np.rint(mixed).astype(array.dtype) if array.dtype.kind in "iu" else mixed.astype(array.dtype)

"""Intensities that would spoil a picture or a figure: gaps, constant images, metal, padding."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume

_CRUSHED = 4.0  # the range of all values is this many times that of the middle 99 %
_SAMPLES = 2_000_000  # enough voxels for a percentile
_CT_LOWEST = (-1200, -1024)  # HU: air at the edge of what scanners store, lower by interpolation
_CT_PADDING = (-2000, -2048, -3000, -3023, -3024, -3071, -3072)  # what scanners store outside the field of view
_CT_AIR = -900  # HU, and below
_CT_TISSUE = 100  # HU either side of water
_CT_MAXIMUM = 200  # HU; CT of any part of the body reaches it


def without_gaps(array: np.ndarray, nan_as_background: bool) -> tuple[np.ndarray, list[str]]:
    """Voxels that are not finite replaced by the smallest finite value, which is background nearly everywhere.

    Returns:
        The array itself when all is finite, else a copy; and a note on how many voxels were replaced.

    Raises:
        InputError: no voxel is finite, or some are not and nobody asked to replace them.
    """
    if not np.issubdtype(array.dtype, np.floating):
        return array, []
    finite = np.isfinite(array)
    missing = array.size - int(np.count_nonzero(finite))
    if not missing:
        return array, []
    if missing == array.size:
        raise InputError("All voxels are NaN or infinite.", "The export failed: write the image again.")
    found = f"{missing} of {array.size} voxels ({100 * missing / array.size:.2g} %) are NaN or infinite"
    if not nan_as_background:
        raise InputError(
            f"{found}.", "Export the image without them, or use --nan-as-background if they lie outside the body."
        )
    return np.where(finite, array, array[finite].min()), [f"{found}; they are treated as background."]


def intensity_notes(volume: Volume) -> list[str]:
    """Notes on a constant volume, and on values that leave min-max scaling with few grey levels for the tissue.

    Args:
        volume: without NaN or infinite voxels.
    """
    if volume.is_rgb:
        return []
    low, high = float(volume.array.min()), float(volume.array.max())
    if low == high:
        return [f"The volume is constant: all voxels are {low:g}."]
    if _looks_like_padded_ct(volume.array, low, high):
        return [
            f"The values look like CT with padding or air at {low:g} HU and reach {high:g} HU; min-max scaling leaves "
            "few grey levels for soft tissue. Consider a window: abdomen, mediastinum, lung, brain or bone."
        ]
    usual_low, usual_high = np.percentile(_sample(volume.array), (0.5, 99.5))
    if usual_high > usual_low and high - low > _CRUSHED * (usual_high - usual_low):
        return [
            f"A few voxels stretch the value range to {low:g} to {high:g}, while 99 % of the voxels lie between "
            f"{usual_low:g} and {usual_high:g}. Consider the window percentile:0.5,99.5 instead of minmax."
        ]
    return []


def _looks_like_padded_ct(array: np.ndarray, low: float, high: float) -> bool:
    if high < _CT_MAXIMUM or not (_CT_LOWEST[0] <= low <= _CT_LOWEST[1] or low in _CT_PADDING):
        return False
    sample = _sample(array)
    air, water = np.mean(sample <= _CT_AIR), np.mean((sample >= -_CT_TISSUE) & (sample <= _CT_TISSUE))
    return bool(air > 0.02 and water > 0.01 and np.mean(sample == 0) < 0.2)  # normalised MR is full of exact zeros


def _sample(array: np.ndarray) -> np.ndarray:
    """Values of evenly spread voxels; all of them in small volumes."""
    return array.reshape(-1)[:: max(1, array.size // _SAMPLES)]

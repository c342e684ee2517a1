"""The shape that the structure is expected to have on the next slice: the neighbour's outline, moved."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Mask

Region = tuple[slice, slice]
"""Rows and columns of a slice."""

_FAR = 99.0


def signed_distance(mask: Mask) -> np.ndarray:
    """Distance from the outline, (H, W) float32 pixels: positive inside; 99 where there is no outline."""
    if mask.all() or not mask.any():
        return np.full(mask.shape, _FAR if mask.any() else -_FAR, np.float32)
    from scipy import ndimage  # slow to import: windows open at once without it

    distance = 0.5 - ndimage.distance_transform_edt(~mask)
    part = region_around(mask, 1)  # what lies farther away is not next to the inside
    inside = mask[part]
    distance[part][inside] = ndimage.distance_transform_edt(inside)[inside] - 0.5
    return distance.astype(np.float32)


def moved(distance: np.ndarray, motion_yx: np.ndarray) -> np.ndarray:
    """A signed distance after a motion in pixels; what comes in from outside is as the border was."""
    if np.abs(motion_yx).max() <= 0.05:
        return distance
    from scipy import ndimage

    return ndimage.shift(distance, motion_yx, order=1, mode="nearest")


def centroid(mask: Mask) -> np.ndarray:
    """(2,) row and column; the mask is not empty."""
    part = region_around(mask, 0)
    rows, columns = np.nonzero(mask[part])
    return np.array([rows.mean() + part[0].start, columns.mean() + part[1].start])


def radius(mask: Mask) -> float:
    """Of the disc of the same area, pixels."""
    return float(np.sqrt(np.count_nonzero(mask) / np.pi))


def region_around(mask: Mask, border: int) -> Region:
    """The mask's bounding box with a border, inside the slice; the mask is not empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(0, int(rows[0]) - border), min(mask.shape[0], int(rows[-1]) + border + 1)),
        slice(max(0, int(columns[0]) - border), min(mask.shape[1], int(columns[-1]) + border + 1)),
    )


def parts_touching(mask: Mask, other: Mask, least_share: float = 0.1) -> Mask:
    """The connected parts of a mask that overlap another one, without those far smaller than the largest of them.

    Returns:
        (H, W) bool; the mask as it is when no part of it overlaps.
    """
    from scipy import ndimage

    labels, count = ndimage.label(mask)
    if count < 2:
        return mask
    touching = np.unique(labels[mask & other])
    touching = touching[touching > 0]
    if not len(touching):
        return mask
    sizes = np.bincount(labels.ravel())
    return np.isin(labels, touching[sizes[touching] >= least_share * sizes[touching].max()])
